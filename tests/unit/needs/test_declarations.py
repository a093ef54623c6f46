"""The other files in which projects declared what they need."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs_projects import named, needs, project

from reproof.needs.found import Found
from reproof.needs.readers import READERS
from reproof.needs.readers.poetry import specifier_of
from reproof.needs.scope import split_scope


def found(path: str, text: str, **files: str) -> Found:
    everything = project({path: text, **files})
    reader = next(reader for reader in READERS if reader.recognizes(path))
    return reader.read(everything, path)


def signs(got: Found) -> list[tuple[str, str]]:
    return [(sign.kind, sign.value) for sign in got.pythons]


def test_pep_621_with_extras_groups_and_build_requirements() -> None:
    got = found("pyproject.toml", """
[build-system]
requires = ["setuptools>=40", "cython"]
[project]
dependencies = ["numpy>=1.20", "torch==2.0.1; sys_platform == 'linux'"]
requires-python = ">=3.8,<3.12"
classifiers = ["Programming Language :: Python :: 3.9"]
[project.optional-dependencies]
plot = ["matplotlib"]
[dependency-groups]
test = ["pytest", {include-group = "lint"}]
""")  # fmt: skip
    assert named(got.requirements, "declared") == {"numpy": ">=1.20", "torch": "==2.0.1"}
    assert named(got.requirements, "build") == {"setuptools": ">=40", "cython": ""}
    assert named(got.hints) == {"matplotlib": "", "pytest": ""}
    assert got.requirements[0].source == "pyproject.toml:5"
    assert signs(got) == [("range", ">=3.8,<3.12"), ("tested", "3.9")]


def test_dependencies_that_setuptools_reads_from_a_file() -> None:
    text = '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = {file = ["r.txt"]}\n'
    assert named(found("pyproject.toml", text, **{"r.txt": "numpy==1.0"}).requirements) == {"numpy": "==1.0"}
    without = found("pyproject.toml", '[project]\ndynamic = ["dependencies"]\n')
    assert [gap.what for gap in without.gaps] == ["pyproject.toml:2: dependencies"]


def test_poetry_old_and_new() -> None:
    got = found("pyproject.toml", """
[[tool.poetry.source]]
url = "https://me:pw@index.example/simple"
[tool.poetry.dependencies]
python = "^3.7"
numpy = "^1.19.2"
torch = {version = "~1.7", extras = ["x"], markers = "sys_platform == 'linux'"}
lib = {git = "https://host.example/a/lib.git", rev = "abc"}
local = {path = "../lib"}
opt = {version = "*", optional = true}
multi = [{version = "1.0", python = "<3.8"}, {version = "2.0", python = ">=3.8"}]
[tool.poetry.dev-dependencies]
pytest = "*"
[tool.poetry.group.docs.dependencies]
sphinx = ">=3"
""")  # fmt: skip
    assert [(one.name, one.specifier, one.marker) for one in got.requirements] == [
        ("numpy", ">=1.19.2,<2", None), ("torch", ">=1.7,<1.8", "sys_platform == 'linux'"), ("lib", "", None),
        ("local", "", None), ("multi", "==1.0", 'python_version < "3.8"'),
        ("multi", "==2.0", 'python_version >= "3.8"'),
    ]  # fmt: skip
    assert got.requirements[2].url == "git+https://host.example/a/lib.git@abc"
    assert got.requirements[0].source == "pyproject.toml:6"
    assert named(got.hints) == {"opt": "", "pytest": "", "sphinx": ">=3"}
    assert got.places == ("https://index.example/simple",)
    assert signs(got) == [("range", ">=3.7,<4")]


VERSIONS = [
    ("^1.2.3", ">=1.2.3,<2"), ("^0.2.3", ">=0.2.3,<0.3"), ("^0.0.3", ">=0.0.3,<0.0.4"), ("^0", ">=0,<1"),
    ("^1", ">=1,<2"), ("~1.2.3", ">=1.2.3,<1.3"), ("~1", ">=1,<2"), ("1.2.3", "==1.2.3"), ("1.2.*", "==1.2.*"),
    ("*", ""), (">=1.0,<2.0", ">=1.0,<2.0"), (">=1.0 <2.0", ">=1.0,<2.0"), ("^1.0 || ^2.0", ">=2.0,<3"),
    ("~=1.4", "~=1.4"), ("==1.0", "==1.0"), ("=1.0", "==1.0"), ("", ""), ("^1.0b2", ">=1.0b2,<2"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "specifier"), VERSIONS)
def test_poetrys_versions_mean_what_its_documentation_says(text: str, specifier: str) -> None:
    assert specifier_of(text)[0] == specifier


def test_old_flit_pdm_hatch_and_uv() -> None:
    got = found("pyproject.toml", """
