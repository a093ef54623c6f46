"""All places of a pip configuration as they stood at an instant."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from packaging.version import Version

from reproof.adapters.dated.asof import DatedFile, ReleaseDates, Stand, stand
from reproof.adapters.dated.kept import Kept, now
from reproof.adapters.dated.metadata import MetadataReader
from reproof.adapters.dated.releases import Release, releases
from reproof.adapters.dated.repair import CoreMetadata
from reproof.adapters.index import Index
from reproof.adapters.index_pages import IndexFile, local_path
from reproof.model.target import Target


@dataclass(frozen=True)
class Project:
    """What the places have of a project: its files at the instant, later ones, and what went wrong in asking."""

    name: str
    stand: Stand
    failures: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        """Its files are known, or all places said that there are none."""
        return bool(self.stand.there or self.stand.later) or not self.failures


class DatedIndex:
    """The places of an `Index`, asked for what they had at an instant. Thread-safe; each project is asked for once."""

    def __init__(self, index: Index, kept: Kept, instant: datetime, dates: ReleaseDates) -> None:
        self.instant = instant
        self.index = index
        self._kept = kept
        self._dates = dates
        self._reader = MetadataReader(index, kept)
        self._projects = _Once(self._ask)
        self._releases: dict[tuple[str, Target, frozenset[str], Version | None], tuple[Release, ...]] = {}

    @property
    def asked(self) -> tuple[Project, ...]:
        """All projects that were asked for so far, by name."""
        return self._projects.values()

    def project(self, name: str) -> Project:
        """Return what there is of a project."""
        return self._projects(re.sub(r"[-_.]+", "-", name).lower())

    def releases(
        self, name: str, target: Target, admitted: Collection[str] = (), late: Version | None = None
    ) -> tuple[Release, ...]:
        """Return the releases of a project for a target, oldest first; `late` is one to be added though it came later.

        `admitted` are the only sha256 that may be chosen, if any.
        """
        project = self.project(name)
        key = (project.name, target, frozenset(admitted), late)
        if key not in self._releases:
            more = project.stand.later_of(project.name, lambda version: version == late) if late else ()
            self._releases[key] = releases((*project.stand.there, *more), target, key[2])
        return self._releases[key]

    def stamp(self, names: Collection[str]) -> list[tuple[str, int]]:
        """Return the folders of this machine that were asked for some projects, and when each was last changed."""
        stamps = []
        for place in self.index.places("here"):
            root = local_path(place) or Path(place)
            for path in (root, *(root / name for name in sorted(names))):
                with suppress(OSError):
                    stamps.append((str(path), path.stat().st_mtime_ns))
        return stamps

    def metadata(self, dated: DatedFile, others: tuple[DatedFile, ...] = ()) -> CoreMetadata:
        """Return what a file says of itself, mended. Raises ResolveError if it cannot be had."""
        return self._reader.read(dated, others)

    def _ask(self, name: str) -> Project:
        here = self.index.files(name, "here")
        files, failures = self._elsewhere(name)
        return Project(name, stand(name, (*files, *here.files), self.instant, self._dates), (*failures, *here.failures))

    def _elsewhere(self, name: str) -> tuple[tuple[IndexFile, ...], tuple[str, ...]]:
        places = self.index.places("elsewhere")
        if not places:
            return (), ()
        kept = self._kept.page(places, name, self.instant)
        if kept is not None:
            return kept, ()
        read = now()
        listing = self.index.files(name, "elsewhere")
        if not listing.failures:
            self._kept.keep_page(places, name, listing.files, read)
        return listing.files, listing.failures


class _Once:
    """A function whose result for each name is computed by whoever asks first, while the others wait."""

    def __init__(self, compute: Callable[[str], Project]) -> None:
        self._compute = compute
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._found: dict[str, Project] = {}

    def __call__(self, name: str) -> Project:
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._found:
                self._found[name] = self._compute(name)
            return self._found[name]

    def values(self) -> tuple[Project, ...]:
        with self._lock:
            return tuple(self._found[name] for name in sorted(self._found))
