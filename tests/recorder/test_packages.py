"""Which distribution packages own files, on machines with dpkg, rpm and apk."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from reproof.recorder.packages import database, package_owners, system_packages


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def debian(tmp_path: Path) -> str:
    """A machine with dpkg's database, in the form of Debian 12's."""
    dpkg = tmp_path / "var/lib/dpkg"
    write(dpkg / "info/zlib1g:amd64.list", "/.\n/lib\n/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu/libz.so.1.2.13\n")
    write(dpkg / "info/zlib1g:i386.list", "/.\n/usr/share/doc/zlib1g/copyright\n")
    write(dpkg / "info/tools.list", "/.\n/usr/bin/[\n/usr/bin/pg_config\n/etc/tools.conf\n")
    write(dpkg / "info/wrapper.list", "/.\n/usr/bin/pg_config\n")
    write(dpkg / "info/tools.md5sums", "0123  usr/bin/nobody\n")
    write(dpkg / "diversions", "/usr/bin/pg_config\n/usr/bin/pg_config.tools\nwrapper\n")
    write(
        dpkg / "status",
        "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nMulti-Arch: same\n"
        "Version: 1:1.2.13.dfsg-1\nDescription: compression library\n zlib is a library.\n Version: 9\n\n"
        "Package: tools\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: 2\n\n"
        "Package: wrapper\nStatus: install ok installed\nVersion: 3\n",
    )
    return str(tmp_path)


def test_a_file_is_known_by_its_path_with_and_without_usr(debian: str) -> None:
    asked = ["/usr/lib/x86_64-linux-gnu/libz.so.1.2.13", "/lib/x86_64-linux-gnu/libz.so.1.2.13", "/usr/bin/["]
    assert package_owners(asked, debian) == dict(zip(asked, ["deb:zlib1g", "deb:zlib1g", "deb:tools"], strict=True))


def test_what_no_package_lists_has_no_owner(debian: str) -> None:
    asked = ["/usr/bin/nobody", "/usr/local/bin/pg_config", "/home/me/x", "/usr/bin/new\nline"]
    assert package_owners(asked, debian) == {}


def test_a_diverted_file_belongs_to_the_package_whose_bytes_are_there(debian: str) -> None:
    asked = ["/usr/bin/pg_config", "/usr/bin/pg_config.tools"]
    assert package_owners(asked, debian) == {asked[0]: "deb:wrapper", asked[1]: "deb:tools"}


def test_what_the_administrator_diverted_belongs_to_nobody(debian: str) -> None:
    write(Path(debian) / "var/lib/dpkg/diversions", "/usr/bin/[\n/usr/bin/[.distrib\n:\n")
    assert package_owners(["/usr/bin/[", "/usr/bin/[.distrib"], debian) == {"/usr/bin/[.distrib": "deb:tools"}


def test_installed_packages_have_versions_and_removed_ones_are_left_out(debian: str) -> None:
    assert system_packages(["deb:zlib1g", "deb:tools", "deb:wrapper", "dist:numpy"], debian) == [
        {"name": "wrapper", "version": "3", "architecture": "", "manager": "deb"},
        {"name": "zlib1g", "version": "1:1.2.13.dfsg-1", "architecture": "amd64", "manager": "deb"},
    ]


@pytest.mark.skipif(shutil.which("dpkg") is None, reason="this machine has no dpkg to compare with")
def test_dpkg_says_the_same() -> None:
    folders = [Path(name) for name in ("/usr/bin", "/etc", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu")]
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())[:150]]
    asked = [str(path) for path in files if path.is_file() and path.resolve() == path and "[" not in path.name]
    printed = subprocess.run(["dpkg", "-S", *asked], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    lines = [line.partition(": /") for line in printed.stdout.splitlines() if not line.startswith("diversion ")]
    expected = {"/" + path: names.split(":")[0].split(",")[0] for names, _, path in lines}
    found = package_owners(asked)
    assert found is not None and len(expected) > 50
    # It does not know by itself that /bin is a link to /usr/bin: it may say less, and nothing else.
    assert {path: found.get(path) for path in expected} == {path: f"deb:{name}" for path, name in expected.items()}


def test_the_stamp_changes_when_something_is_installed(debian: str) -> None:
    first = database(debian)
    status = Path(debian) / "var/lib/dpkg/status"
    status.write_text(status.read_text() + "\nPackage: new\nStatus: install ok installed\nVersion: 1\n")
    assert first is not None and first != database(debian)


def test_without_a_database_nobody_is_known_to_own_anything(tmp_path: Path) -> None:
    assert database(str(tmp_path)) is None
    assert package_owners(["/usr/bin/env"], str(tmp_path)) is None
    assert system_packages(["deb:libc6"], str(tmp_path)) == []


# What rpm(8) prints with --queryformat; a file of two packages has two lines, one that is not there has none.
RPM = """#!/bin/sh
[ "$1 $2" = "--root ROOT" ] || exit 1
shift 4
[ "$1" = "=%{NAME}\\n" ] || { printf 'libgcc\\t11.4.1-3.el9\\tx86_64\\nbind\\t32:9.16-2\\tx86_64\\n'; exit 1; }
shift
for path in "$@"; do
    case $path in
        */libgcc_s.so.1) echo "=libgcc";;
        */both) echo "=one"; echo "=two";;
        */nobody) echo "file $path is not owned by any package";;
        *) echo "error: file $path: No such file or directory" >&2;;
    esac
done
"""


@pytest.mark.parametrize("others", [[], ["/usr/share/both"], ["/opt/gone", "/usr/share/both"]])
def test_rpm_is_asked_by_path_and_its_answers_are_not_mixed_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: list[str]
) -> None:
    write(tmp_path / "var/lib/rpm/rpmdb.sqlite", "")
    write(tmp_path / "bin/rpm", RPM.replace("ROOT", str(tmp_path)))
    (tmp_path / "bin/rpm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    for path in ("usr/lib64/libgcc_s.so.1", "usr/share/nobody", "usr/share/both"):
        write(tmp_path / path, "")
    found = package_owners(["/usr/lib64/libgcc_s.so.1", "/usr/share/nobody", *others], str(tmp_path))
    both = {"/usr/share/both": "rpm:one"} if "/usr/share/both" in others else {}
    assert found == {"/usr/lib64/libgcc_s.so.1": "rpm:libgcc", **both}
    assert system_packages(["rpm:libgcc"], str(tmp_path))[0] == {
        "name": "bind", "version": "32:9.16-2", "architecture": "x86_64", "manager": "rpm",
    }  # fmt: skip


def test_apk_lists_files_below_their_folders(tmp_path: Path) -> None:
    write(
        tmp_path / "lib/apk/db/installed",
        "C:Q1abc=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\nR:ld-musl-x86_64.so.1\na:0:0:755\nZ:Q1def=\n\n"
        "P:zlib\nV:1.2.13-r1\nA:x86_64\nF:lib\nR:libz.so.1.2.13\nF:usr\nF:usr/share\nR:zlib\n\n",
    )
    asked = ["/lib/ld-musl-x86_64.so.1", "/lib/libz.so.1.2.13", "/usr/share/zlib", "/lib/zlib"]
    assert package_owners(asked, str(tmp_path)) == dict(zip(asked, ["apk:musl", "apk:zlib", "apk:zlib"], strict=False))
    assert system_packages(["apk:musl"], str(tmp_path)) == [
        {"name": "musl", "version": "1.2.4-r2", "architecture": "x86_64", "manager": "apk"}
    ]
