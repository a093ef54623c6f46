"""The files of documents, whatever their kind: `documents/<kind>/<id>.json` as they are, or `<id>.parts` in pieces."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reproof.errors import StoreError
from reproof.store.files import UMASK, is_digest, sync_folder, temporary_file
from reproof.store.folder import explain
from reproof.store.lease import Lease
from reproof.store.pieces import WHOLE, Pieces, decode, encode, split

FORMS = (".json", ".parts")


@dataclass(frozen=True, slots=True)
class Entry:
    """The file of a document."""

    identity: str
    path: Path


class Documents:
    """The folder of documents. A plain file of an earlier version is read as well as one in pieces."""

    def __init__(self, store: Path, lease: Lease) -> None:
        self.root = store / "documents"
        self.pieces = Pieces(store, lease)
        self._store = store
        self._lease = lease

    def write(self, name: str, members: Sequence[bytes]) -> str:
        """Keep a document of a kind, given the members of its canonical JSON; return its id.

        The pieces are on the disk before the document is.

        Raises:
            OSError: it cannot be written.
        """
        data = b"{" + b",".join(members) + b"}"
        identity = hashlib.sha256(data).hexdigest()
        self._lease.claim([document_name(identity)])
        if len(data) < WHOLE:
            self._write(self.path(name, identity, ".json"), data)
        else:
            parts, pieces = split(members)
            self.pieces.keep(pieces)
            self._write(self.path(name, identity, ".parts"), encode(parts))
        return identity

    def read(self, name: str, identity: str) -> tuple[bytes, Path]:
        """Return a document's bytes, and the file that they are from; the document stays while this process lives.

        Raises:
            StoreError: it is not there, or a part of it is damaged. Whether the bytes are right is not checked.
        """
        self._lease.claim_if_writable([document_name(identity)])
        whole, parts = self.path(name, identity, ".json"), self.path(name, identity, ".parts")
        try:
            try:
                return self.pieces.join(decode(parts.read_bytes())), parts
            except FileNotFoundError:
                return whole.read_bytes(), whole
        except FileNotFoundError:
            hint = "`reproof ls` lists the runs"
            raise StoreError(f"the store at {self._store} has no {name} {identity[:12]}", hint) from None
        except ValueError as error:
            raise damaged(name, identity, f"{error} ({parts})") from error
        except OSError as error:
            raise explain(error, self._store) from error

    def entries(self, name: str) -> Iterator[Entry]:
        """Yield the documents of a kind, in no order; other files are none of ours. Raises OSError."""
        folder = self.root / name
        if not folder.is_dir():
            return
        with os.scandir(folder) as found:
            for file in found:
                identity, dot, form = file.name.partition(".")
                if dot + form in FORMS and is_digest(identity):
                    yield Entry(identity, Path(file.path))

    def kinds(self) -> list[str]:
        """Return the kinds of which there may be documents, sorted. Raises OSError."""
        return sorted(folder.name for folder in self.root.iterdir() if folder.is_dir()) if self.root.is_dir() else []

    def path(self, name: str, identity: str, form: str) -> Path:
        """Return where a document of one of the `FORMS` lies, or would lie."""
        return self.root / name / f"{identity}{form}"

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary_file(self._store / "tmp", self._lease.token) as (handle, temporary):
            handle.write(data)
            handle.flush()
            os.fchmod(handle.fileno(), 0o666 & ~UMASK)
            os.fsync(handle.fileno())
            temporary.replace(path)
        sync_folder(path.parent)


def document_name(identity: str) -> str:
    """Return the name of a document in a lease."""
    return f"document:{identity}"


def damaged(name: str, identity: str, why: str) -> StoreError:
    """Return the error on a document that is there but cannot be used."""
    return StoreError(
        f"the {name} {identity[:12]} is damaged: {why}",
        "restore the store from a copy, or delete this file and record the run again",
    )
