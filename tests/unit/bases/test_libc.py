"""How new a base must be, and which one is nearest."""

from __future__ import annotations

import pytest
from factories import BASE, make_snapshot
from packaging.version import Version

from reproof.bases.libc import libc_need, nearness, wheels_need
from reproof.facts.systems import system_named, system_of

NUMPY = BASE["distributions"][0]


@pytest.mark.parametrize(
    ("tags", "least"),
    [
        (["cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux2014_x86_64"], "2.17"),
        (["cp311-cp311-manylinux_2_28_x86_64"], "2.28"),
        (["cp36-cp36m-manylinux1_x86_64"], "2.5"),
        (["py3-none-any"], "2.5"),
        ([], "2.5"),
        (["cp311-cp311-linux_x86_64"], None),
    ],
)
def test_wheels_tell_the_c_library_that_they_need(tags: list[str], least: str | None) -> None:
    snapshot = make_snapshot(distributions=[{**NUMPY, "tags": tags}])
    assert wheels_need(snapshot) == (Version(least) if least else None)


def test_what_was_compiled_here_needs_the_recorded_c_library() -> None:
    snapshot = make_snapshot(distributions=[{**NUMPY, "tags": ["cp311-cp311-linux_x86_64"]}])
    need = libc_need(snapshot)
    assert need.least(carried=False) == need.least(carried=True) == Version("2.36")
    assert nearness(system_of("bullseye"), need, carried=False).tier == 3


def test_the_recorded_release_is_nearest_then_a_newer_one_then_the_unknown_and_the_too_old() -> None:
    need = libc_need(
        make_snapshot(system={"os": "ubuntu", "os_version": "22.04", "codename": "jammy", "libc": "glibc 2.35"})
    )
    names = [("ubuntu", "22.04"), ("debian", "12"), ("ubuntu", "24.04"), (None, None), ("debian", "11")]
    ranked = [nearness(system_named(*name) if name[0] else None, need, carried=True) for name in names]
    assert ranked == sorted(ranked)
    assert [near.tier for near in ranked] == [0, 1, 1, 2, 3]


def test_without_a_c_library_nothing_is_claimed() -> None:
    need = libc_need(make_snapshot(system={"os": "alpine", "os_version": "3.19", "codename": "", "libc": ""}))
    assert need.recorded is None
    assert nearness(system_of("bookworm"), need, carried=True).tier == 2
