"""`setup.py` read without being executed, as people wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs_projects import named, project

from reproof.needs.found import Found
from reproof.needs.readers.setup_py import read

HEAD = "import sys, os\nfrom setuptools import setup, find_packages\n"


def found(text: str, **files: str) -> Found:
    return read(project({"setup.py": HEAD + text, "requirements.txt": "numpy==1.16\nscipy", **files}), "setup.py")


FROM_FILE = {"numpy": "==1.16", "scipy": ""}
ASKED = [
    ("setup(install_requires=['numpy>=1.0', \"six\"])", {"numpy": ">=1.0", "six": ""}),
    ("REQ = ('a', 'b==1')\nsetup(install_requires=REQ)", {"a": "", "b": "==1"}),
    ("BASE = ['a']\nMORE = ['b']\nsetup(install_requires=BASE + MORE + ['c'])", {"a": "", "b": "", "c": ""}),
    ("v = '1.2'\nsetup(install_requires=['a==' + v, 'b>=%s' % v, f'c<{v}'])",
     {"a": "==1.2", "b": ">=1.2", "c": "<1.2"}),
    ("r = []\nr.append('a')\nr += ['b']\nr.extend(['c'])\nsetup(install_requires=r)", {"a": "", "b": "", "c": ""}),
    ("setup(install_requires='''\na>=1\nb\n''')", {"a": ">=1", "b": ""}),
    ("m = dict(name='x', install_requires=['a'])\nsetup(**m)", {"a": ""}),
    ("m = {}\nm['install_requires'] = ['a']\nsetup(**m)", {"a": ""}),
    ("d = {'core': ['a'], 'x': ['b']}\nsetup(install_requires=d['core'])", {"a": ""}),
    ("def main():\n    req = ['a']\n    setup(install_requires=req)\nmain()", {"a": ""}),
    ("if __name__ == '__main__':\n    setup(install_requires=['a'])", {"a": ""}),
    ("import setuptools\nsetuptools.setup(install_requires=[*['a'], 'b'])", {"a": "", "b": ""}),
    ("setup(install_requires=open('requirements.txt').read().splitlines())", FROM_FILE),
    ("with open('requirements.txt') as f:\n    r = f.read().splitlines()\nsetup(install_requires=r)", FROM_FILE),
    ("setup(install_requires=[l.strip() for l in open('requirements.txt') if l])", FROM_FILE),
    ("def load(name):\n    with open(name) as f:\n        return [l for l in f]\n"
     "setup(install_requires=load('requirements.txt'))", FROM_FILE),
    ("def load():\n    return open(os.path.join(here, 'requirements.txt')).readlines()\n"
     "setup(install_requires=load())", FROM_FILE),
    ("from pip.req import parse_requirements\nr = parse_requirements('requirements.txt', session=False)\n"
     "setup(install_requires=[str(x.req) for x in r])", FROM_FILE),
    ("setup(name='x')", {}),
    ("print('no call at all')", {}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "asked"), ASKED)
def test_what_is_asked_for_is_told_without_running_it(text: str, asked: dict[str, str]) -> None:
    got = found(text)
    assert named(got.requirements, "declared") == asked
    assert got.gaps == ()


def test_a_condition_on_python_or_the_platform_becomes_a_marker() -> None:
    got = found("r = ['a']\nif sys.version_info < (3, 4):\n    r.append('enum34')\nif sys.platform == 'win32':\n"
                "    r += ['pywin32']\nelse:\n    r += ['b']\nsetup(install_requires=r)")  # fmt: skip
    assert {one.name: one.marker for one in got.requirements} == {
        "a": None, "enum34": 'python_version < "3.4"',
        "pywin32": 'sys_platform == "win32"', "b": 'sys_platform != "win32"',
    }  # fmt: skip


def test_what_depends_on_anything_else_is_a_gap_with_its_line() -> None:
    got = found("r = ['a']\nif have_gpu():\n    r.append('tensorflow-gpu')\nsetup(install_requires=r)")
    assert named(got.requirements) == {"a": ""}
    assert [gap.what for gap in got.gaps] == ["setup.py:5: a part of install_requires"]


@pytest.mark.parametrize("value", ["compute()", "a if b else c", "[x for x in compute()]", "unknown_name", "r[0].q"])
def test_what_only_running_it_would_tell_is_a_gap(value: str) -> None:
    got = found(f"setup(install_requires={value})")
    assert got.requirements == ()
    assert [gap.what for gap in got.gaps] == ["setup.py:3: install_requires"]


def test_a_file_that_does_not_parse_is_a_gap() -> None:
    assert len(found("print 'x'\nsetup()").gaps) == 1


def test_a_file_that_is_read_and_missing_is_a_gap() -> None:
    assert "deps.txt" in found("setup(install_requires=open('deps.txt').read().split('\\n'))").gaps[0].what


def test_extras_are_hints_and_what_builds_is_told_apart() -> None:
    got = found(
        "setup(setup_requires=['cython'], tests_require=['pytest'], extras_require={'gpu': ['cupy'], 'x': 'y'})"
    )
    assert named(got.requirements) == {"cython": ""}
    assert got.requirements[0].kind == "build"
    assert named(got.hints) == {"pytest": "", "cupy": "", "y": ""}


def test_versions_of_python_are_read() -> None:
    got = found("setup(python_requires='>=3.5', classifiers=['Programming Language :: Python :: 3.6', 'Other'])")
    assert [(sign.kind, sign.value) for sign in got.pythons] == [("range", ">=3.5"), ("tested", "3.6")]


def test_sources_name_the_line() -> None:
    assert found("setup(install_requires=[\n  'a',\n  'bee>=1',\n])").requirements[1].source == "setup.py:5"


@given(st.text(alphabet="setup(install_requires=[]'\"ab+*%.,){}:\n =f", max_size=90))
@settings(deadline=None)
def test_no_script_is_too_odd(text: str) -> None:
    found(text)
