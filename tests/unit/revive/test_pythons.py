"""Which interpreter an old project gets, of those that are to be had."""

from __future__ import annotations

from reproof.adapters.interpreters import FoundPython
from reproof.model.requirements import PythonChoice
from reproof.revive.pythons import no_interpreter, order_pythons


def python(version: str, **changes: object) -> FoundPython:
    fields = {"executable": f"/opt/{version}/bin/python", "implementation": "cpython", "prefix": f"/opt/{version}",
              "origin": "pyenv", **changes}  # fmt: skip
    return FoundPython(version=version, **fields)  # type: ignore[arg-type]


def wanted(*versions: str) -> tuple[PythonChoice, ...]:
    return tuple(PythonChoice(version=version, reason=f"setup.py names {version}") for version in versions)


def versions(*found: FoundPython, of: tuple[PythonChoice, ...]) -> list[str]:
    return [candidate.python.version for candidate in order_pythons(of, found)]


def test_the_newest_patch_of_the_minor_version_is_taken() -> None:
    assert versions(python("3.8.2"), python("3.8.18"), python("3.9.1"), of=wanted("3.8")) == ["3.8.18"]


def test_a_patch_that_the_project_names_comes_before_a_newer_one() -> None:
    assert versions(python("3.8.2"), python("3.8.18"), of=wanted("3.8.2")) == ["3.8.2"]
    assert versions(python("3.8.18"), of=wanted("3.8.2")) == ["3.8.18"]


def test_a_complete_interpreter_comes_before_a_newer_one_without_lzma() -> None:
    found = python("3.7.3"), python("3.7.16", missing=("lzma",))
    [candidate] = order_pythons(wanted("3.7"), found)
    assert candidate.python.version == "3.7.3"
    assert candidate.decision.alternatives[0].reason == "built without lzma"


def test_each_version_that_may_be_right_is_tried_once_and_in_order() -> None:
    found = python("3.6.15"), python("3.7.16"), python("3.8.18")
    assert versions(*found, of=wanted("3.7", "3.7.2", "3.5", "3.6")) == ["3.7.16", "3.6.15"]


def test_the_decision_carries_the_projects_own_reason_and_what_was_turned_down() -> None:
    [first, _] = order_pythons(wanted("3.7", "3.6"), [python("3.6.15"), python("3.7.16")])
    assert (first.decision.subject, first.decision.reason) == ("Python", "setup.py names 3.7")
    assert "3.7.16" in first.decision.choice
    assert [other.choice for other in first.decision.alternatives] == ["3.6"]


def test_another_implementation_a_preview_and_what_is_too_old_are_no_candidates() -> None:
    found = python("3.8.1", implementation="pypy"), python("3.8.2", stable=False), python("3.5.9"), python("2.7.18")
    assert versions(*found, of=wanted("3.8", "3.5", "2.7")) == []


def test_a_version_that_is_none_fits_nothing() -> None:
    assert versions(python("3.8.1"), of=wanted("three")) == []


def test_a_missing_interpreter_is_named_with_what_there_is_and_how_to_get_it() -> None:
    obstacle = no_interpreter(wanted("3.4", "3.7"), [python("3.11.2"), python("3.9.1")])
    assert obstacle.kind == "no interpreter"
    assert "3.4 or 3.7" in obstacle.what and "3.9.1, 3.11.2" in obstacle.what
    assert "pyenv install 3.7" in obstacle.remedy


def test_python_2_has_a_message_of_its_own() -> None:
    obstacle = no_interpreter(wanted("2.7"), [python("2.7.18")])
    assert "Python 2.7" in obstacle.what and "3.6" in obstacle.what
    assert "2to3" in obstacle.remedy
