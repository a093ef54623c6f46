"""What must be true of the tables of modules: what an old project needs rests on them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import reproof.facts
from reproof.facts.framework_pythons import ALIKE, framework_pythons, pythons_of
from reproof.facts.imports import import_names
from reproof.facts.python_releases import python_releases
from reproof.facts.standard_library import added_in, changed_modules, is_standard, removed_in

TABLES = Path(reproof.facts.__file__).parent / "tables"
MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def count(name: str) -> int:
    return len(json.loads((TABLES / f"{name}.json").read_text())["rows"])


def test_no_module_occurs_twice() -> None:
    assert count("imports") == len(import_names())
    assert count("standard_library") == len(changed_modules())
    assert count("framework_pythons") == len({(row.framework, row.version) for row in framework_pythons()})


def test_modules_and_distributions_are_spelled_as_they_are_looked_up() -> None:
    for row in import_names().values():
        assert MODULE.fullmatch(row.module)
        assert all(canonicalize_name(name) == name for name in row.distributions)
        assert len(set(row.distributions)) == len(row.distributions)


def test_a_module_without_a_distribution_is_a_namespace_or_says_where_it_comes_from() -> None:
    for row in import_names().values():
        assert bool(row.distributions) + row.shared + bool(row.note) == 1, row


def test_a_name_that_another_project_has_is_never_taken_for_its_own_module() -> None:
    taken = [row for row in import_names().values() if row.name_is_taken]
    assert len(taken) == 39
    for row in taken:
        assert canonicalize_name(row.module) not in row.distributions[:1], row


def test_well_known_modules_lead_to_their_distributions() -> None:
    known = {"cv2": "opencv-python", "sklearn": "scikit-learn", "yaml": "pyyaml", "PIL": "pillow", "numpy": "numpy",
             "google.protobuf": "protobuf", "skimage": "scikit-image", "bs4": "beautifulsoup4"}  # fmt: skip
    assert {module: import_names()[module].distributions[0] for module in known} == known


def test_the_standard_library_is_not_looked_for_on_an_index() -> None:
    assert not [module for module in import_names() if module in sys.stdlib_module_names and module != "imp"]
    assert is_standard("json") and is_standard("cPickle") and is_standard("imp") and not is_standard("numpy")


def test_a_module_that_came_or_went_says_when() -> None:
    versions = {release.version for release in python_releases()}
    for row in changed_modules().values():
        assert (row.added is None) != (row.removed is None)
        assert {row.added, row.removed} - {None} <= versions | {"3.0"}
    assert (added_in("dataclasses"), removed_in("distutils"), removed_in("urllib2")) == ("3.7", "3.12", "3.0")


def test_wheels_of_frameworks_are_for_known_versions_of_python() -> None:
    versions = {release.version for release in python_releases()} | {"3.3"}
    for row in framework_pythons():
        assert Version(row.version)
        assert set(row.pythons) <= versions and row.pythons


def test_the_gpu_package_has_the_wheels_of_the_plain_one() -> None:
    assert ALIKE["tensorflow-gpu"] == "tensorflow"
    assert pythons_of("tensorflow-gpu", SpecifierSet("==1.13.1")) == {"2.7", "3.3", "3.4", "3.5", "3.6", "3.7"}
    assert pythons_of("torch", SpecifierSet("==1.3.1")) == {"2.7", "3.5", "3.6", "3.7"}
    assert pythons_of("torch", SpecifierSet("==0.4.1")) == frozenset()


def test_versions_of_python_come_in_their_order() -> None:
    releases = python_releases()
    assert releases[0].version == "2.7"
    assert sorted(releases, key=lambda release: release.released) == list(releases)
    assert dict(releases)["3.6"] == "2016-12-23"
