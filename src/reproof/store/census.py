"""What the documents of a store refer to: the ground for `gc`, and for the sizes in `ls`.

References are read from a document's bytes, whatever its kind or version: every `sha256:<hex>` may be a blob, every
quoted 64 hexadecimal digits a document. That finds too much rather than too little: nothing is lost when a document
gains a field. A piece is read once, however many documents share it; a cut never goes through a digest, since it lies
behind `},` or `",`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from reproof.errors import StoreError
from reproof.store.documents import Entry
from reproof.store.folder import explain
from reproof.store.pieces import decode
from reproof.store.store import Store

BLOB = re.compile(rb"sha256:[0-9a-f]{64}")
DOCUMENT = re.compile(rb'"([0-9a-f]{64})"')
LISTING = re.compile(rb'"listing":\{"digest":"sha256:([0-9a-f]{64})"')
LISTED = re.compile(rb"\b[0-9a-f]{64}\b")
REPLAY = b'"replay_of":"'
DERIVED = frozenset({"requirements", "resolution", "plan", "context", "image", "execution", "comparison", "verdict"})
"""Kinds that stay as long as something stays that they were made from. A kind that is not known here always stays."""


@dataclass(frozen=True, slots=True)
class Links:
    """What bytes refer to, of what was there when the census began."""

    documents: frozenset[str]
    blobs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """A document. `size` is that of its own file, in bytes; `links` are those of its pieces too."""

    kind: str
    identity: str
    path: Path
    size: int
    pieces: tuple[str, ...]
    links: Links
    is_root: bool
    """A run, or something of a kind that is not known: it stays unless somebody says otherwise."""


class Census:
    """All documents with what they refer to; `blobs` and `pieces` are those of the beginning, with their sizes."""

    def __init__(self, store: Store) -> None:
        """Read the whole store. Raises StoreError: it cannot be read."""
        self.store = store
        self.found: dict[str, Found] = {}
        self.damaged: dict[str, Path] = {}
        self._links: dict[str, Links] = {}
        try:
            self.blobs = dict(store.blobs.every())
            self.pieces = dict(store.documents.pieces.every())
        except OSError as error:
            raise explain(error, store.root) from error
        self.update()

    def update(self) -> list[Found]:
        """Read the documents that are new, and forget those that are gone; return the new ones. Raises StoreError."""
        new: list[Found] = []
        seen: set[str] = set()
        try:
            for kind in self.store.documents.kinds():
                for entry in self.store.documents.entries(kind):
                    seen.add(entry.identity)
                    if entry.identity not in self.found and entry.identity not in self.damaged:
                        new += self._read(kind, entry)
        except OSError as error:
            raise explain(error, self.store.root) from error
        for gone in self.found.keys() - seen:
            del self.found[gone]
        self.damaged = {identity: path for identity, path in self.damaged.items() if identity in seen}
        return new

    def forget(self, identities: Iterable[str]) -> None:
        """Leave out documents that were removed: should they come again, they are new."""
        for identity in identities:
            self.found.pop(identity, None)
            self.damaged.pop(identity, None)

    def kept(self, dropped: frozenset[str], held: frozenset[str]) -> set[str]:
        """Return the ids of what stays: runs that are not dropped, what is held, and what was made from those."""
        kept = {found.identity for found in self.found.values() if found.is_root} - dropped
        kept |= held & self.found.keys()
        waiting = [found for found in self.found.values() if found.identity not in kept and not found.is_root]
        while more := {found.identity for found in waiting if found.links.documents & kept}:
            kept |= more
            waiting = [found for found in waiting if found.identity not in more]
        return kept

    def family(self) -> dict[str, set[str]]:
        """Return, for each run, the ids of what was made from it, itself included."""
        families = {found.identity: {found.identity} for found in self.found.values() if found.is_root}
        above = {found.identity: found.links.documents & self.found.keys() for found in self.found.values()}
        for identity in self.found.keys() - families.keys():
            waiting, seen = [identity], {identity}
            while waiting:
                for parent in above[waiting.pop()] - seen:
                    seen.add(parent)
                    waiting += [] if parent in families else [parent]
            for run in seen & families.keys():
                families[run].add(identity)
        return families

    def _read(self, kind: str, entry: Entry) -> Iterator[Found]:
        try:
            data = entry.path.read_bytes()
            parts = decode(data) if entry.path.suffix == ".parts" else [checked(data, entry.identity)]
            own = "\n".join(filter(None, parts[::2])).encode()
            links = self._merged(own, parts[1::2])
        except FileNotFoundError:
            return  # it was removed just now
        except (ValueError, StoreError):
            self.damaged[entry.identity] = entry.path
            return
        is_root = kind not in DERIVED and not (kind == "snapshot" and REPLAY in own)
        found = Found(kind, entry.identity, entry.path, len(data), tuple(parts[1::2]), links, is_root)
        self.found[entry.identity] = found
        yield found

    def _merged(self, own: bytes, pieces: list[str]) -> Links:
        links = self._extract(own)
        documents, blobs = set(links.documents), set(links.blobs)
        for name in pieces:
            if name not in self._links:
                self._links[name] = self._extract(self.store.documents.pieces.read(name))
            documents |= self._links[name].documents
            blobs |= self._links[name].blobs
        return Links(frozenset(documents), frozenset(blobs))

    def _extract(self, data: bytes) -> Links:
        blobs = {name.decode() for name in BLOB.findall(data)}
        for listing in LISTING.findall(data):
            listed = self.store.blobs.get(f"sha256:{listing.decode()}")
            blobs |= {f"sha256:{name.decode()}" for name in LISTED.findall(listed)}
        documents = frozenset(name.decode() for name in DOCUMENT.findall(data))
        return Links(documents, frozenset(blobs & self.blobs.keys()))


def checked(data: bytes, identity: str) -> str:
    """Return the text of a plain document. Raises ValueError: it is damaged."""
    if hashlib.sha256(data).hexdigest() != identity:
        raise ValueError("its bytes are not what its name says")
    return data.decode()
