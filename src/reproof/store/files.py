"""Files of the store: written under a temporary name, synced, renamed."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

BLOCK = 1 << 20
DIGITS = 64
HEXADECIMAL = frozenset("0123456789abcdef")
UMASK = os.umask(0o077)
os.umask(UMASK)
"""Read once, while there is one thread. A temporary file is private; what it becomes should be like any other file."""


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


def file_digest(path: Path, like: str | None = "sha256:") -> str:
    """Return the digest of a file's bytes, of the kind that `like` is: `sha256:<hex>` or `blake3:<hex>`.

    Raises:
        OSError: it cannot be read.
    """
    if like is not None and like.startswith("blake3:"):
        return blake3_digest(path)
    with path.open("rb") as handle:
        return f"sha256:{hashlib.file_digest(handle, 'sha256').hexdigest()}"


def blake3_digest(path: Path) -> str:
    """Return `blake3:<hex>` of a file's bytes: of large inputs that are not kept. Raises OSError."""
    from blake3 import blake3

    state = blake3()
    with path.open("rb", buffering=0) as handle:
        while chunk := handle.read(BLOCK):
            state.update(chunk)
    return f"blake3:{state.hexdigest()}"


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
