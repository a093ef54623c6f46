"""Content-addressed bytes: written to a temporary name, synced, renamed; checked against their digest when read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from reproof.errors import StoreError
from reproof.model.base import Blob
from reproof.store.files import file_digest, is_digest, sync_folder, temporary_file
from reproof.store.folder import explain
from reproof.store.lease import Lease

CHUNK = 1 << 20


class Blobs:
    """A folder of blobs, each at `sha256/<first two>/<rest>`."""

    def __init__(self, root: Path, lease: Lease | None = None) -> None:
        self.root = root
        self._lease = lease or Lease(root)

    def path(self, digest: str) -> Path:
        """Return where a blob lies, or would lie; `digest` is `sha256:<hex>`."""
        _, _, name = digest.partition(":")
        return self.root / "sha256" / name[:2] / name[2:]

    def __contains__(self, digest: str) -> bool:
        """Return whether a blob is there; if it is, it stays as long as this process lives."""
        if not digest.startswith("sha256:"):
            return False
        self._lease.claim_if_writable([digest])
        return self.path(digest).is_file()

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Yield a writer whose bytes become a blob when the block ends without an error, and vanish otherwise.

        Raises:
            StoreError: the store is full or cannot be written.
        """
        with ExitStack() as stack:
            try:
                self._lease.claim()
                made = stack.enter_context(temporary_file(self.root / "tmp", self._lease.token))
            except OSError as error:
                raise explain(error, self.root) from error
            handle, temporary = made
            writer = Writer(handle, self)
            yield writer
            try:
                handle.flush()
                self._name(temporary, handle, writer.blob.digest)
            except OSError as error:
                raise explain(error, self.root) from error

    def put(self, data: bytes) -> Blob:
        """Keep bytes; return their blob. Raises StoreError."""
        blob = Blob(digest=f"sha256:{hashlib.sha256(data).hexdigest()}", size=len(data))
        if blob.digest in self:
            return blob
        with self.writing() as writer:
            writer.write(data)
        return writer.blob

    def put_file(self, path: Path) -> Blob:
        """Keep a copy of a file; return its blob. Raises StoreError, and OSError if `path` cannot be read."""
        with path.open("rb") as source:
            start = source.read(CHUNK)
            if len(start) < CHUNK:
                return self.put(start)  # most are small, and the store has most of them
            with self.writing() as writer:
                writer.write(start)
                while chunk := source.read(CHUNK):
                    writer.write(chunk)
        return writer.blob

    def adopt(self, path: Path, digest: str) -> Blob:
        """Keep a file whose digest was checked just now, without copying it where the file system allows that.

        Raises:
            StoreError: it cannot be kept.
        """
        target = self.path(digest)
        try:
            self._lease.claim([digest])
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                with suppress(FileExistsError):
                    os.link(path, target)
                sync_folder(target.parent)
        except OSError:
            self.put_file(path)
        return Blob(digest=digest, size=target.stat().st_size)

    def every(self) -> Iterator[tuple[str, int]]:
        """Yield the digest and the size of each blob that is there; other files are none of ours. Raises OSError."""
        folder = self.root / "sha256"
        parts = sorted(folder.glob("[0-9a-f][0-9a-f]")) if folder.is_dir() else []
        for part in filter(Path.is_dir, parts):
            with os.scandir(part) as found:
                for file in found:
                    if is_digest(part.name + file.name) and file.is_file(follow_symlinks=False):
                        yield f"sha256:{part.name}{file.name}", file.stat().st_size

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

    def _name(self, temporary: Path, handle: IO[bytes], digest: str) -> None:
        """Give what was written its name, after its bytes were synced, so that whoever finds it may rely on it.

        If the same bytes are there already, they are on the disk: nothing is synced.
        """
        target = self.path(digest)
        self._lease.claim([digest])
        if target.exists():
            return
        os.fchmod(handle.fileno(), 0o444)
        os.fsync(handle.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(target)
        sync_folder(target.parent)


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