[tool.flit.metadata]
requires = ["requests>=2"]
requires-python = ">=3.5"
[tool.flit.metadata.requires-extra]
doc = ["sphinx"]
[tool.pdm.dev-dependencies]
test = ["pytest"]
[[tool.pdm.source]]
url = "https://pdm.example/simple"
[tool.hatch.envs.default]
dependencies = ["coverage"]
[tool.uv]
dev-dependencies = ["ruff"]
index-url = "https://uv.example/simple"
""")  # fmt: skip
    assert named(got.requirements) == {"requests": ">=2"}
    assert set(named(got.hints)) == {"sphinx", "pytest", "coverage", "ruff"}
    assert got.places == ("https://pdm.example/simple", "https://uv.example/simple")


def test_setup_cfg() -> None:
    got = found("setup.cfg", """
[metadata]
classifiers =
    Programming Language :: Python :: 3.6
[options]
python_requires = >=3.6
install_requires =
    numpy>=1.0  # why
    # not this
    six; python_version<"3"
setup_requires = cython
[options.extras_require]
gpu = cupy
""")  # fmt: skip
    assert named(got.requirements) == {"numpy": ">=1.0", "six": "", "cython": ""}
    assert named(got.hints) == {"cupy": ""}
    assert signs(got) == [("range", ">=3.6"), ("tested", "3.6")]
    inside = found("setup.cfg", "[options]\ninstall_requires = file: r.txt\n", **{"r.txt": "numpy"})
    assert named(inside.requirements) == {"numpy": ""}


def test_pipfile() -> None:
    got = found("Pipfile", """
