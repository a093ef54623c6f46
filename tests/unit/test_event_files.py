"""TensorBoard event files as two real writers leave them, whole and broken."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from reproof.capture.metrics import read_events
from reproof.capture.series import gather_series
from reproof.event_files import is_event_file, masked

FILES = Path(__file__).parents[1] / "files" / "events"
"""`tensorboardx` is by tensorboardX 2.6 (simple values, with a histogram and a text among them), `tensors` by
TensorBoard's own writer, as TensorFlow 2 writes (tensors)."""


def test_the_scalars_of_both_writers_are_read_and_all_else_is_skipped() -> None:
    read = read_events((FILES / "tensorboardx.tfevents").read_bytes())
    assert read.damage == ""
    (series,) = gather_series(read.points, "x")
    assert (series.name, series.steps) == ("train/loss", (0, 10, 20))
    assert series.values == pytest.approx((1, 1 / 2, 1 / 3))
    (series,) = gather_series(read_events((FILES / "tensors.tfevents").read_bytes()).points, "x")
    assert (series.name, series.steps, series.values[0]) == ("epoch_loss", (0, 1, 2), 0.5)


def test_the_checksum_is_the_one_of_the_standard() -> None:
    crc = masked(b"123456789") - 0xA282EAD8 & 0xFFFFFFFF
    assert (crc >> 17 | crc << 15) & 0xFFFFFFFF == 0xE3069283  # RFC 3720's check value


def test_a_file_that_is_cut_off_anywhere_gives_what_came_before() -> None:
    data = (FILES / "tensors.tfevents").read_bytes()
    found = [read_events(data[:end]) for end in range(len(data))]
    counts = [len(read.points) for read in found]
    assert counts == sorted(counts)
    assert max(counts) == 2
    assert all(read.damage or not read.points or data[end:] for end, read in enumerate(found))
    assert "damaged from byte" in found[-1].damage


def test_a_changed_byte_never_gives_a_wrong_number() -> None:
    data = (FILES / "tensors.tfevents").read_bytes()
    whole = read_events(data).points
    for at in range(len(data)):
        points = read_events(data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]).points
        assert points == whole[: len(points)], at


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 100, b"\xff" * 100, b"{}\n" * 50, struct.pack("<Q", 1 << 60) + b"x" * 99]
)
def test_other_bytes_are_no_event_file(data: bytes) -> None:
    read = read_events(data)
    assert (read.points, read.damage) == ((), "")


def test_a_record_with_right_checksums_and_nonsense_inside_is_damage_only_after_points() -> None:
    nonsense = b"\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
    head = struct.pack("<Q", len(nonsense))
    record = head + struct.pack("<I", masked(head)) + nonsense + struct.pack("<I", masked(nonsense))
    assert read_events(record).points == ()
    data = (FILES / "tensors.tfevents").read_bytes()
    assert read_events(data + record).damage.startswith(f"it is damaged from byte {len(data):,}")


def test_event_files_are_known_by_name() -> None:
    assert is_event_file("runs/a/events.out.tfevents.1700.host.1.0")
    assert not is_event_file("tfevents/readme.txt")
