"""A project's needs become lines for one target; what a solver cannot be asked for is told."""

from __future__ import annotations

import pytest

from reproof.model.requirements import Requirement, Requirements
from reproof.model.target import Target
from reproof.resolve.wanted import applies, wanted

TARGET = Target(python="3.6.15")


def needs(*requirements: Requirement) -> Requirements:
    return Requirements(project="p", dates=(), pythons=(), requirements=requirements)


def declared(name: str, specifier: str = "", **more: object) -> Requirement:
    return Requirement.model_validate(
        {"name": name, "kind": "declared", "source": "requirements.txt:1", "specifier": specifier, **more}
    )


def test_requirements_of_another_platform_are_left_out() -> None:
    found = wanted(
        needs(
            declared("pywin32", marker='sys_platform == "win32"'),
            declared("dataclasses", marker='python_version < "3.7"'),
            declared("cython", kind="build"),
            declared("pip"),
        ),
        TARGET,
    )
    assert found.text() == ("dataclasses",)


def test_extras_and_specifiers_stay_and_old_spellings_are_mended() -> None:
    found = wanted(needs(declared("a", "==1.0", extras=("x", "y")), declared("b", ">=2.7.*")), TARGET)
    assert found.text() == ("a[x,y]==1.0", "b>=2.7")


def test_constraints_are_kept_apart() -> None:
    found = wanted(needs(declared("a", "<2", kind="constraint"), declared("a")), TARGET)
    assert (found.text(), [str(line) for line, _ in found.constraints]) == (("a",), ["a<2"])


def test_the_hashes_of_a_lock_are_all_that_is_admitted() -> None:
    lock = declared("a", "==1.0", kind="locked", hashes=("sha256:aa", "sha256:bb", "md5:cc"))
    found = wanted(needs(lock), TARGET)
    assert (found.admitted, found.locked) == ({"a": frozenset({"aa", "bb"})}, frozenset({"a"}))


def test_a_repository_is_replaced_by_a_release_and_that_is_told() -> None:
    found = wanted(needs(declared("gym", url="git+https://code.example/gym@abc")), TARGET)
    assert found.text() == ("gym",)
    assert [gap.what for gap in found.gaps] == ["gym from git+https://code.example/gym@abc (requirements.txt:1)"]


def test_the_project_itself_is_not_asked_for() -> None:
    assert wanted(needs(declared("mine", url=".")), TARGET).text() == ()


def test_what_cannot_be_read_is_a_gap() -> None:
    found = wanted(needs(declared("!!", "==1")), TARGET)
    assert (found.text(), len(found.gaps)) == ((), 1)


@pytest.mark.parametrize(
    ("marker", "holds"),
    [
        (None, True),
        ('python_full_version >= "3.6.15" and platform_machine == "x86_64"', True),
        ('os_name == "nt" or sys_platform == "darwin"', False),
        ('extra == "dev"', False),
        ("nobody knows", True),
    ],
)
def test_a_marker_is_judged_for_the_target(marker: str | None, holds: bool) -> None:
    assert applies(marker, TARGET) is holds
