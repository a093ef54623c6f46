"""Event files as TensorBoard's writers leave them, made by hand."""

from __future__ import annotations

import struct

from reproof.event_files import masked

Logged = list[tuple[str, int, float]]


def record(message: bytes) -> bytes:
    head = struct.pack("<Q", len(message))
    return head + struct.pack("<I", masked(head)) + message + struct.pack("<I", masked(message))


def field(number: int, message: bytes) -> bytes:
    """Return a field of bytes; none here is longer than a varint of two bytes can say."""
    size = len(message)
    return bytes([number << 3 | 2, *([size] if size < 128 else [size & 127 | 128, size >> 7])]) + message


def event(step: int, value: bytes, when: float) -> bytes:
    return record(b"\x09" + struct.pack("<d", when) + b"\x10" + bytes([step]) + field(5, field(1, value)))


def written(logged: Logged, when: float = 1.7e9, other: bytes = b"") -> bytes:
    """Return an event file as a writer that began at `when` leaves it; `other` is an image of the tag `image`."""
    first = record(b"\x09" + struct.pack("<d", when) + field(3, b"brain.Event:2"))
    rows = [event(step, field(1, tag.encode()) + b"\x15" + struct.pack("<f", value), when + step)
            for tag, step, value in logged]  # fmt: skip
    return b"".join([first, *rows, *([event(1, field(1, b"image") + field(4, other), when)] if other else [])])
