"""What the code imports: how firmly, from where, and which distributions that asks for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from needs_projects import named, needs, project

from reproof.model.requirements import Requirement
from reproof.needs.closure import Closure, Walk
from reproof.needs.imports import Import, parse, read_imports


def read(text: str) -> tuple[Import, ...]:
    return read_imports(text, parse(text))


def need_of(text: str) -> dict[str, str]:
    return {one.module: one.need for one in read(text)}


FIRMNESS = [
    ("import a.b as c, d", {"a.b": "always", "d": "always"}),
    ("try:\n    import a\nexcept ImportError:\n    a = None", {"a": "optional"}),
    ("try:\n    import a\nexcept (KeyError, ModuleNotFoundError):\n    import b", {"a": "optional", "b": "instead"}),
    ("try:\n    import a\nexcept:\n    pass", {"a": "optional"}),
    ("try:\n    import a\nexcept ImportError as e:\n    raise ImportError('install a') from e", {"a": "always"}),
    ("try:\n    import a\nexcept ImportError:\n    print('install a')\n    sys.exit(1)", {"a": "always"}),
    ("try:\n    import a\nexcept KeyError:\n    pass", {"a": "always"}),
    ("try:\n    import a\nfinally:\n    import b", {"a": "always", "b": "always"}),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nelse:\n    import b",
     {"typing": "always", "b": "always"}),
    ("if typing.TYPE_CHECKING:\n    import a", {}),
    ("import sys\nif sys.version_info[0] < 3:\n    import a\nelse:\n    import b",
     {"sys": "always", "a": "optional", "b": "optional"}),
    ("if __name__ == '__main__':\n    import a", {"a": "always"}),
    ("def f():\n    import a\n    async def g():\n        import b", {"a": "later", "b": "later"}),
    ("class C:\n    import a", {"a": "always"}),
    ("with x:\n    for y in z:\n        import a", {"a": "always"}),
    ("import importlib\nm = importlib.import_module('a.b')", {"importlib": "always", "a.b": "later"}),
    ("def f():\n    try:\n        import a\n    except ImportError:\n        return None", {"a": "optional"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FIRMNESS)
def test_what_stands_around_an_import_says_how_much_it_is_needed(text: str, expected: dict[str, str]) -> None:
    assert need_of(text) == expected


def test_python_2_is_searched_line_by_line() -> None:
    text = (
        '"""\nimport not_this\n"""\nimport numpy as np, cPickle\nfrom lib.sub import (a,\n  b)\nprint "x"\n'
        "def f():\n    import late\n"
    )
    assert parse(text) is None
    assert [(one.module, one.line, one.need) for one in read(text)] == [
        ("numpy", 4, "always"), ("cPickle", 4, "always"), ("lib.sub", 5, "always"), ("late", 9, "later"),
    ]  # fmt: skip


@given(st.text(max_size=60) | st.text(alphabet="import fromtry:excp()\n .,#\"'\\", max_size=80))
@settings(deadline=None)
def test_no_code_is_too_odd(text: str) -> None:
    read(text)


def closure(files: dict[str, str], *roots: str) -> Closure:
    return Walk(project(files), roots or ("",)).follow(["train.py"])


def foreign(files: dict[str, str], *roots: str) -> list[str]:
    return [one.module for one in closure(files, *roots).foreign]


def test_local_modules_are_followed_and_shadow_distributions() -> None:
    files = {
        "train.py": "import yaml\nfrom utils.data import load\nimport numpy", "yaml.py": "import a1",
        "utils/__init__.py": "from . import extra", "utils/data.py": "from .deep import x\nfrom ..top import y",
        "utils/extra.py": "import b1", "utils/deep/__init__.py": "import c1",
    }  # fmt: skip
    assert foreign(files) == ["numpy", "a1", "b1", "c1"]


def test_a_folder_without_init_yields_to_an_installed_package_of_its_name() -> None:
    files = {"train.py": "import datasets, helpers", "datasets/load.py": "", "helpers/x.py": ""}
    assert foreign(files) == ["datasets"]
    assert foreign({**files, "datasets/__init__.py": ""}) == []


def test_a_module_on_a_path_that_is_set_at_run_time_is_found_where_it_lies() -> None:
    files = {"train.py": "import sys\nsys.path.append('deep/er')\nimport mine", "deep/er/mine.py": "import numpy"}
    assert foreign(files) == ["sys", "numpy"]


def test_a_file_of_the_project_does_not_hide_a_distribution_from_elsewhere() -> None:
    files = {"train.py": "import pkg", "pkg/__init__.py": "import torch", "pkg/torch.py": "import other"}
    assert foreign(files) == ["torch"]


def test_compiled_modules_are_local() -> None:
    assert foreign({"train.py": "import fastnms", "fastnms.cpython-36m.so": "", "fastnms.pyx": ""}) == []


def test_imports_that_go_round_end() -> None:
    assert foreign({"train.py": "import a1", "a1.py": "import b1", "b1.py": "import a1, train"}) == []


def test_what_only_a_function_imports_stays_optional_in_what_it_leads_to() -> None:
    files = {"train.py": "def f():\n    import lazy1", "lazy1.py": "import numpy"}
    assert [one.need for one in closure(files).foreign] == ["later"]


def imported(files: dict[str, str]) -> dict[str, Requirement]:
    return {one.name: one for one in needs(files).requirements}


def test_imports_that_nobody_declared_become_requirements() -> None:
    got = imported({"train.py": "import os, cv2\nimport numpy\nfrom google.protobuf import message\nimport urllib2",
                    "requirements.txt": "numpy==1.16"})  # fmt: skip
    assert {name: one.kind for name, one in got.items()} == {
        "numpy": "declared", "opencv-python": "imported", "protobuf": "imported",
    }  # fmt: skip
    assert got["opencv-python"].source == "train.py:1"


def test_any_distribution_that_provides_a_module_will_do() -> None:
    got = imported({"train.py": "import cv2", "requirements.txt": "opencv-python-headless==4.1.0.25"})
    assert list(got) == ["opencv-python-headless"]


def test_submodules_of_a_namespace_lead_to_their_own_distributions() -> None:
    got = imported({"train.py": "from google.cloud import storage\nfrom google import protobuf"})
    assert set(got) == {"google-cloud-storage", "protobuf"}


def test_a_module_that_no_index_has_is_a_gap_and_not_its_namesake() -> None:
    found = needs({"train.py": "import apex\nimport clip"})
    assert found.requirements == ()
    assert [gap.what for gap in found.gaps] == ["train.py:1: apex", "train.py:2: clip"]


def test_a_module_that_no_table_knows_is_tried_under_its_name_and_told() -> None:
    found = needs({"train.py": "import no_such_thing_at_all"})
    assert named(found.requirements) == {"no-such-thing-at-all": ""}
    assert "no-such-thing-at-all is tried" in found.gaps[0].why


def test_optional_imports_are_not_installed_and_told() -> None:
    found = needs({"train.py": "try:\n    import wandb\nexcept ImportError:\n    wandb = None"})
    assert found.requirements == ()
    assert found.gaps[0].what == "optional imports: wandb"


def test_what_stands_in_for_an_optional_import_is_needed() -> None:
    cupy = "try:\n    import cupy as np\nexcept ImportError:\n    import numpy as np\n"
    assert list(imported({"train.py": cupy})) == ["numpy"]
    both = imported({"train.py": cupy, "requirements.txt": "cupy==7.0"})
    assert list(both) == ["cupy"]


def test_what_only_a_function_imports_is_optional() -> None:
    got = imported({"train.py": "import numpy\ndef f():\n    import seaborn, numpy"})
    assert {name: one.optional for name, one in got.items()} == {"numpy": False, "seaborn": True}


def test_a_development_file_gives_the_version_of_what_is_imported() -> None:
    got = imported({"train.py": "import seaborn", "requirements-dev.txt": "seaborn==0.9\npytest==5"})
    assert named(tuple(got.values())) == {"seaborn": "==0.9"}
    assert got["seaborn"].source == "requirements-dev.txt:1, train.py:1"


def test_backports_hold_for_the_versions_that_need_them() -> None:
    got = imported({"train.py": "from dataclasses import dataclass\nimport distutils.util"})
    assert {name: one.marker for name, one in got.items()} == {
        "dataclasses": 'python_version < "3.7"', "setuptools": 'python_version >= "3.12"',
    }  # fmt: skip


def test_what_must_be_there_before_the_run_is_listed() -> None:
    optional = "try:\n    import wandb\nexcept ImportError:\n    pass\n"
    text = "import json, torch.nn\nfrom PIL import Image\ndef f():\n    import seaborn\n" + optional
    assert needs({"train.py": text}).imports == ("torch.nn", "PIL")
