"""The system libraries that wheels need: read from real libraries, in wheels made here."""

from __future__ import annotations

import sys
import sysconfig
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from reproof.facts.system_libraries import policy_name
from reproof.resolve.libraries import links_in, needed_packages
from reproof.store.store import Store


def a_library() -> Path:
    """Return a compiled module of the interpreter that links to more than the C library."""
    folder = Path(sysconfig.get_path("stdlib")) / "lib-dynload"
    found = sorted(folder.glob("_bz2*.so")) + sorted(folder.glob("_ssl*.so"))
    if not found:
        pytest.fail(f"{sys.executable} has no compiled modules in {folder}: the test needs one")
    return found[0]


def make_wheel(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"pkg/{name.replace('__', '.')}", data)
    return path


class Distribution:
    """A distribution that has a package for every library, of the library's own name."""

    def packages_of(self, sonames: Iterable[str]) -> dict[str, str]:
        return {name: f"package of {name}" for name in sonames}


def test_what_a_library_links_to_is_read_from_the_wheel(tmp_path: Path) -> None:
    linked = links_in(make_wheel(tmp_path / "a.whl", mod__so=a_library().read_bytes()))
    assert any(name.startswith("lib") and ".so" in name for name in linked.needed)
    assert "mod.so" in linked.brought


def test_a_library_that_another_wheel_brings_is_not_asked_of_the_distribution(tmp_path: Path) -> None:
    wheel, store = make_wheel(tmp_path / "a.whl", mod__so=a_library().read_bytes()), Store(tmp_path / "store")
    alone, _ = needed_packages({"sha256:a": wheel}, [], Distribution(), store)
    [package, *_] = alone
    with zipfile.ZipFile(tmp_path / "b.whl", "w") as archive:
        archive.writestr(f"b.libs/{package.removeprefix('package of ')}", b"")
    both, _ = needed_packages({"sha256:a": wheel, "sha256:b": tmp_path / "b.whl"}, [], Distribution(), store)
    assert set(both) == set(alone) - {package}


def test_a_distribution_that_loads_a_library_by_name_gets_its_package(tmp_path: Path) -> None:
    assert needed_packages({}, ["soundfile"], Distribution(), Store(tmp_path)) == (("libsndfile1",), ())


def test_what_is_no_wheel_or_no_library_links_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "no.whl").write_bytes(b"nothing")
    assert not links_in(tmp_path / "no.whl").needed
    assert not links_in(make_wheel(tmp_path / "a.whl", mod__so=b"\x7fELF broken", text__py=b"import os")).needed


@pytest.mark.parametrize(
    ("soname", "package"),
    [("libSM.so.6", "libsm6"), ("libX11.so.6", "libx11-6"), ("libglib-2.0.so.0", "libglib2.0-0"),
     ("libgcc_s.so.1", "libgcc-s1"), ("libdbus-1.so.3", "libdbus-1-3")],
)  # fmt: skip
def test_a_librarys_package_is_called_after_it(soname: str, package: str) -> None:
    assert package in policy_name(soname)
