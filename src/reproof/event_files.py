"""Reads TensorBoard event files: their scalars, and of all else in a summary its digest.

The only readers that exist bring TensorBoard (and protobuf, grpc, a server) or TensorFlow with them; what is needed of
the format is two small, stable ones. The file is a row of TFRecords: length (8 bytes), masked CRC-32C of the length,
the bytes, masked CRC-32C of the bytes, all little-endian (tensorflow/core/lib/io/record_writer.h). Each holds an
`Event` (tensorflow/core/util/event.proto) with a `Summary` (framework/summary.proto), whose values are a
`simple_value`, or a `TensorProto` (framework/tensor.proto) in files that TensorFlow 2 wrote.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

NAME = re.compile(r"(^|/)[^/]*tfevents[^/]*$")
HEADER = struct.Struct("<QI")
CHECKED = 4096
"""Bytes; a larger record is an image or the like, and checking it in Python takes long: only if it holds a scalar."""
TYPES = {1: "f", 2: "d", 3: "i", 9: "q"}
"""Of TensorProto: DT_FLOAT, DT_DOUBLE, DT_INT32, DT_INT64."""
VALUES = {1: (5, "f"), 2: (6, "d"), 3: (7, None), 9: (10, None)}
"""From the type to the field that holds single values, and how it packs them; None for varints."""


class Scalar(NamedTuple):
    """One number under its tag."""

    tag: str
    step: int
    value: float


class Other(NamedTuple):
    """What is no single number: a histogram, an image, a text. `digest` is of the whole message, in hexadecimal."""

    tag: str
    step: int
    digest: str


@dataclass(frozen=True, slots=True)
class EventFile:
    """What was read of a file, in its order; `damage` says why that is not all of it."""

    scalars: tuple[Scalar, ...] = ()
    others: tuple[Other, ...] = ()
    damage: str = ""


def make_table() -> tuple[int, ...]:
    """Return the table of CRC-32C (Castagnoli, reflected polynomial 0x82F63B78; RFC 3720, appendix B.4)."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return tuple(table)


TABLE = make_table()


def is_event_file(name: str) -> bool:
    """Say whether a file is named like one of TensorBoard's."""
    return NAME.search(name) is not None


def begins_as_event_file(data: bytes) -> bool:
    """Say whether bytes begin with a record."""
    return len(data) >= HEADER.size and masked(data[:8]) == HEADER.unpack_from(data)[1]


def read_event_file(data: bytes) -> EventFile:
    """Return what is in an event file; of one that is cut off or damaged, what comes before that place."""
    found: list[Scalar | Other] = []
    damage = ""
    at = 0
    try:
        while at < len(data):
            length, check = HEADER.unpack_from(data, at)
            record = data[at + 12 : at + 12 + length]
            if masked(data[at : at + 8]) != check or len(record) < length or at + 16 + length > len(data):
                raise ValueError("a record is damaged or cut off")
            values = list(event_values(record))
            must = length <= CHECKED or any(isinstance(value, Scalar) for value in values)
            if must and masked(record) != struct.unpack_from("<I", data, at + 12 + length)[0]:
                raise ValueError("the checksum of a record is wrong")
            found += values
            at += 16 + length
    except (ValueError, struct.error, IndexError) as error:
        damage = f"it is damaged from byte {at:,} on: {error}"
    scalars = tuple(value for value in found if isinstance(value, Scalar))
    return EventFile(scalars, tuple(value for value in found if isinstance(value, Other)), damage)


def masked(data: bytes) -> int:
    """Return the checksum of bytes as TFRecords store it."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def event_values(event: bytes) -> Iterator[Scalar | Other]:
    """Yield the values of an `Event`: step is field 2, the summary 5. Raises ValueError: it is no such message."""
    step, summaries = 0, []
    for number, value in fields(event):
        if number == 2 and isinstance(value, int):
            step = value if value < 1 << 63 else value - (1 << 64)
        elif number == 5 and isinstance(value, bytes):
            summaries.append(value)
    for summary in summaries:
        for number, value in fields(summary):
            if number == 1 and isinstance(value, bytes):
                yield from summary_value(value, step)


def summary_value(message: bytes, step: int) -> Iterator[Scalar | Other]:
    """Yield a `Summary.Value`: tag is field 1, simple_value 2, tensor 8. Without a tag it is none."""
    tag, number = "", None
    for field, value in fields(message):
        if field == 1 and isinstance(value, bytes):
            tag = value.decode(errors="replace")
        elif field == 2 and isinstance(value, bytes) and len(value) == 4:
            number = struct.unpack("<f", value)[0]
        elif field == 8 and isinstance(value, bytes):
            number = tensor_value(value)
    if tag and number is not None:
        yield Scalar(tag, step, number)
    elif tag:
        yield Other(tag, step, hashlib.sha256(message).hexdigest())


def tensor_value(message: bytes) -> float | None:
    """Return the number of a `TensorProto` with one element: dtype is field 1, raw bytes 4; None if it is another."""
    held = dict(fields(message))
    kind = held.get(1)
    if kind not in TYPES or not isinstance(kind, int):
        return None
    raw, code = held.get(4), "<" + TYPES[kind]
    if isinstance(raw, bytes) and len(raw) == struct.calcsize(code):
        return float(struct.unpack(code, raw)[0])
    field, packed = VALUES[kind]
    value = held.get(field)
    if isinstance(value, bytes) and packed and len(value) == struct.calcsize(packed):
        return float(struct.unpack("<" + packed, value)[0])
    if isinstance(value, bytes) and not packed:
        value, end = varint(value, 0)
        return float(value) if end else None
    return float(value) if isinstance(value, int) else None


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the fields of a protobuf message: varints as numbers, all else as bytes.

    Raises:
        ValueError: it is none (https://protobuf.dev/programming-guides/encoding).
    """
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(message, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = varint(message, at)
        else:
            size = {1: 8, 5: 4}.get(kind, -1)
        if size < 0 or at + size > len(message):
            raise ValueError("an event is no protobuf message")
        yield key >> 3, message[at : at + size]
        at += size


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the whole number that starts at a place, and the place after it. Raises ValueError, IndexError."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a whole number of a message is too long")
