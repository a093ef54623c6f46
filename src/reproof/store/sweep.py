"""`gc`: removes what no kept run needs, at any time, beside everything else that uses the store.

Removal goes from documents to what they name, so that a store is valid at every moment, also after a crash in between:

1. Documents, under the exclusive lock: runs that are dropped, and what was made from them alone. What a living process
   holds (see `lease.py`) stays, with all that was made from it. A run's snapshot goes first: with it the run is gone,
   and what is left of it is found by the next `gc`. The folders are synced before anything else is removed.
2. Blobs and pieces that none of the remaining documents names, some at a time under the exclusive lock. In each turn
   the leases are read anew, and the documents that were saved since; so what a recording wrote meanwhile is named by
   its lease, or by its document if it has ended. Reading the leases before the documents matters: a process that ends
   in between has saved its document before.
3. What dead processes left in `tmp/`. The names carry the lease.

Only names that reproof gives are touched. While a document cannot be read, what it names is not known: then blobs and
pieces stay. One `gc` works at a time. On a file system whose locks do not reach other machines, nobody on another
machine may use the store meanwhile; where there are no locks at all, `gc` refuses.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reproof.errors import StoreError
from reproof.store.census import Census, Found
from reproof.store.documents import document_name
from reproof.store.files import is_digest, sync_folder
from reproof.store.folder import explain
from reproof.store.lease import NO_LOCKS, Leases, only_one, read_leases, removal_lock
from reproof.store.pending import postpone_images
from reproof.store.pieces import piece_name
from reproof.store.removal import Removed, Request
from reproof.store.store import Store

TURN = 256
"""How many blobs are removed while others wait: some milliseconds."""
OWNED = re.compile(r"-([0-9]+\.[0-9a-f]{8})-")
DAY_S = 86400


def collect(store: Store, request: Request) -> Removed:
    """Remove what nothing needs and what is asked for; return what that was.

    Raises:
        StoreError: the store cannot be written, another `gc` is at work, or there are no locks here.
    """
    if not store.root.is_dir():
        return Removed(request.dry_run)
    try:
        with only_one(store.root):
            return Sweep(store, request).run()
    except BlockingIOError:
        raise StoreError(f"another gc is at work in {store.root}", "repeat the command when it has ended") from None
    except OSError as error:
        if error.errno in NO_LOCKS:
            raise StoreError(
                f"the file system of {store.root} has no locks, so gc cannot tell what is in use",
                "move the store to a local file system, or mount this one with locks",
            ) from error
        raise explain(error, store.root) from error


class Sweep:
    """One `gc`."""

    def __init__(self, store: Store, request: Request) -> None:
        self.store, self.request = store, request
        self.removed = Removed(request.dry_run)
        self.census = Census(store)
        self.garbage: set[str] = set()
        self.needed: set[str] = set()
        """Names of blobs and pieces, as in leases."""

    def run(self) -> Removed:
        """Do all of it. Raises OSError."""
        with self.alone() as leases:
            self.documents(leases)
        self.removed.damaged = sorted(self.census.damaged.keys() - self.garbage)
        if not self.removed.damaged:
            self.contents()
        with self.alone() as leases:
            left = list(self.leftovers(leases))
            self.cache(leases)
        if not self.request.dry_run:
            self.store.summaries.keep(self.census.found.keys())
        for path in left:  # large perhaps; and nobody else knows of it
            self.removed.remove("temporary", path)
        return self.removed

    @contextmanager
    def alone(self) -> Iterator[Leases]:
        """Hold the exclusive lock; yield what the living need, after the documents were read that came since."""
        with removal_lock(self.store.root, exclusive=True):
            leases = read_leases(self.store.root)
            for found in self.census.update():
                self.needed |= contents(found)
            yield leases

    def documents(self, leases: Leases) -> None:
        """Remove dropped runs, what was made from them, and what is made from nothing that is there."""
        held = frozenset(found for found in self.census.found if document_name(found) in leases.names)
        kept = self.census.kept(self.request.drop, held)
        self.removed.in_use = sorted(self.request.drop & held)
        garbage = [found for found in self.census.found.values() if found.identity not in kept]
        self.garbage = {found.identity for found in garbage}
        self.removed.runs = sorted(found.identity for found in garbage if found.is_root)
        if not self.request.dry_run:
            postpone_images(self.store.root, [found.identity for found in garbage if found.kind == "context"])
        folders = {found.path.parent for found in garbage}
        for found in sorted(garbage, key=lambda found: not found.is_root):
            self.removed.remove("documents", found.path)
            self.unlink_marks(found)
        for identity, path in self.census.damaged.items():
            asked = self.request.damaged or identity in self.request.drop
            if asked and document_name(identity) not in leases.names:
                self.removed.remove("documents", path)
                self.garbage.add(identity)
                folders.add(path.parent)
        for folder in folders:
            sync_folder(folder)
        if not self.request.dry_run:
            self.census.forget(self.garbage)  # whoever saves one of them again is new

    def unlink_marks(self, found: Found) -> None:
        """Remove a document from the index of what was made from what."""
        derived = self.store.root / "derived"
        for parent in found.links.documents:
            self.removed.discard(derived / parent / found.kind / found.identity)
        for kind in sorted((derived / found.identity).glob("*")):
            for mark in kind.glob("*") if kind.is_dir() else ():
                if is_digest(mark.name):
                    self.removed.discard(mark)
            self.removed.discard(kind, Path.rmdir)
        self.removed.discard(derived / found.identity, Path.rmdir)

    def contents(self) -> None:
        """Remove the blobs and pieces that no document and no living process names."""
        for found in self.census.found.values():
            if found.identity not in self.garbage:
                self.needed |= contents(found)
        pieces = self.store.documents.pieces
        self.unnamed("blobs", self.census.blobs, self.store.blobs.path)
        self.unnamed("pieces", map(piece_name, self.census.pieces), lambda name: pieces.path(name.partition(":")[2]))

    def unnamed(self, what: str, every: Iterable[str], path: Callable[[str], Path]) -> None:
        """Remove what has no name in a document or a lease, some at a time."""
        names = [name for name in every if name not in self.needed]
        for start in range(0, len(names), TURN):
            with self.alone() as leases:
                if self.census.damaged.keys() - self.garbage:
                    return  # a document that came just now cannot be read
                for name in names[start : start + TURN]:
                    if name not in self.needed and name not in leases.names:
                        self.removed.remove(what, path(name))

    def leftovers(self, leases: Leases) -> Iterator[Path]:
        """Yield temporary files and folders of processes that are dead."""
        for folder in (self.store.root / "tmp", self.store.blobs.root / "tmp"):
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                owner = OWNED.search(path.name)
                if owner and owner[1] not in leases.tokens:
                    yield path

    def cache(self, leases: Leases) -> None:
        """Remove files of the caches that were not used for a while, unless somebody may be about to use them."""
        if self.request.cache_days is None:
            return
        self.removed.cache_in_use = bool(leases.tokens - {self.store.lease.token})
        if self.removed.cache_in_use:
            return
        before = time.time() - self.request.cache_days * DAY_S
        for path in sorted((self.store.root / "cache").rglob("*")):
            if path.is_file() and max(path.stat().st_mtime, path.stat().st_atime) <= before:
                self.removed.remove("cache", path)


def contents(found: Found) -> set[str]:
    """Return the names, as in leases, of the blobs and pieces of a document."""
    return {*found.links.blobs, *map(piece_name, found.pieces)}
