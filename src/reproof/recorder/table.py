"""Makes the table in which the shim notes what every process of a run opens, and reads it afterwards.

The layout is that of `native/table.h`.
"""

import fcntl
import mmap
import os
import resource
import struct
from typing import Iterator, List, NamedTuple, Optional, Tuple

MAGIC = 0x3230656C62617472
CHUNK = 4 << 20
LIMIT = 160 * CHUNK
"""Bytes of the largest table; the file takes up room only as far as it is used."""

SMALLEST = 4096 + (8 << 14) + (8 << 17)
"""Bytes before the first entry."""
_LEVELS = ((4096, 1 << 14), (4096 + (8 << 14), 1 << 17), (CHUNK, 1 << 20), (3 * CHUNK, 1 << 22))
_HEADER = struct.Struct("<7Q4I3Q2i1024s1024s")
_ENTRY = struct.Struct("<Q2Iq2Q2q3I")


REPORTED = 1 << 30
"""In an entry's flags: it was the supervisor that noted it, not the shim."""

_ADD_SEALS, _SEAL_SEAL, _SEAL_SHRINK = 1033, 1, 2
"""Of fcntl(2); Python names them from 3.9 on."""


class Entry(NamedTuple):
    """A note of the shim: for each (kind, path) the first. Kinds: `r` read, `w` written, `p` placed, `d` folder made,
    `x` executed, `s` started, `l` mapped as code."""

    kind: str
    path: str
    flags: int
    time: float
    """Seconds since the epoch."""
    existed: bool
    """Whether there was something before; all that follows is of that."""
    size: int
    mtime_ns: int
    mode: int
    device: int
    inode: int


class Table(NamedTuple):
    """What the shim noted in a run. `lost`, `unresolved`: notes without room, and without an absolute path.

    `started`, `ended`: processes, and those of them that listed their libraries at their end. At level `complete`,
    `passed` openings were let go unnoted, and `rings` are the io_uring instances that were set up.
    """

    entries: List[Entry]
    lost: int
    unresolved: int
    started: int
    ended: int
    passed: int = 0
    rings: int = 0


def create_hidden(library: str, limit: int = LIMIT) -> Tuple[str, int]:
    """Make an empty table in memory; return its path, which holds while the descriptor is open, and that.

    No other process can cut it short, remove it or take away its permissions, and no disk can be full.

    Raises:
        OSError: the system has no such files, or no room.
    """
    if not hasattr(os, "memfd_create"):  # before Python 3.8
        raise OSError("this Python cannot make files in memory")
    descriptor = os.memfd_create("reproof-{}".format(os.getpid()), os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    path = "/proc/{}/fd/{}".format(os.getpid(), descriptor)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))  # other processes come by it
        _fill(descriptor, [os.fsencode(path), os.fsencode(library)], limit)
        fcntl.fcntl(descriptor, _ADD_SEALS, _SEAL_SEAL | _SEAL_SHRINK)
    except BaseException:
        os.close(descriptor)
        raise
    return path, descriptor


def create(path: str, library: str, limit: int = LIMIT) -> None:
    """Make an empty table in a file.

    Raises:
        OSError: there is no room, or the file system cannot reserve any.
        ValueError: a path is too long for the table.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        _fill(descriptor, [os.fsencode(path), os.fsencode(library)], limit)
    except BaseException:
        os.unlink(path)
        raise
    finally:
        os.close(descriptor)


def _fill(descriptor: int, names: List[bytes], limit: int) -> None:
    """Make an empty table of a new file. `names`: the paths of the table and of the library."""
    if any(len(name) > 1023 for name in names):
        raise ValueError("the path of the table or of the library is too long")
    largest = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    if largest != resource.RLIM_INFINITY:
        limit = min(limit, largest)  # a file that would be larger is no error to the system, but a signal
    os.ftruncate(descriptor, max(limit, CHUNK))
    os.posix_fallocate(descriptor, 0, CHUNK)
    mark = struct.unpack("<Q", os.urandom(8))[0] | 1
    os.pwrite(descriptor, _HEADER.pack(MAGIC, limit, SMALLEST, *[0] * 8, mark, 0, 0, 0, 0, *names), 0)


def program_kind(path: str) -> Optional[int]:
    """Return what the trial run wrote of the command: a number of `native/program.h`; None if it came not so far."""
    with open(path, "rb") as file:
        answer = int(_HEADER.unpack(file.read(_HEADER.size))[7])
    return answer & 0xFF if answer else None


def read(path: str) -> Table:
    """Return what is in a table, in the order of time.

    Raises:
        OSError: it is gone.
    """
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        header = _HEADER.unpack_from(content)
        entries = [_entry(content, offset) for offset in _offsets(content, header[8])]
    entries.sort(key=lambda entry: entry.time)
    lost, unresolved, started, ended = header[3:7]
    return Table(entries, lost, unresolved, started, ended, passed=header[13], rings=header[10])


def _offsets(content: mmap.mmap, used: int) -> Iterator[int]:
    """Yield where the entries are. `used` has a bit for each level with entries."""
    for number, (start, slots) in enumerate(_LEVELS):
        if used >> number & 1:
            for (word,) in struct.iter_unpack("<Q", content[start : start + 8 * slots]):
                if word:
                    yield (word & 0xFFFFFFFF) * 8


def _entry(content: mmap.mmap, offset: int) -> Entry:
    fields: Tuple[int, ...] = _ENTRY.unpack_from(content, offset)
    _, kind, flags, time_ns, device, inode, size, mtime_ns, mode, existed, length = fields
    start = offset + _ENTRY.size
    path = os.fsdecode(content[start : start + length])
    return Entry(chr(kind), path, flags, time_ns / 1e9, bool(existed), size, mtime_ns, mode, device, inode)