[[source]]
url = "https://tok:en@index.example/simple"
[packages]
numpy = "==1.16"
"torch" = "*"
win = {version = "*", sys_platform = "== 'win32'"}
lib = {git = "https://host.example/a/lib.git", ref = "main", editable = true}
[dev-packages]
pytest = "*"
[requires]
python_version = "3.6"
""")  # fmt: skip
    assert named(got.requirements) == {"numpy": "==1.16", "torch": "", "win": "", "lib": ""}
    assert got.requirements[2].marker == "sys_platform == 'win32'"
    assert named(got.hints) == {"pytest": ""}
    assert (signs(got), got.places) == ([("exact", "3.6")], ("https://index.example/simple",))


def test_pipfile_lock_is_honoured_as_it_stands() -> None:
    lock = {
        "_meta": {"requires": {"python_version": "3.6"}, "sources": [{"url": "https://index.example/simple"}]},
        "default": {
            "numpy": {"hashes": ["sha256:" + "a" * 64], "version": "==1.16.4", "markers": "python_version >= '3.5'"},
            "lib": {"git": "https://host.example/a/lib.git", "ref": "b" * 40},
        },
        "develop": {"pytest": {"version": "==5.0"}},
    }
    got = found("Pipfile.lock", json.dumps(lock, indent=1))
    numpy, lib = got.requirements
    assert (numpy.kind, numpy.specifier, numpy.marker) == ("locked", "==1.16.4", "python_version >= '3.5'")
    assert numpy.hashes == ("sha256:" + "a" * 64,)
    assert lib.url == "git+https://host.example/a/lib.git@" + "b" * 40
    assert named(got.hints) == {"pytest": "==5.0"}


POETRY_NEW = """
[[package]]
name = "click"
version = "8.1.3"
python-versions = ">=3.7"
files = [{file = "click-8.1.3.whl", hash = "sha256:%s"}]
[package.dependencies]
colorama = {version = "*", markers = "platform_system == \\"Windows\\""}
[[package]]
name = "colorama"
version = "0.4.6"
python-versions = "*"
files = []
[[package]]
name = "pytest"
version = "7.0"
files = []
[metadata]
lock-version = "2.0"
python-versions = "^3.8"
""" % ("a" * 64)


def test_poetry_lock_keeps_what_the_main_dependencies_need_and_on_which_platform() -> None:
    declared = (
        '[tool.poetry.dependencies]\npython = "^3.8"\nclick = "^8"\n[tool.poetry.dev-dependencies]\npytest = "*"\n'
    )
    got = found("poetry.lock", POETRY_NEW, **{"pyproject.toml": declared})
    assert [(one.name, one.marker, one.kind) for one in got.requirements] == [
        ("click", None, "locked"), ("colorama", 'platform_system == "Windows"', "locked"),
    ]  # fmt: skip
    assert got.requirements[0].hashes == ("sha256:" + "a" * 64,)
    assert got.requirements[0].source == "poetry.lock:3"
    assert named(got.hints) == {"pytest": "==7.0"}
    assert signs(got) == [("range", ">=3.8,<4")]


def test_an_old_poetry_lock_has_categories_and_hashes_at_its_end() -> None:
    text = '[[package]]\nname = "numpy"\nversion = "1.16.4"\ncategory = "main"\n[[package]]\nname = "pytest"\n' \
           'version = "5.0"\ncategory = "dev"\n[metadata.hashes]\nnumpy = ["%s"]\n' % ("b" * 64)  # fmt: skip
    got = found("poetry.lock", text)
    assert named(got.requirements) == {"numpy": "==1.16.4"}
    assert got.requirements[0].hashes == ("sha256:" + "b" * 64,)
    assert named(got.hints) == {"pytest": "==5.0"}


def test_pdm_lock_with_and_without_groups() -> None:
    text = (
        '[[package]]\nname = "a"\nversion = "1"\ngroups = ["default"]\nmarker = "python_version < \\"4\\""\n'
        'files = [{file = "a.whl", hash = "sha256:%s"}]\n[[package]]\nname = "b"\nversion = "2"\ngroups = ["dev"]\n'
    )
    got = found("pdm.lock", text % ("c" * 64))
    assert (named(got.requirements), named(got.hints)) == ({"a": "==1"}, {"b": "==2"})
    assert got.requirements[0].marker == 'python_version < "4"'
    old = (
        '[[package]]\nname = "a"\nversion = "1"\ndependencies = ["c>=1"]\n[[package]]\nname = "b"\nversion = "2"\n'
        '[[package]]\nname = "c"\nversion = "3"\n[metadata.files]\n"a 1" = [{file = "a.whl", hash = "sha256:%s"}]\n'
    )
    got = found("pdm.lock", old % ("d" * 64), **{"pyproject.toml": '[project]\ndependencies = ["a"]'})
    assert named(got.requirements) == {"a": "==1", "c": "==3"}
    assert got.requirements[0].hashes == ("sha256:" + "d" * 64,)


def test_uv_lock_is_a_graph_from_the_project() -> None:
    text = """
version = 1
requires-python = ">=3.11"
[[package]]
name = "mine"
version = "0.1"
source = { virtual = "." }
dependencies = [
 { name = "numpy", marker = "python_full_version < '3.12'", version = "1.26.0" },
 { name = "numpy", version = "2.0" },
]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[[package]]
name = "numpy"
version = "1.26.0"
source = { registry = "https://index.example/simple" }
wheels = [{ url = "https://index.example/a.whl", hash = "sha256:HASH" }]
[[package]]
name = "numpy"
version = "2.0"
source = { registry = "https://index.example/simple" }
[[package]]
name = "pytest"
version = "8"
source = { git = "https://host.example/pytest?rev=main#COMMIT" }
"""
    got = found("uv.lock", text.replace("HASH", "e" * 64).replace("COMMIT", "f" * 40))
    assert [(one.specifier, one.marker) for one in got.requirements] == [
        ("==1.26.0", "python_full_version < '3.12'"), ("==2.0", None),
    ]  # fmt: skip
    assert got.hints[0].url == "git+https://host.example/pytest@" + "f" * 40
    assert signs(got) == [("range", ">=3.11")]


def test_pylock() -> None:
    text = """
