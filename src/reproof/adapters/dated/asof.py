"""What of an index's files there was at an instant. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from reproof.adapters.index_pages import ARCHIVES, IndexFile

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
    later: tuple[DatedFile, ...]

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
    try:
        if filename.endswith(".whl"):
            name, version, _, _ = parse_wheel_filename(filename)
            return version if name == project else None
        # The parser knows two kinds of source archives; the time before PEP 625 had more.
        suffix = next((suffix for suffix in ARCHIVES[1:] if filename.endswith(suffix)), None)
        if suffix is None:
            return None
        name, version = parse_sdist_filename(f"{filename.removesuffix(suffix)}.tar.gz")
        return version if name == project else None
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None


def stand(project: str, files: Iterable[IndexFile], instant: datetime, dates: ReleaseDates) -> Stand:
    """Return the files of a project (a PEP 503 name) as they stood at an instant.

    A file's date is, in this order: the upload time on its page; that of the first file of the same version elsewhere
    (an index that gives no times often holds what another holds too: `1.9.0+cu111` is of the day of `1.9.0`); the
    release's date in a table.
    """
    named = [(file, version) for file in files if (version := version_of(file.filename, project))]
    times = {file: parsed for file, _ in named if (parsed := _upload_time(file))}
    first = _first_uploads(named, times)
    found = [_dated(file, version, times, first, dates(project, version)) for file, version in named]
    there = tuple(dated for dated in found if dated.uploaded is None or dated.uploaded <= instant)
    return Stand(there, tuple(dated for dated in found if dated.uploaded is not None and dated.uploaded > instant))


def _dated(
    file: IndexFile,
    version: Version,
    times: Mapping[IndexFile, datetime],
    first: Mapping[str, datetime],
    tabled: datetime | None,
) -> DatedFile:
    if file in times:
        return DatedFile(file, version, times[file], "its index")
    if version.public in first:
        return DatedFile(file, version, first[version.public], f"the first file of {version.public} on another index")
    if tabled is not None:
        return DatedFile(file, version, tabled, "the table of releases")
    return DatedFile(file, version, None, "nobody")


def _first_uploads(
    named: Iterable[tuple[IndexFile, Version]], times: Mapping[IndexFile, datetime]
) -> Mapping[str, datetime]:
    first: dict[str, datetime] = {}
    for file, version in named:
        if file in times:
            first[version.public] = min(times[file], first.get(version.public, times[file]))
    return first


def _upload_time(file: IndexFile) -> datetime | None:
    try:
        return parse_instant(file.upload_time) if file.upload_time else None
    except ValueError:
        return None
