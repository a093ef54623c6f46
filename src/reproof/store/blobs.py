"""Content-addressed bytes: written to a temporary name, synced, renamed; checked against their digest when read."""

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
from reproof.model.base import Blob

CHUNK = 1 << 20
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


class Blobs:
    """A folder of blobs, each at `sha256/<first two>/<rest>`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Return where a blob lies, or would lie; `digest` is `sha256:<hex>`."""
        _, _, name = digest.partition(":")
        return self.root / "sha256" / name[:2] / name[2:]

    def __contains__(self, digest: str) -> bool:
        return self.path(digest).is_file()

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Yield a writer whose bytes become a blob when the block ends without an error, and vanish otherwise.

        Raises:
            StoreError: the store is full or cannot be written.
        """
        try:
            folder = self.root / "tmp"
            folder.mkdir(parents=True, exist_ok=True)
            handle = tempfile.NamedTemporaryFile(dir=folder, delete=False)  # noqa: SIM115 (renamed, not closed away)
        except OSError as error:
            raise explain(error, self.root) from error
        temporary = Path(handle.name)
        try:
            with handle:
                writer = Writer(handle, self)
                yield writer
                try:
                    handle.flush()
                    os.fsync(handle.fileno())
                except OSError as error:
                    raise explain(error, self.root) from error
            self._adopt(temporary, writer.blob.digest)
        finally:
            temporary.unlink(missing_ok=True)

    def put(self, data: bytes) -> Blob:
        """Keep bytes; return their blob. Raises StoreError."""
        with self.writing() as writer:
            writer.write(data)
        return writer.blob

    def put_file(self, path: Path) -> Blob:
        """Keep a copy of a file; return its blob. Raises StoreError, and OSError if `path` cannot be read."""
        with path.open("rb") as source, self.writing() as writer:
            while chunk := source.read(CHUNK):
                writer.write(chunk)
        return writer.blob

    def adopt(self, path: Path, digest: str) -> Blob:
        """Keep a file whose digest was checked just now, without copying it where the file system allows that.

        Raises:
            StoreError: it cannot be kept.
        """
        target = self.path(digest)
        if not target.exists():
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)
                sync_folder(target.parent)
            except FileExistsError:
                pass
            except OSError:
                self.put_file(path)
        return Blob(digest=digest, size=target.stat().st_size)

    def get(self, digest: str) -> bytes:
        """Return a blob's bytes, checked.

        Raises:
            StoreError: it is missing, or its bytes are not what its name says.
        """
        return self.checked(digest).read_bytes()

    def checked(self, digest: str) -> Path:
        """Return the path of a blob whose bytes were just hashed again. Raises StoreError as `get`."""
        path = self.path(digest)
        try:
            found = file_digest(path)
        except FileNotFoundError:
            raise StoreError(
                f"the store at {self.root} has no blob {digest}",
                "it was removed or never arrived; record the run again",
            ) from None
        except OSError as error:
            raise explain(error, self.root) from error
        if found != digest:
            raise StoreError(
                f"the blob {digest} is damaged: its bytes are {found} ({path})",
                "restore the store from a copy, or delete this file and record the run again",
            )
        return path

    def _adopt(self, temporary: Path, digest: str) -> None:
        target = self.path(digest)
        try:
            if target.exists():
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            temporary.chmod(0o444)
            temporary.replace(target)
            sync_folder(target.parent)
        except OSError as error:
            raise explain(error, self.root) from error


class Writer:
    """Hashes and counts what is written to a blob under way. `blob` is right once the last byte is in."""

    def __init__(self, handle: IO[bytes], blobs: Blobs) -> None:
        self._handle = handle
        self._blobs = blobs
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, data: bytes) -> int:
        """Append bytes. Raises StoreError if they do not fit."""
        try:
            self._handle.write(data)
        except OSError as error:
            raise explain(error, self._blobs.root) from error
        self._hash.update(data)
        self._size += len(data)
        return len(data)

    @property
    def blob(self) -> Blob:
        """The blob of all that was written so far."""
        return Blob(digest=f"sha256:{self._hash.hexdigest()}", size=self._size)


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
