"""Files of the store: written under a temporary name, synced, renamed; and what their errors mean to a user."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from reproof.errors import StoreError

DIGITS = 64
HEXADECIMAL = frozenset("0123456789abcdef")
UMASK = os.umask(0o077)
os.umask(UMASK)
"""Read once, while there is one thread. A temporary file is private; what it becomes should be like any other file."""


def explain(error: OSError, root: Path) -> StoreError:
    """Return the store error that tells a user what an operating-system error in the store means."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(f"the store at {root} is full", "free some space, or choose another with --store")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreError(f"the store at {root} cannot be written: {error.strerror}", "choose another with --store")
    return StoreError(f"the store at {root} failed: {error}", "check the disk, or choose another with --store")


def is_digest(word: str) -> bool:
    """Return whether this is a whole sha256 in hexadecimal: the id of a document, or the name of a piece."""
    return len(word) == DIGITS and set(word) <= HEXADECIMAL


@contextmanager
def temporary_file(folder: Path, token: str) -> Iterator[tuple[IO[bytes], Path]]:
    """Yield a file and its path; the block renames it, else it is deleted. `token` is the owner's lease.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=f"file-{token}-")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            yield handle, Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def file_digest(path: Path) -> str:
    """Return `sha256:<hex>` of a file's bytes. Raises OSError."""
    with path.open("rb") as handle:
        return f"sha256:{hashlib.file_digest(handle, 'sha256').hexdigest()}"


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, data: bytes) -> None:
    """Write a whole file under its final name or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fchmod(handle.fileno(), 0o666 & ~UMASK)
            os.fsync(handle.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def remove_tree(path: Path) -> None:
    """Delete a folder of the store; what is gone already is fine."""
    shutil.rmtree(path, ignore_errors=True)
