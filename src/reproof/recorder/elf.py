"""Reads the build ID of a library or program: the linker's identity of it.

The layout is that of the System V ABI, chapters 4 and 5 (ELF header, program headers, notes).
"""

import os
import struct
from typing import BinaryIO, Iterator, NamedTuple, Optional

_PT_NOTE = 4
_NT_GNU_BUILD_ID = 3
_MOST_NOTES = 1 << 16
"""Bytes of notes that are looked at: those of a program are some hundred."""
_MOST_HEADERS = 512


class _Segment(NamedTuple):
    """A part of the file. Offset, size and alignment in bytes."""

    offset: int
    size: int
    align: int


def build_id(path: str) -> Optional[str]:
    """Return the build ID in hexadecimal; None if the file has none, is no ELF file, or is damaged."""
    try:
        with open(path, "rb", buffering=0) as file:
            head = file.read(64)
            if len(head) < 52 or head[:4] != b"\x7fELF" or head[4] not in (1, 2) or head[5] not in (1, 2):
                return None
            order = "<" if head[5] == 1 else ">"
            for segment in _notes(file, head, order):
                content = os.pread(file.fileno(), min(segment.size, _MOST_NOTES), segment.offset)
                found = _gnu_build_id(content, order, 8 if segment.align == 8 else 4)
                if found:
                    return found
    except (OSError, ValueError, OverflowError, struct.error):
        pass
    return None


def _notes(file: BinaryIO, head: bytes, order: str) -> Iterator[_Segment]:
    """Yield the segments of notes. A program header of 64 bits has its flags at another place than one of 32."""
    wide = head[4] == 2
    (table,) = struct.unpack_from(order + ("Q" if wide else "I"), head, 32 if wide else 28)
    size, count = struct.unpack_from(order + "HH", head, 54 if wide else 42)
    form = struct.Struct(order + ("IIQQQQQQ" if wide else "IIIIIIII"))
    if size < form.size or count > _MOST_HEADERS:
        return
    headers = os.pread(file.fileno(), size * count, table)
    for start in range(0, len(headers) - form.size + 1, size):
        fields = form.unpack_from(headers, start)
        if fields[0] == _PT_NOTE:
            offset, length = (fields[2], fields[5]) if wide else (fields[1], fields[4])
            yield _Segment(offset, length, fields[7])


def _gnu_build_id(notes: bytes, order: str, align: int) -> Optional[str]:
    """Return the build ID among notes, each a name and a description that are padded to `align` bytes."""
    position = 0
    while position + 12 <= len(notes):
        name_size, size, kind = struct.unpack_from(order + "III", notes, position)
        start = _aligned(position + 12 + name_size, align)
        if kind == _NT_GNU_BUILD_ID and notes[position + 12 : position + 12 + name_size] == b"GNU\0":
            return notes[start : start + size].hex() if 0 < size <= len(notes) - start else None
        position = _aligned(start + size, align)
    return None


def _aligned(position: int, align: int) -> int:
    return -(-position // align) * align
