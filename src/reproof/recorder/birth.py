"""When a file was made: Linux knows it, and Python's `stat` does not tell."""

import ctypes
import os
import struct
from typing import Optional

_AT_FDCWD = -100
_AT_SYMLINK_NOFOLLOW = 0x100
_STATX_BTIME = 0x800
_BTIME_OFFSET = 80
"""Of `stx_btime` in `struct statx` (linux/stat.h): seconds in 8 bytes, nanoseconds in 4. `stx_mask` is at 0."""

_statx = None
try:
    _statx = ctypes.CDLL(None, use_errno=True).statx
except (OSError, AttributeError):
    pass


def birth_ns(path: str) -> Optional[int]:
    """Return when a file was made, in ns since the epoch; None if C library, kernel or file system do not know."""
    if _statx is None:
        return None
    answer = ctypes.create_string_buffer(256)
    name = os.fsencode(path)
    if _statx(_AT_FDCWD, name, _AT_SYMLINK_NOFOLLOW, _STATX_BTIME, answer) != 0:
        return None
    (mask,) = struct.unpack_from("<I", answer)
    if not mask & _STATX_BTIME:
        return None
    seconds, nanoseconds = struct.unpack_from("<qI", answer, _BTIME_OFFSET)
    return int(seconds) * 10**9 + int(nanoseconds)
