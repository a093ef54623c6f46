"""Of when a project is: candidates for the instant, the best evidence first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from reproof.model.base import Gap
from reproof.model.project import Project
from reproof.model.requirements import DateChoice
from reproof.needs.readers.pkg_info import release_of

WEEKS = (4, -4, 12)
"""To either side of the best: for when the versions of that very day are broken against each other."""
UPLOADING = timedelta(days=7)
"""From making a source distribution to its wheels on the index, when all goes well."""
PLACEHOLDERS = ("1970-01-01", "1979-12-31", "1980-01-0", "1985-10-26", "2016-01-01T00:00:0", "2020-02-02T00:00:0")
"""How times begin that tools write into archives in place of real ones: zip's first day, and those of npm, Flit and
Hatch. Sources: their documentation of reproducible builds (`SOURCE_DATE_EPOCH`)."""
INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def parse_date(text: str) -> DateChoice | None:
    """Return the instant that `2019`, `2019-06`, `2019-06-01` or a full ISO 8601 time means; None if it is none.

    A year, month or day means its end. A time without an offset is UTC.
    """
    found = re.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text.strip())
    try:
        if found:
            instant = end_of(int(found[1]), found[2], found[3])
        else:
            instant = datetime.fromisoformat(text.strip())
            instant = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return DateChoice(instant=instant.strftime(INSTANT), reason=f"{text.strip()}, as asked for")


def end_of(year: int, month: str | None, day: str | None) -> datetime:
    """Return the last second of a year, month or day. Raises ValueError if there is none such."""
    start = datetime(year, int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        following = start + timedelta(days=1)
    elif month:
        following = (start + timedelta(days=32)).replace(day=1)
    else:
        following = start.replace(year=year + 1)
    return following - timedelta(seconds=1)


def find_dates(
    project: Project, given: DateChoice | None, declaring: Iterable[str], script: Iterable[str], code: Iterable[str]
) -> tuple[DateChoice, ...]:
    """Return the instants that a project may be of; none if not even a file has a date.

    `declaring`, `script` and `code` are paths: what says which packages are needed, what the command starts, and all
    that this imports.
    """
    best = [given] if given else []
    seen = [] if given else list(evidence(project, (tuple(declaring), tuple(script), tuple(code))))
    choices = [*best, *seen]
    if choices:
        choices += around(choices[0])
    chosen: dict[str, DateChoice] = {}
    for choice in choices:
        chosen.setdefault(choice.instant[:10], choice)
    return tuple(chosen.values())


def undated(dates: tuple[DateChoice, ...]) -> Iterator[Gap]:
    """Yield a gap if nothing tells of when the project is."""
    if not dates:
        why = "it is in no repository, and its files have the times that an archiver wrote into all of them"
        yield Gap(what="of when the project is", why=why, effect="it cannot be dated without --as-of")


def evidence(project: Project, paths: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]) -> Iterator[DateChoice]:
    """Yield what commits and the file system say. A late commit may touch none of what matters: it comes late."""
    declaring, script, code = paths
    yield from newest(project.commits, (*declaring, *script), "the last commit to {path}: the dependency files and the "
                      "script were not changed after it")  # fmt: skip
    yield from newest(project.commits, code, "the last commit to {path}, which the command imports")
    yield from newest(project.commits, declaring, "the last commit to {path}, which says what is needed")
    yield from newest(project.commits, script, "the last commit to {path}")
    if project.checked_out:
        yield DateChoice(instant=project.checked_out, reason="the commit that is checked out")
    if not project.commits:
        modified = {path: when for path, when in project.modified.items() if not when.startswith(PLACEHOLDERS)}
        if release_of(project):
            yield from uploaded(modified)
        yield from newest(modified, (*declaring, *code), "{path} was last written then, says the file system")
        yield from newest(modified, modified, "the newest file, {path}, was written then")


def uploaded(modified: Mapping[str, str]) -> Iterator[DateChoice]:
    """Yield when a source distribution was on the index: its files are older than its upload and its wheels."""
    for made in newest(modified, modified, "{path}, the newest file of the source distribution"):
        instant = datetime.strptime(made.instant, INSTANT).replace(tzinfo=UTC) + UPLOADING
        reason = f"a week after {made.reason}, was made ({made.instant[:10]}): by then it was on the index"
        yield DateChoice(instant=instant.strftime(INSTANT), reason=reason)


def newest(dates: Mapping[str, str], paths: Iterable[str], reason: str) -> Iterator[DateChoice]:
    """Yield the newest date of the paths that have one."""
    found = max(((dates[path], path) for path in paths if path in dates), default=None)
    if found:
        yield DateChoice(instant=found[0], reason=reason.format(path=found[1]))


def around(best: DateChoice) -> Iterator[DateChoice]:
    """Yield instants some weeks to either side of the best, as far as there are such."""
    instant = datetime.strptime(best.instant, INSTANT).replace(tzinfo=UTC)
    for weeks in WEEKS:
        side = "after" if weeks > 0 else "before"
        try:
            moved = instant + timedelta(weeks=weeks)
        except OverflowError:
            continue
        yield DateChoice(
            instant=moved.strftime(INSTANT),
            reason=f"{abs(weeks)} weeks {side} the best, should that day's versions be broken against each other",
        )
