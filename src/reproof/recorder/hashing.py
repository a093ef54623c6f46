"""Hashes files, each once, and keeps copies where the bytes would otherwise be lost with the container."""

import concurrent.futures
import hashlib
import os
import stat
from typing import Dict, Iterable, NamedTuple, Optional

_BLOCK = 1 << 20
_LARGE = 4 << 20
"""Bytes; from here on hashing pays for a thread: smaller files only wait for the interpreter's lock."""


class Content(NamedTuple):
    """What a regular file holds, and what it was when that was read."""

    digest: Optional[str]
    """`sha256:<hex>`, or None if it could not be read."""
    size: int
    mode: int
    mtime_ns: int


class Hasher:
    """Knows the content of files. `kept` is the folder for copies, or None to make none."""

    def __init__(self, kept: Optional[str] = None) -> None:
        self.kept = kept
        self.known: Dict[str, Optional[Content]] = {}

    def hash_all(self, paths: Iterable[str]) -> None:
        """Hash these files now, the large ones side by side."""
        large = []
        for path in paths:
            status = _regular(path)
            if status is None:
                self.known[path] = None
            elif path not in self.known and status.st_size >= _LARGE:
                large.append(path)
            elif path not in self.known:
                self.known[path] = _content(path, None)
        with concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            self.known.update(zip(large, pool.map(lambda path: _content(path, None), large)))  # noqa: B905

    def content(self, path: str) -> Optional[Content]:
        """Return the content of a file; None if it is gone or no regular file."""
        if path not in self.known:
            self.known[path] = _content(path, None)
        return self.known[path]

    def keep(self, path: str) -> Optional[Content]:
        """Return the content of a file, of which a copy is made if copies are wanted."""
        content = self.content(path)
        if self.kept is None or content is None or content.digest is None:
            return content
        if os.path.exists(os.path.join(self.kept, content.digest[7:])):
            return content
        self.known[path] = _content(path, self.kept)
        return self.known[path]


def _regular(path: str) -> Optional[os.stat_result]:
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _content(path: str, kept: Optional[str]) -> Optional[Content]:
    """Read a file once: hash it, and copy it to `kept` under its digest."""
    status = _regular(path)
    if status is None:
        return None
    partial = os.path.join(kept, ".partial") if kept else None
    try:
        digest = _digest(path, partial)
    except OSError:
        return Content(None, status.st_size, stat.S_IMODE(status.st_mode), status.st_mtime_ns)
    if kept and partial:
        os.rename(partial, os.path.join(kept, digest))
    return Content("sha256:" + digest, status.st_size, stat.S_IMODE(status.st_mode), status.st_mtime_ns)


def _digest(path: str, copy: Optional[str]) -> str:
    """Return the hexadecimal sha256 of a file, and write its bytes to `copy` if that is given."""
    state = hashlib.sha256()
    out = open(copy, "wb") if copy else None
    try:
        with open(path, "rb", buffering=0) as file:
            for block in iter(lambda: file.read(_BLOCK), b""):
                state.update(block)
                if out is not None:
                    out.write(block)
    finally:
        if out is not None:
            out.close()
    return state.hexdigest()
