"""Versions are chosen as of an instant, for a target that is not this machine; or it is said why they cannot be."""

from __future__ import annotations

import io
import platform
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from index_server import IndexServer, make_wheel, serving

from reproof.adapters.pip_tools import PipTools
from reproof.errors import UsageError
from reproof.model.requirements import Requirement, Requirements
from reproof.model.target import Target
from reproof.resolve.solution import Solution
from reproof.resolve.solve import solve
from reproof.store.store import Store
from reproof.wiring import solve_tools

TARGET = Target(python="3.6.15", machine="x86_64", glibc="2.17")
EARLY, LATE = "2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
INSTANT = "2019-06-01T00:00:00Z"


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with serving(IndexServer()) as running:
        yield running


def declared(*lines: str) -> Requirements:
    """Return needs for lines such as `pack==1.0`."""
    requirements = []
    for number, line in enumerate(lines, 1):
        name = line.split("=")[0].split("<")[0].split(">")[0]
        requirements.append(
            Requirement.model_validate(
                {
                    "name": name,
                    "kind": "declared",
                    "source": f"requirements.txt:{number}",
                    "specifier": line[len(name) :],
                }
            )
        )
    return Requirements(project="p", dates=(), pythons=(), requirements=tuple(requirements))


def solved(server: IndexServer, tmp_path: Path, *lines: str, instant: str = INSTANT) -> Solution:
    """Return what uv chooses for some lines."""
    environ = {"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": server.url}
    return solve(declared(*lines), TARGET, instant, solve_tools(Store(tmp_path / "store"), environ))


@pytest.mark.parametrize("lines", [("pack",), ("pack>=2",), ("pack==1.0", "lower<2")])
def test_pip_tools_and_uv_choose_the_same(server: IndexServer, tmp_path: Path, lines: tuple[str, ...]) -> None:
    server.add(make_wheel("pack", "1.0", requires=["lower (>=1.0.*)"]), EARLY)
    server.add(make_wheel("pack", "2.0", requires=["lower", 'tomli; python_version < "3"']), EARLY)
    server.add(make_wheel("pack", "3.0"), LATE)
    server.add(make_wheel("lower", "1.5"), EARLY)
    server.add(make_wheel("lower", "2.5"), EARLY)
    target = Target(python=platform.python_version())
    environ = {"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": server.url}
    found = [
        solve(declared(*lines), target, INSTANT, solve_tools(Store(tmp_path / "store"), environ, solver))
        for solver in (None, PipTools())
    ]
    assert found[0].pins
    assert found[0].lock == found[1].lock


