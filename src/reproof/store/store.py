"""The store: blobs, documents under their ids, an index from each document to those made from it, and caches."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from reproof.errors import StoreError, UsageError
from reproof.model.base import Document
from reproof.store.blobs import Blobs
from reproof.store.documents import Documents, damaged
from reproof.store.files import HEXADECIMAL
from reproof.store.folder import cache_folder, check_room, explain, scratch
from reproof.store.lease import Lease
from reproof.store.summaries import Summaries

MINIMUM_PREFIX = 3

D = TypeVar("D", bound=Document)


class Store:
    """A folder that holds everything reproof keeps.

    Layout: `blobs/` by digest; `documents/<kind>/<id>.json`, or `<id>.parts` and `pieces/` (see `pieces.py`);
    `derived/<parent id>/<kind>/<id>` (empty files: the index from a document to those made from it); `cache/` (may be
    deleted at any time); `leases/` and `gc.lock` (see `lease.py`); `tmp/`.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lease = Lease(root)
        self.blobs = Blobs(root / "blobs", self.lease)
        self.documents = Documents(root, self.lease)
        self.summaries = Summaries(root)

    def cache(self, name: str) -> Path:
        """Return the folder of a cache, made if it is not there. Raises StoreError."""
        return cache_folder(self.root, name, self.lease)

    def scratch(self, prefix: str) -> AbstractContextManager[Path]:
        """Return a private folder that is deleted afterwards. Entering it raises StoreError if it cannot be made."""
        return scratch(self.root, prefix, self.lease)

    def save(self, document: Document, *parents: str) -> str:
        """Keep a document, and note it under the ids that it was made from; return its id. Raises StoreError."""
        name = kind(type(document))
        try:
            identity = self.documents.write(name, document.members())
            for parent in parents:
                mark = self.root / "derived" / parent / name / identity
                mark.parent.mkdir(parents=True, exist_ok=True)
                mark.touch()
                os.utime(mark)
        except OSError as error:
            raise explain(error, self.root) from error
        self.summaries.note(document, identity)
        return identity

    def load(self, type_: type[D], identity: str) -> D:
        """Return the document with exactly this id, checked against it.

        Raises:
            StoreError: it is not there, or its bytes are not what its name says.
        """
        name = kind(type_)
        data, path = self.documents.read(name, identity)
        try:
            document = type_.parse(data)
        except ValidationError as error:
            raise StoreError(
                f"the {name} {identity[:12]} cannot be read ({path}): {error.errors()[0]['msg']}",
                "it is damaged or was written by another version of reproof",
            ) from error
        if document.id != identity:
            raise damaged(name, identity, f"its bytes are not what its name says ({path})")
        return document

    def find(self, type_: type[Document], prefix: str) -> str:
        """Return the one id that starts with `prefix`.

        Raises:
            UsageError: no id does, or several do.
        """
        name = kind(type_)
        if len(prefix) < MINIMUM_PREFIX or set(prefix) - HEXADECIMAL:
            raise UsageError(
                f"{prefix!r} is not an id: ids are hexadecimal, {MINIMUM_PREFIX} characters or more",
                "`reproof ls` lists the runs",
            )
        try:
            every = {entry.identity for entry in self.documents.entries(name)}
        except OSError as error:
            raise explain(error, self.root) from error
        found = sorted(identity for identity in every if identity.startswith(prefix))
        if not found:
            raise UsageError(
                f"no {name} in {self.root} has an id starting with {prefix}", "`reproof ls` lists the runs"
            )
        if len(found) > 1:
            several = ", ".join(identity[:16] for identity in found)
            raise UsageError(f"{prefix} is ambiguous: {several}", "type more characters of the id")
        return found[0]

    def ids(self, type_: type[Document]) -> list[str]:
        """Return the ids of all documents of a kind, newest first. Raises StoreError."""
        try:
            times = {entry.identity: entry.path.stat().st_mtime_ns for entry in self.documents.entries(kind(type_))}
        except OSError as error:
            raise explain(error, self.root) from error
        return sorted(times, key=lambda identity: (-times[identity], identity))

    def derived(self, type_: type[Document], parent: str) -> list[str]:
        """Return the ids of the documents of a kind made from `parent`, newest first."""
        folder = self.root / "derived" / parent / kind(type_)
        marks = folder.iterdir() if folder.is_dir() else iter(())
        return [mark.name for mark in sorted(marks, key=lambda p: (-p.stat().st_mtime_ns, p.name))]

    def writable(self) -> None:
        """Check that something can be written, before work is done for nothing. Raises StoreError."""
        with self.scratch("check") as folder:
            check_room(self.root, folder)


def kind(type_: type[Document]) -> str:
    """Return the word in a document's schema, `snapshot` for `reproof/snapshot/2`."""
    return type_.SCHEMA.split("/")[1]
