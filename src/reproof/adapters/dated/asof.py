"""What of an index's files there was at an instant. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from packaging.version import InvalidVersion, Version

from reproof.adapters.index_pages import ARCHIVES, IndexFile

WHEEL_PARTS = (5, 6)
"""Of a wheel's name between hyphens: name, version, perhaps a build number, Python, ABI, platform."""
ReleaseDates = Callable[[str, Version], datetime | None]
"""When a version of a project was released, by a table of facts; None if no table knows."""


@dataclass(frozen=True)
class DatedFile:
    """A file, the version it is of, when it came to be, and how that is known; None if nobody knows."""

    file: IndexFile
    version: Version
    uploaded: datetime | None
    dated_by: str


@dataclass(frozen=True)
class Stand:
    """The files of a project at an instant: those that were there, and those that came later.

    Files without any date are kept: hiding them would empty an index that gives none.
    """

    there: tuple[DatedFile, ...]
    later: tuple[IndexFile, ...]

    def later_of(self, project: str, admits: Callable[[Version], bool]) -> tuple[DatedFile, ...]:
        """Return those that came later and are of a version that is admitted; the first to come is first."""
        found = [
            DatedFile(file, version, _upload_time(file), "its index")
            for file in self.later
            if (version := version_of(file.filename, project)) is not None and admits(version)
        ]
        return tuple(sorted(found, key=lambda dated: (dated.uploaded is None, dated.uploaded or 0)))

    @property
    def undated(self) -> tuple[DatedFile, ...]:
        """What was kept though nobody knows its date."""
        return tuple(dated for dated in self.there if dated.uploaded is None)


def parse_instant(text: str) -> datetime:
    """Return the instant that an ISO 8601 text names; UTC unless it says otherwise.

    Raises:
        ValueError: it names none.
    """
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def version_of(filename: str, project: str) -> Version | None:
    """Return the version that a file of a project is of; None if the name is none that tools of today take."""
    if filename.endswith(".whl"):
        parts = filename.removesuffix(".whl").split("-")
        name, version = (parts[0], parts[1]) if len(parts) in WHEEL_PARTS else ("", "")
    else:
        suffix = next((suffix for suffix in ARCHIVES[1:] if filename.endswith(suffix)), ".")
        name, _, version = filename.removesuffix(suffix).rpartition("-")
    return _version(version) if _normal(name) == project else None


def stand(project: str, files: Iterable[IndexFile], instant: datetime, dates: ReleaseDates) -> Stand:
    """Return the files of a project (a PEP 503 name) as they stood at an instant.

    A file's date is, in this order: the upload time on its page; that of the first file of the same version elsewhere
    (an index that gives no times often holds what another holds too: `1.9.0+cu111` is of the day of `1.9.0`); the
    release's date in a table.
    """
    timed = [(file, _upload_time(file)) for file in files]
    there, later, undated = [], [], []
    for file, uploaded in timed:
        if uploaded is not None and uploaded > instant:
            later.append(file)
        elif (version := version_of(file.filename, project)) is not None:
            if uploaded is not None:
                there.append(DatedFile(file, version, uploaded, "its index"))
            else:
                undated.append(DatedFile(file, version, None, "nobody"))
    first = _first_uploads(project, timed, {_public(dated.version) for dated in undated})
    for dated in undated:
        found = _date(dated, first.get(_public(dated.version)), dates(project, dated.version))
        if found.uploaded is None or found.uploaded <= instant:
            there.append(found)
        else:
            later.append(found.file)
    return Stand(tuple(there), tuple(later))


def _date(undated: DatedFile, elsewhere: datetime | None, tabled: datetime | None) -> DatedFile:
    file, version = undated.file, undated.version
    if elsewhere is not None:
        return DatedFile(file, version, elsewhere, f"the first file of {version.public} on another index")
    return DatedFile(file, version, tabled, "the table of releases") if tabled is not None else undated


def _first_uploads(
    project: str, timed: Iterable[tuple[IndexFile, datetime | None]], wanted: Collection[Version]
) -> dict[Version, datetime]:
    first: dict[Version, datetime] = {}
    for file, uploaded in timed if wanted else ():
        if uploaded is not None and (version := version_of(file.filename, project)) in wanted and version is not None:
            first[version] = min(uploaded, first.get(version, uploaded))
    return first


def _public(version: Version) -> Version:
    """Return a version without its local part."""
    return Version(version.public) if version.local else version


def _upload_time(file: IndexFile) -> datetime | None:
    try:
        return parse_instant(file.upload_time) if file.upload_time else None
    except ValueError:
        return None


@lru_cache(maxsize=100_000)
def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=10_000)
def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