def test_pip_tools_refuses_a_target_that_is_not_its_interpreter(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"), EARLY)
    environ = {"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": server.url}
    with pytest.raises(UsageError, match=r"not for 3\.6\.15"):
        solve(declared("pack"), TARGET, INSTANT, solve_tools(Store(tmp_path / "store"), environ, PipTools()))


def versions(solution: Solution) -> dict[str, str]:
    return {pin.name: pin.version for pin in solution.pins}


def add_source(server: IndexServer, name: str, version: str, requires: str) -> None:
    """Offer a source distribution as setuptools of the time made it."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:gz") as tar:
        info = f"Metadata-Version: 1.1\nName: {name}\nVersion: {version}\n"
        for path, text in (
            ("PKG-INFO", info),
            ("setup.py", "raise SystemExit('run')"),
            ("x.egg-info/requires.txt", requires),
        ):
            member = tarfile.TarInfo(f"{name}-{version}/{path}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    server.add((f"{name.replace('-', '_')}-{version}.tar.gz", target.getvalue(), ""), EARLY)


def test_what_is_newer_than_the_instant_is_not_chosen(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0", requires=["lower (>=1.0.*)"]), EARLY)
    server.add(make_wheel("pack", "2.0"), LATE)
    server.add(make_wheel("lower", "1.1"), EARLY)
    found = solved(server, tmp_path, "pack")
    assert versions(found) == {"lower": "1.1", "pack": "1.0"}
    assert [repair.after for repair in found.repairs] == ["lower>=1.0"]
    assert {pin.confidence for pin in found.pins} == {"dated"}
    assert "needed by pack" in found.pins[0].evidence
    assert "asked for in requirements.txt:1" in found.pins[1].evidence


def test_the_target_decides_and_not_this_machine(server: IndexServer, tmp_path: Path) -> None:
    old = make_wheel(
        "pack", "1.0", tag="cp36-cp36m-manylinux1_x86_64", requires=['dataclasses; python_version < "3.7"']
    )
    server.add(old, EARLY)
    server.add(make_wheel("pack", "1.0", tag="cp311-cp311-manylinux1_x86_64"), EARLY)
    server.add(make_wheel("dataclasses", "0.6"), EARLY)
    found = solved(server, tmp_path, "pack")
    assert [pin.artifact.filename for pin in found.pins if pin.artifact] == ["dataclasses-0.6-py3-none-any.whl", old[0]]


def test_a_source_distribution_is_resolved_without_being_run(server: IndexServer, tmp_path: Path) -> None:
    add_source(server, "absl-py", "0.7.1", "six\n")
    server.add(make_wheel("six", "1.12.0"), EARLY)
    found = solved(server, tmp_path, "absl-py==0.7.1")
    assert versions(found) == {"absl-py": "0.7.1", "six": "1.12.0"}
    assert found.pins[0].artifact is not None
    assert found.pins[0].artifact.filename == "absl_py-0.7.1.tar.gz"


def test_solving_again_gives_the_same_bytes_and_needs_no_index(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0", requires=["lower"]), EARLY)
    server.add(make_wheel("lower", "1.1"), EARLY)
    first = solved(server, tmp_path, "pack")
    asked = len(server.requests)
    server.fail_with = 503
    again = solved(server, tmp_path, "pack")
    assert again.model_dump_json() == first.model_dump_json()
    assert again.lock == first.lock
    assert len(server.requests) == asked


def test_a_pinned_release_that_was_yanked_is_chosen_and_marked(server: IndexServer, tmp_path: Path) -> None:
    wheel = make_wheel("pack", "1.0")
    server.add(wheel, EARLY)
    server.yanked.add(wheel[0])
    (pin,) = solved(server, tmp_path, "pack==1.0").pins
    assert pin.evidence.endswith("yanked by now")


def test_a_yanked_release_serves_where_nothing_else_does_and_that_is_told(server: IndexServer, tmp_path: Path) -> None:
    wheel = make_wheel("pack", "1.5")
    server.add(wheel, EARLY)
    server.add(make_wheel("pack", "1.0"), EARLY)
    server.yanked.add(wheel[0])
    assert versions(solved(server, tmp_path, "pack")) == {"pack": "1.0"}
    found = solved(server, tmp_path, "pack>=1.2")
    assert versions(found) == {"pack": "1.5"}
    assert "yanked" in found.gaps[0].effect


def test_the_project_wins_over_its_packages_as_it_did_then(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0", requires=["lower>=2"]), EARLY)
    server.add(make_wheel("lower", "1.0"), EARLY)
    server.add(make_wheel("lower", "2.0"), EARLY)
    found = solved(server, tmp_path, "pack==1.0", "lower==1.0")
    assert versions(found) == {"lower": "1.0", "pack": "1.0"}
    assert "lower" in found.gaps[0].why
    assert "until version 20.3" in found.gaps[0].effect


def test_two_pins_that_contradict_each_other_are_named(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"), EARLY)
    server.add(make_wheel("pack", "2.0"), EARLY)
    (obstacle,) = solved(server, tmp_path, "pack==1.0", "pack==2.0").obstacles
    assert (obstacle.kind, obstacle.package) == ("contradiction", "pack")
    assert "pack==1.0" in obstacle.what
    assert "pack==2.0" in obstacle.what


def test_what_came_later_serves_where_nothing_was_there_and_that_is_told(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"), EARLY)
    server.add(make_wheel("pack", "2.0"), LATE)
    server.add(make_wheel("pack", "2.1"), "2020-02-01T00:00:00Z")
    found = solved(server, tmp_path, "pack>=2")
    assert versions(found) == {"pack": "2.0"}
    assert found.gaps[0].effect.endswith("pack-2.0-py3-none-any.whl, of 2020-01-01")


def test_a_project_that_came_later_for_others_names_the_day_it_came(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0", tag="cp36-cp36m-win_amd64"), LATE)
    (obstacle,) = solved(server, tmp_path, "pack").obstacles
    assert (obstacle.kind, obstacle.remedy) == ("never existed", "resolve for a date after 2020-01-01")


def test_a_version_that_no_index_has_names_those_that_exist(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"), EARLY)
    (obstacle,) = solved(server, tmp_path, "pack==7.7").obstacles
    assert (obstacle.kind, obstacle.package) == ("deleted", "pack")
    assert "1.0" in obstacle.remedy


def test_a_name_that_no_index_has_is_told(server: IndexServer, tmp_path: Path) -> None:
    (obstacle,) = solved(server, tmp_path, "nothing").obstacles
    assert (obstacle.kind, obstacle.package) == ("never existed", "nothing")


def test_a_dependency_that_no_index_has_is_named(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0", requires=["gone"]), EARLY)
    (obstacle,) = solved(server, tmp_path, "pack").obstacles
    assert (obstacle.kind, obstacle.package) == ("never existed", "gone")


@pytest.mark.parametrize(
    ("tag", "kind"), [("cp36-cp36m-win_amd64", "other platform"), ("cp39-cp39-manylinux1_x86_64", "no interpreter")]
)
def test_a_package_for_another_machine_or_python_says_which(
    server: IndexServer, tmp_path: Path, tag: str, kind: str
) -> None:
    server.add(make_wheel("pack", "1.0", tag=tag), EARLY)
    (obstacle,) = solved(server, tmp_path, "pack").obstacles
    assert (obstacle.kind, obstacle.package) == (kind, "pack")
    assert tag in obstacle.what


def test_an_index_that_fails_is_no_missing_package(server: IndexServer, tmp_path: Path) -> None:
    server.fail_with = 500
    (obstacle,) = solved(server, tmp_path, "pack").obstacles
    assert (obstacle.kind, obstacle.package) == ("unreachable", "pack")
    assert "500" in obstacle.what


def test_a_file_that_nobody_can_date_is_a_gap(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"))
    found = solved(server, tmp_path, "pack")
    assert [gap.what for gap in found.gaps] == ["the date of pack-1.0-py3-none-any.whl"]


def test_a_build_that_nobody_named_is_a_gap(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"), EARLY)
    server.add(make_wheel("pack", "1.0+cpu"), EARLY)
    assert "which build" in solved(server, tmp_path, "pack").gaps[0].what
    assert solved(server, tmp_path, "pack==1.0+cpu").gaps == ()


def test_an_instant_that_is_none_is_refused(server: IndexServer, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'last summer' is no date"):
        solved(server, tmp_path, "pack", instant="last summer")