lock-version = "1.0"
created-by = "pip"
requires-python = ">=3.9"
[[packages]]
name = "numpy"
version = "2.0.0"
marker = "sys_platform == 'linux'"
[[packages.wheels]]
url = "https://index.example/numpy-2.0.0-cp311-cp311-linux_x86_64.whl"
hashes = {sha256 = "%s"}
""" % ("a" * 64)
    got = found("pylock.toml", text)
    (one,) = got.requirements
    assert (one.specifier, one.marker, one.kind) == ("==2.0.0", 'sys_platform == "linux"', "locked")
    assert one.hashes == ("sha256:" + "a" * 64,)
    assert found("pylock.dev.toml", "lock-version = '1.0'").gaps


def test_an_environment_of_conda() -> None:
    got = found("environment.yml", """
name: old
channels: [pytorch, defaults]
dependencies:
  - python=3.6.9
  - pytorch::pytorch=1.2
  - numpy=1.16.4=py36h7e9f1db_0
  - scipy >=1.0,<2
  - scikit-learn==0.21.*
  - opencv
  - cudatoolkit=10.0
  - libgcc-ng=9.1.0
  - ffmpeg
  - pip
  - pip:
    - -r r.txt
    - gym[atari]==0.12
    - --extra-index-url https://index.example/simple
