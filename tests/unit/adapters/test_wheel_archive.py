"""Two builds of the same files give the same wheel, whatever their zip files look like."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from index_server import record_hash

from reproof.adapters.wheel_archive import normalise

FILES = {
    "thing/__init__.py": b"x = 1\n",
    "thing-1.0.data/scripts/go": b"#!python\n",
    "thing-1.0.dist-info/METADATA": b"Name: thing\nVersion: 1.0\n",
    "thing-1.0.dist-info/WHEEL": b"Wheel-Version: 1.0\n",
}


def zipped(path: Path, names: list[str], date: tuple[int, int, int, int, int, int], mode: int, how: int) -> Path:
    with zipfile.ZipFile(path, "w", how) as archive:
        archive.writestr("thing/", b"")
        for name in names:
            info = zipfile.ZipInfo(name, date)
            executable = 0o111 if "scripts" in name else 0
            info.external_attr = (0o100000 | mode | executable) << 16
            archive.writestr(info, FILES[name], how)
        archive.writestr("thing-1.0.dist-info/RECORD", b"wrong,,\n")
    return path


def test_order_dates_modes_and_compression_do_not_count(tmp_path: Path) -> None:
    one = zipped(tmp_path / "1", list(FILES), (2020, 1, 2, 3, 4, 6), 0o644, zipfile.ZIP_DEFLATED)
    two = zipped(tmp_path / "2", list(reversed(FILES)), (1999, 1, 2, 3, 4, 6), 0o664, zipfile.ZIP_STORED)
    for source in (one, two):
        normalise(source, source.with_suffix(".whl"))
    assert one.with_suffix(".whl").read_bytes() == two.with_suffix(".whl").read_bytes()


def test_the_record_is_made_anew_and_what_is_executable_stays_so(tmp_path: Path) -> None:
    source = zipped(tmp_path / "1", list(FILES), (2020, 1, 2, 3, 4, 6), 0o600, zipfile.ZIP_DEFLATED)
    normalise(source, tmp_path / "wheel")
    with zipfile.ZipFile(tmp_path / "wheel") as archive:
        rows = list(csv.reader(io.StringIO(archive.read("thing-1.0.dist-info/RECORD").decode())))
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
        assert archive.namelist()[-1] == "thing-1.0.dist-info/RECORD"
    assert {name: digest for name, digest, _ in rows[:-1]} == {n: record_hash(d) for n, d in FILES.items()}
    assert (modes["thing-1.0.data/scripts/go"], modes["thing/__init__.py"]) == (0o755, 0o644)


@pytest.mark.parametrize("names", [["../x", "a-1.dist-info/METADATA"], ["/x", "a-1.dist-info/METADATA"], ["x.py"], [],
                                   ["a-1.dist-info/METADATA", "b-1.dist-info/METADATA"]])  # fmt: skip
def test_what_is_no_wheel_is_refused(tmp_path: Path, names: list[str]) -> None:
    with zipfile.ZipFile(tmp_path / "source", "w") as archive:
        for name in names:
            archive.writestr(name, b"")
    with pytest.raises(ValueError):
        normalise(tmp_path / "source", tmp_path / "wheel")
