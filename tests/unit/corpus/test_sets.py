"""The corpus keeps what its README promises."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from tests.corpus.sets import FOLDER, RequirementSet, load, parse_declared

SETS = load()
FIRST_RELEASES = {
    "3.6": "2016-12-23",
    "3.7": "2018-06-27",
    "3.8": "2019-10-14",
    "3.9": "2020-10-05",
    "3.10": "2021-10-04",
    "3.11": "2022-10-24",
    "3.12": "2023-10-02",
    "3.13": "2024-10-07",
}
"""Of each minor of CPython, its first final release (PEPs 494, 537, 569, 596, 619, 664, 693, 719)."""
KINDS = {"requires.txt", "requirements.txt", "setup.py", "setup.cfg", "pyproject", "environment.yml"}


def each(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(name, SETS, ids=lambda one: one.id)


def test_there_are_enough_sets_of_machine_learning_projects_and_of_others() -> None:
    learning = sum(one.machine_learning for one in SETS)
    assert len(SETS) >= 100 and learning >= 60 and len(SETS) - learning >= 20


def test_every_year_has_its_share() -> None:
    years = Counter(one.year for one in SETS)
    assert sorted(years) == list(range(2016, 2026)) and min(years.values()) >= 8


def test_no_id_is_used_twice() -> None:
    assert len({one.id for one in SETS}) == len(SETS)


@each("one")
def test_a_set_lies_in_the_file_of_its_year_and_names_its_source(one: RequirementSet) -> None:
    entries = json.loads((FOLDER / f"{one.year}.json").read_text("utf-8"))
    assert one.id in [entry["id"] for entry in entries]
    assert (one.version is None) != (one.commit is None) and one.kind in KINDS and one.file
    assert one.commit is None or re.fullmatch(r"[0-9a-f]{40}", one.commit)


@each("one")
def test_a_date_is_an_instant_at_which_the_target_existed(one: RequirementSet) -> None:
    instant = datetime.strptime(one.date, "%Y-%m-%dT%H:%M:%SZ")
    assert instant >= datetime.fromisoformat(FIRST_RELEASES[one.python])


@each("one")
def test_requirements_have_names_and_nothing_has_an_address(one: RequirementSet) -> None:
    assert all(parse_declared(text).name for text in one.requirements) and len(one.requirements) >= 2
    assert "://" not in json.dumps([one.requirements, one.file, one.left_out])


@each("one")
def test_modules_to_import_are_names_and_are_named_once(one: RequirementSet) -> None:
    assert one.imports and len(set(one.modules)) == len(one.modules)
    assert all(part.isidentifier() for module in one.modules for part in module.split("."))


def test_requirements_older_than_their_grammar_are_read() -> None:
    assert parse_declared("pytz (>=2011k)").specifier == ">=2011k"
    declared = parse_declared('torch[a, b] >=1.7.* ; python_version < "3"')
    assert (declared.extras, declared.specifier, declared.marker) == (("a", "b"), ">=1.7.*", 'python_version < "3"')


@pytest.mark.parametrize("text", ["", ">=1", "numpy 1.2", "-r more.txt"])
def test_what_is_no_requirement_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no requirement"):
        parse_declared(text)


def test_a_set_with_a_field_that_there_is_none_of_is_refused(tmp_path: Path) -> None:
    (tmp_path / "2016.json").write_text('[{"id": "x", "colour": "red"}]')
    with pytest.raises(ValueError, match="x: unknown fields: colour"):
        load(tmp_path)