""", **{"r.txt": "tqdm"})  # fmt: skip
    assert named(got.requirements) == {
        "torch": "==1.2.*", "numpy": "==1.16.4", "scipy": "<2,>=1.0", "scikit-learn": "==0.21.*", "opencv-python": "",
        "tqdm": "", "gym": "==0.12",
    }  # fmt: skip
    assert signs(got) == [("exact", "3.6.9")]
    assert got.system_packages == ("ffmpeg",)
    assert [gap.what for gap in got.gaps] == ["environment.yml:11: cudatoolkit", "environment.yml:12: libgcc-ng"]
    assert got.places == ("https://index.example/simple",)


EXPLICIT = """# This file may be used to create an environment using:
# platform: linux-64
@EXPLICIT
https://channel.example/linux-64/python-3.7.3-h0371630_0.tar.bz2#0123
https://channel.example/linux-64/scikit-learn-0.21.2-py37hd81dba3_0.conda
"""
EXPORT = """# This file may be used to create an environment using:
# platform: linux-64
python=3.7.3=h0371630_0
numpy=1.16.4=py37h7e9f1db_0
mkl=2019.4=243
gym=0.12.1=pypi_0
"""


@pytest.mark.parametrize("path", ["requirements.txt", "spec-file.txt"])
def test_lists_of_conda_are_understood_whatever_they_are_called(path: str) -> None:
    assert named(found(path, EXPLICIT).requirements) == {"scikit-learn": "==0.21.2"}
    assert named(found(path, EXPORT).requirements) == {"numpy": "==1.16.4", "gym": "==0.12.1"}
    assert signs(found(path, EXPORT)) == [("exact", "3.7.3")]


PYTHONS = [
    (".python-version", "3.6.8\n", [("exact", "3.6.8")]),
    (".python-version", "myenv\n", []),
    ("runtime.txt", "python-3.7.3\n", [("exact", "3.7.3")]),
    (".tool-versions", "nodejs 1\npython 3.8.1\n", [("exact", "3.8.1")]),
    ("tox.ini", "[tox]\nenvlist = py27, py{36,37}-tf, py310\n", [("tested", v) for v in ("2.7", "3.6", "3.7", "3.10")]),
    (".travis.yml", "python:\n  - 3.6\n  - '3.10'\n  - \"3.7-dev\"\n", [("tested", v) for v in ("3.6", "3.10", "3.7")]),
    (".travis.yml", "language: python\npython: 2.7\n", [("tested", "2.7")]),
    (".github/workflows/ci.yaml", "jobs:\n  t:\n    strategy:\n      matrix:\n        python-version: [3.8, 3.10]\n",
     [("tested", "3.8"), ("tested", "3.10")]),
    (".gitlab-ci.yml", "image: python:3.6-slim\n", [("tested", "3.6")]),
    (".circleci/config.yml", "jobs:\n  b:\n    docker:\n      - image: circleci/python:3.6.1\n", [("tested", "3.6")]),
    ("azure-pipelines.yml", "steps:\n- inputs:\n    versionSpec: 1\n  python.version: '3.7'\n", [("tested", "3.7")]),
    ("Dockerfile", "FROM python:3.6.8-slim AS x\n", [("exact", "3.6.8")]),
    ("README.md", "Tested with Python 3.6 and pytorch.", [("tested", "3.6")]),
    ("README.md", "Needs Python >= 3.5", [("range", ">=3.5")]),
    ("README.md", "* python3.7\n", [("tested", "3.7")]),
    ("n.ipynb", json.dumps({"metadata": {"language_info": {"name": "python", "version": "3.6.5"}}, "cells": []}),
     [("exact", "3.6.5")]),
    ("n.ipynb", json.dumps({"metadata": {"language_info": {"name": "R", "version": "3.6.5"}}}), []),
]  # fmt: skip


@pytest.mark.parametrize(("path", "text", "expected"), PYTHONS)
def test_the_python_that_a_file_names(path: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert signs(found(path, text)) == expected


def test_a_dockerfile_installs_packages_of_both_kinds() -> None:
    got = found(
        "Dockerfile",
        "FROM tensorflow/tensorflow:1.13.1-gpu-py3\nRUN apt-get update && apt-get install -y \\\n"
        "    libgl1 ffmpeg && rm -rf /x\nRUN pip install --no-cache-dir -i https://i.example/s 'gym==0.12' tqdm\n",
    )
    assert got.system_packages == ("libgl1", "ffmpeg")
    assert named(got.requirements) == {"gym": "==0.12", "tqdm": ""}
    assert named(got.hints) == {"tensorflow": "==1.13.1"}
    assert got.places == ("https://i.example/s",)


def test_documentation_and_cells_that_install() -> None:
    got = found("README.md", "Run:\n```\n$ pip install torch==1.0 -U  # now\n$ sudo apt install libsndfile1\n```\n"
                "conda install -c pytorch pytorch=1.2\nPyTorch 0.4.1, tensorflow>=1.4\n")  # fmt: skip
    assert [(one.name, one.specifier) for one in got.hints] == [
        ("torch", "==0.4.1.*"), ("tensorflow", ">=1.4"), ("torch", "==1.0"), ("torch", "==1.2.*"),
    ]  # fmt: skip
    cells = [{"cell_type": "code", "source": ["!pip install -q gym==0.12\n", "%pip install tqdm\n", "import gym"]},
             {"cell_type": "code", "source": "!{sys.executable} -m pip install six\n!apt-get install -y swig"},
             {"cell_type": "markdown", "source": "!pip install no"}]  # fmt: skip
    got = found("n.ipynb", json.dumps({"cells": cells}))
    assert named(got.requirements) == {"gym": "==0.12", "tqdm": "", "six": ""}
    assert got.system_packages == ("swig",)
    assert got.requirements[0].source == "n.ipynb cell 1:1"


def test_packages_that_a_ci_file_installs() -> None:
    got = found(".travis.yml", "addons:\n  apt:\n    packages:\n      - libhdf5-dev\ninstall: pip install nose==1.3\n"
                "before_install: sudo apt-get install -y swig\n")  # fmt: skip
    assert got.system_packages == ("libhdf5-dev", "swig")
    assert named(got.requirements) == {"nose": "==1.3"}


def test_a_source_distribution_says_what_it_is() -> None:
    info = (
        "Metadata-Version: 2.1\nName: Some.Lib\nVersion: 1.0\nRequires-Python: >=3.5\n"
        "Requires-Dist: numpy (>=1.0)\nRequires-Dist: pytest ; extra == 'test'\n"
        "Classifier: Programming Language :: Python :: 3.6\n"
    )
    got = found("PKG-INFO", info)
    assert named(got.requirements) == {"numpy": ">=1.0"}
    assert signs(got) == [("range", ">=3.5"), ("tested", "3.6")]
    egg = found("x.egg-info/requires.txt", "numpy>=1\n\n[:python_version<'3']\nenum34\n\n[test]\npytest\n")
    assert [(one.name, one.marker) for one in egg.requirements] == [("numpy", None), ("enum34", 'python_version < "3"')]
    assert named(egg.hints) == {"pytest": ""}


def test_an_empty_submodule_is_a_gap() -> None:
    text = '[submodule "a"]\n\tpath = vendor/a\n\turl = x\n[submodule "b"]\n\tpath = vendor/b\n'
    got = found(".gitmodules", text, **{"vendor/b/x.py": ""})
    assert [gap.what for gap in got.gaps] == ["the folder vendor/a"]


BROKEN = ["<<<<<<< HEAD\n= 1\n=======\n", "{", "[[[", "\x00", ": : :\n\t-", '{"cells": 3, "metadata": 4}', "[" * 3000]
PATHS = ["pyproject.toml", "setup.cfg", "Pipfile", "Pipfile.lock", "poetry.lock", "pdm.lock", "uv.lock", "pylock.toml",
         "environment.yml", "tox.ini", ".travis.yml", "Dockerfile", "n.ipynb", "README.md", "PKG-INFO", "setup.py",
         "requirements.txt", "spec-file.txt", ".gitmodules", ".python-version", "x.egg-info/requires.txt"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_never_an_error(path: str, text: str) -> None:
    assert found(path, text).requirements == ()


@pytest.mark.parametrize("path", ["pyproject.toml", "Pipfile", "poetry.lock", "pdm.lock", "uv.lock", "Pipfile.lock"])
def test_a_file_that_does_not_parse_is_a_gap(path: str) -> None:
    assert [gap.what for gap in found(path, "<<<<<<< HEAD\n").gaps] == [path]


JSON = st.recursive(st.none() | st.booleans() | st.text(max_size=8) | st.integers(0, 9),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
                        ["cells", "cell_type", "source", "metadata", "default", "_meta", "requires", "version", "name",
                         "language_info", "worksheets", "hashes", "x"]), inner, max_size=4), max_leaves=12)  # fmt: skip


@given(JSON, st.sampled_from(["Pipfile.lock", "n.ipynb", "environment.yml", ".travis.yml"]))
@settings(deadline=None)
def test_odd_values_in_known_places_are_no_error(value: object, path: str) -> None:
    found(path, json.dumps(value))


@given(st.text(max_size=60), st.sampled_from(PATHS))
@settings(deadline=None)
def test_no_text_is_too_odd(text: str, path: str) -> None:
    found(path, text)


def test_each_path_has_one_reader_and_each_reader_a_path() -> None:
    others = [".tool-versions", "runtime.txt", ".github/workflows/x.yml", ".gitlab-ci.yml", ".circleci/config.yml",
              "azure-pipelines.yml"]  # fmt: skip
    matched = [[reader.name for reader in READERS if reader.recognizes(path)] for path in PATHS + others]
    assert all(len(names) == 1 for names in matched), matched
    assert {name for names in matched for name in names} == {reader.name for reader in READERS}


SCOPES = [
    (["requirements.txt", "docs/requirements.txt", "requirements-dev.txt"], [""], ["requirements.txt"]),
    (["requirements.txt", "examples/a/requirements.txt", "examples/b/requirements.txt"], ["examples/a"],
     ["examples/a/requirements.txt", "requirements.txt"]),
    (["requirements-gpu.txt", "requirements.txt"], [""], ["requirements.txt"]),
    (["requirements-cpu.txt", "requirements-gpu.txt"], [""], ["requirements-cpu.txt"]),
    (["requirements/base.txt", "requirements/test.txt"], ["src"], ["requirements/base.txt"]),
    (["other/requirements.txt"], [""], []),
]  # fmt: skip


@pytest.mark.parametrize(("paths", "folders", "near"), SCOPES)
def test_files_count_for_what_lies_below_them(paths: list[str], folders: list[str], near: list[str]) -> None:
    assert list(split_scope(paths, folders)[0]) == near


def test_two_files_that_pin_differently_are_settled_in_order() -> None:
    got = needs({"train.py": "", "requirements.txt": "numpy==1.16\nscipy>=1", "environment.yml":
                 "dependencies: [numpy=1.15, scipy=1.2]"})  # fmt: skip
    assert [(one.name, one.specifier) for one in got.requirements] == [
        ("numpy", "==1.16"), ("scipy", ">=1"), ("scipy", "==1.2.*"),
    ]  # fmt: skip
    assert "requirements.txt:1 says numpy==1.16, which comes first" in [gap.why for gap in got.gaps]


def test_a_contradiction_within_one_file_is_left_to_the_solver() -> None:
    got = needs({"train.py": "", "requirements.txt": "numpy==1.16\nnumpy==1.15"})
    assert len(got.requirements) == 2


def test_a_package_that_is_found_only_once_installed_asks_for_the_project() -> None:
    got = needs({"train.py": "import mine", "src/mine/__init__.py": "import numpy", "pyproject.toml":
                 '[project]\nname = "My.Lib"\n'})  # fmt: skip
    assert {one.name: one.url for one in got.requirements} == {"my-lib": ".", "numpy": None}


def test_an_example_of_a_source_distribution_asks_for_its_release() -> None:
    files = {
        "examples/train.py": "import lib1, cv2",
        "lib1/__init__.py": "import numpy",
        "setup.py": "setup(install_requires='six')",
        "PKG-INFO": "Metadata-Version: 1.0\nName: lib1\nVersion: 2.0\n",
    }
    got = needs(files, "python examples/train.py")
    assert named(got.requirements) == {"six": "", "lib1": "==2.0", "opencv-python": ""}


COMMANDS = [
    ("python train.py --data other.py", ["numpy"]),
    ("python -u -W ignore train.py", ["numpy"]),
    ("python -m pkg.mod", ["scipy"]),
    ("python -m pkg", ["pandas"]),
    ("bash run.sh", ["numpy"]),
    ("sh -c 'cd pkg && python mod.py'", ["scipy"]),
    ("torchrun --nproc 2 train.py", ["torch", "numpy"]),
    ("jupyter nbconvert --execute n.ipynb", ["nbconvert", "ipykernel", "six"]),
    ("python -c 'import pkg.mod'", ["scipy"]),
    ("./train.py", ["numpy"]),
    ("env X=1 PYTHONPATH=deep python uses_deep.py", ["tqdm"]),
]  # fmt: skip


@pytest.mark.parametrize(("command", "expected"), COMMANDS)
def test_the_code_of_a_command_is_found(command: str, expected: list[str]) -> None:
    import shlex

    from reproof.needs import Wanted, find_needs

    files = {
        "train.py": "import numpy", "other.py": "import torch", "pkg/__init__.py": "", "pkg/mod.py": "import scipy",
        "pkg/__main__.py": "import pandas", "run.sh": "#!/bin/bash\nset -e\nexport A=1\npython \\\n  train.py $@\n",
        "n.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["%matplotlib inline\n", "import six"]}]}),
        "uses_deep.py": "import hidden", "deep/hidden.py": "import tqdm",
    }  # fmt: skip
    got = find_needs(project(files), Wanted(tuple(shlex.split(command))))
    assert list(named(got.requirements)) == expected


def test_a_command_that_names_no_code_takes_all_of_it_and_says_so() -> None:
    got = needs({"a.py": "import numpy", "tests/t.py": "import pytest", "setup.py": "import setuptools"}, "make train")
    assert named(got.requirements) == {"numpy": ""}
    assert got.gaps[0].what == "which code the command runs"


def test_a_source_distribution_that_declares_nothing_is_searched_for_imports() -> None:
    files = {"examples/train.py": "import lib1", "lib1/__init__.py": "import scipy", "setup.py": "setup()",
             "PKG-INFO": "Metadata-Version: 1.0\nName: lib1\nVersion: 2.0\n"}  # fmt: skip
    command = "python examples/train.py"
    assert needs(files, command).imports == ()
    assert named(needs(files, command).requirements) == {"lib1": "==2.0", "scipy": ""}
    files["setup.py"] = "setup(install_requires=['numpy'])"
    assert named(needs(files, command).requirements) == {"lib1": "==2.0", "numpy": ""}


def test_what_two_files_say_alike_is_said_once() -> None:
    got = needs({"train.py": "", "requirements.txt": "numpy>=1", "setup.py": "setup(install_requires=['numpy>=1'])"})
    assert [one.source for one in got.requirements] == ["requirements.txt:1"]
