"""What apt says is read; where there is no apt, there is nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from reproof.adapters.apt import AptArchive
from reproof.adapters.process import Completed

TARGETS = """\
http://mirror.example/debian/|bookworm|main|Debian|$(SIGNED_BY)
http://mirror.example/debian/|bookworm|contrib|Debian|/usr/share/keyrings/debian.gpg
http://mirror.example/security/|bookworm-security|main|Debian|
http://mirror.example/debian/|bookworm-updates|main|Debian|
http://vendor.example/debian/|bookworm|stable|Vendor|
http://mirror.example/debian/|trixie|main|Debian|
"""
PLANNED = """\
'http://mirror.example/debian/dists/bookworm/InRelease' mirror.example_debian_dists_bookworm_InRelease 0
'http://mirror.example/debian/dists/bookworm/main/binary-amd64/Packages.xz' a 0
'http://mirror.example/debian/dists/bookworm/main/binary-all/Packages.xz' b 0
'http://vendor.example/apt/dists/bookworm/stable/binary-amd64/Packages.xz' c 0
"""
MADISON = """\
   libc6 | 2.36-9+u14 | http://mirror.example/debian bookworm/main amd64 Packages
   libc6 | 2.36-9+u7 | http://mirror.example/security bookworm-security/main amd64 Packages
   libc6 | 2.36-9+u7 | http://mirror.example/debian bookworm/main amd64 Packages
   glibc | 2.36-9 | http://mirror.example/debian bookworm/main Sources
"""
DUMP = """\
Acquire::http::Proxy "http://proxy.example:3142";
Acquire::http::Proxy::local.example "DIRECT";
Acquire::https::CAInfo "";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
"""
ANSWERS = {"indextargets": TARGETS, "update": PLANNED, "madison": MADISON, "dump": DUMP}


@pytest.fixture
def os_release(tmp_path: Path) -> Path:
    path = tmp_path / "os-release"
    path.write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    return path


def archive(os_release: Path, **changes: str) -> AptArchive:
    answers = {**ANSWERS, **changes}

    def answer(argv: Sequence[str]) -> Completed:
        return Completed(0, answers[argv[1]].encode(), "")

    return AptArchive(os_release, answer)


def test_the_release_and_its_own_entries_are_offered(os_release: Path) -> None:
    apt = archive(os_release)
    assert apt.suites() == ("bookworm",)
    assert apt.sources("bookworm") == (
        "deb http://mirror.example/debian/ bookworm main",
        "deb [signed-by=/usr/share/keyrings/debian.gpg] http://mirror.example/debian/ bookworm contrib",
        "deb http://mirror.example/debian/ bookworm-updates main",
        "deb http://mirror.example/security/ bookworm-security main",
    )
    assert apt.sources("sid") == ()


def test_before_any_update_the_entries_are_those_that_it_would_fetch(os_release: Path) -> None:
    apt = archive(os_release, indextargets="")
    assert apt.suites() == ("bookworm",)
    assert apt.sources("bookworm") == ("deb http://mirror.example/debian/ bookworm main",)


def test_versions_are_listed_newest_first_and_once(os_release: Path) -> None:
    assert archive(os_release).versions(["libc6", "nothing"]) == {"libc6": ("2.36-9+u14", "2.36-9+u7")}


def test_without_lists_no_version_is_known(os_release: Path) -> None:
    assert archive(os_release, madison="").versions(["libc6"]) is None


def test_settings_that_reach_the_archive_are_passed_on(os_release: Path) -> None:
    assert archive(os_release).options() == (
        'Acquire::http::Proxy "http://proxy.example:3142";',
        'Acquire::http::Proxy::local.example "DIRECT";',
        'Acquire::Check-Valid-Until "false";',
    )


def test_where_there_is_no_apt_there_is_nothing(tmp_path: Path) -> None:
    apt = AptArchive(tmp_path / "none", lambda argv: Completed(127, b"", "not found"))
    assert (apt.suites(), apt.sources("bookworm"), apt.options(), apt.versions(["libc6"])) == ((), (), (), None)
