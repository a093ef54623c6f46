"""Source distributions say what they need without being run, whoever made them."""

from __future__ import annotations

import io
import tarfile
import zipfile

import pytest

from reproof.adapters.dated.sources import read_source, requirement_lines

INFO = "Metadata-Version: 1.2\nName: pack\nVersion: 1.0\n"
REQUIRES = 'six\nnumpy>=1.13\n\n[:python_version < "3.4"]\nenum34\n\n[plot:sys_platform == "linux"]\nmatplotlib\n'


def make_source(members: dict[str, str], suffix: str = "tar.gz") -> tuple[io.BytesIO, str]:
    """Return an archive of `pack`, and its name."""
    target = io.BytesIO()
    if suffix == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            for name, text in members.items():
                archive.writestr(f"pack-1.0/{name}", text)
    else:
        with tarfile.open(fileobj=target, mode=f"w:{suffix.removeprefix('tar.')}") as tar:
            for name, text in members.items():
                info = tarfile.TarInfo(f"pack-1.0/{name}")
                info.size = len(text.encode())
                tar.addfile(info, io.BytesIO(text.encode()))
    target.seek(0)
    return target, f"pack-1.0.{suffix}"


@pytest.mark.parametrize("suffix", ["tar.gz", "tar.bz2", "tar.xz", "zip"])
@pytest.mark.parametrize("folder", ["", "src/"])
def test_the_requirements_that_setuptools_wrote_are_read(suffix: str, folder: str) -> None:
    found = read_source(*make_source({"PKG-INFO": INFO, f"{folder}pack.egg-info/requires.txt": REQUIRES}, suffix))
    assert found.requires_dist == (
        "six",
        "numpy>=1.13",
        'enum34; python_version < "3.4"',
        'matplotlib; sys_platform == "linux" and extra == "plot"',
    )
    assert found.extras == ("plot",)
    assert "requires.txt" in found.origin


def test_what_pkg_info_lists_counts() -> None:
    info = "Metadata-Version: 2.1\nName: pack\nRequires-Dist: six (>=1)\n"
    found = read_source(*make_source({"PKG-INFO": info, "pack.egg-info/requires.txt": "other\n"}))
    assert (found.requires_dist, found.origin) == (("six>=1",), "PKG-INFO in pack-1.0.tar.gz")


def test_what_distutils_made_needs_nothing() -> None:
    found = read_source(*make_source({"PKG-INFO": INFO, "setup.py": "from distutils.core import setup"}))
    assert (found.requires_dist, found.unread) == ((), None)


def test_no_more_of_an_archive_is_read_than_needed() -> None:
    filler = {f"data/{number}": "x" * 100_000 for number in range(20)}
    info = "Metadata-Version: 2.2\nName: pack\n"
    stream, name = make_source({"PKG-INFO": info, **filler})
    assert read_source(stream, name).unread is None
    assert stream.tell() < len(stream.getvalue())


def test_requirements_that_depend_on_the_build_are_looked_for_further_on() -> None:
    info = "Metadata-Version: 2.2\nName: pack\nDynamic: Requires-Dist\n"
    found = read_source(*make_source({"PKG-INFO": info, "pack.egg-info/requires.txt": "six\n"}))
    assert found.requires_dist == ("six",)


def test_a_test_fixture_inside_an_archive_is_not_its_metadata() -> None:
    members = {"tests/data/deep/other.egg-info/requires.txt": "wrong\n", "tests/data/PKG-INFO": "Requires-Dist: wrong"}
    found = read_source(*make_source({**members, "PKG-INFO": INFO}))
    assert found.requires_dist == ()


@pytest.mark.parametrize("data", [b"", b"no archive at all", b"\x1f\x8b\x08\x00broken"])
def test_a_damaged_archive_says_so(data: bytes) -> None:
    assert "pack-1.0.tar.gz" in (read_source(io.BytesIO(data), "pack-1.0.tar.gz").unread or "")


def test_an_archive_without_pkg_info_says_so() -> None:
    assert read_source(*make_source({"setup.py": ""})).unread == "pack-1.0.tar.gz holds no PKG-INFO"


def test_a_marker_of_a_section_joins_that_of_the_line() -> None:
    lines = list(requirement_lines('[:os_name == "posix"]\nsix; python_version < "3"\n'))
    assert lines == ['six ; (python_version < "3") and (os_name == "posix")']
