"""Pins for the versions that a solver chose: the artifact of each, and in words why it is this one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from packaging.version import Version

from reproof.adapters.dated.answers import View
from reproof.adapters.dated.asof import DatedFile
from reproof.adapters.dated.index import DatedIndex
from reproof.adapters.dated.releases import Release
from reproof.adapters.solver import Chosen
from reproof.errors import ResolveError
from reproof.model.base import Gap
from reproof.model.resolution import Pin, Repair
from reproof.resolve.take import take
from reproof.resolve.wanted import Wanted
from reproof.store.store import Store

TAKEN_AT_ONCE = 8


@dataclass(frozen=True)
class Choice:
    """What was asked for, and from what it was chosen."""

    needs: Wanted
    index: DatedIndex
    view: View


def pin_all(
    chosen: Sequence[Chosen], choice: Choice, store: Store
) -> tuple[tuple[Pin, ...], tuple[Repair, ...], tuple[Gap, ...]]:
    """Return the pins by name, what was mended in their metadata, and what could not be learned.

    Raises:
        ResolveError: the bytes of an artifact were needed and cannot be had.
        StoreError: the store cannot be written.
    """
    with ThreadPoolExecutor(TAKEN_AT_ONCE) as pool:
        found = list(pool.map(lambda one: _pin(one, choice, store), chosen))
    repairs = [repair for _, repairs, _ in found for repair in repairs]
    gaps = [gap for _, _, gaps in found for gap in gaps]
    gaps += [
        Gap(what=f"all files of {pin.name}", why=failure, effect="a place that was not asked may have had a better one")
        for pin, _, _ in found
        for failure in choice.index.project(pin.name).failures
    ]
    return tuple(pin for pin, _, _ in found), tuple(dict.fromkeys(repairs)), tuple(dict.fromkeys(gaps))


def _pin(chosen: Chosen, choice: Choice, store: Store) -> tuple[Pin, tuple[Repair, ...], tuple[Gap, ...]]:
    release = choice.view.release(choice.index, chosen.name, Version(chosen.version))
    if release is None or release.chosen is None:
        raise ResolveError(f"the solver chose {chosen.name} {chosen.version}, which was not offered", "resolve again")
    metadata = choice.index.metadata(release.chosen, release.others)
    pin = Pin(
        name=chosen.name,
        version=str(release.version),
        location="",
        confidence="dated",
        artifact=take(release.chosen.file, choice.index.index, store),
        evidence="; ".join(_evidence(chosen, release.chosen, choice.needs)),
    )
    gaps = [*_doubts(chosen.name, release, choice)]
    if metadata.unread:
        why = metadata.unread
        gaps.append(Gap(what=f"what {chosen.name} requires", why=why, effect="a package that it needs may be missing"))
    return pin, metadata.repairs, tuple(gaps)


def _evidence(chosen: Chosen, dated: DatedFile, needs: Wanted) -> Iterator[str]:
    file = dated.file
    when = f"of {dated.uploaded:%Y-%m-%dT%H:%M:%SZ} by {dated.dated_by}" if dated.uploaded else "of an unknown date"
    yield f"{file.filename} on {file.place}, {when}"
    if sources := needs.sources(chosen.name):
        yield f"asked for in {', '.join(sources)}"
    if chosen.needed_by:
        yield f"needed by {', '.join(chosen.needed_by)}"
    if file.yanked:
        yield "yanked by now"


def _doubts(name: str, release: Release, choice: Choice) -> Iterator[Gap]:
    """Yield a gap for a file that is newer than the instant or may be, and for a build that nobody asked for."""
    dated, needs = release.chosen, choice.needs
    if dated is not None and dated.uploaded is not None and dated.uploaded > choice.index.instant:
        yield Gap(
            what=f"{name} as it was at the instant",
            why=f"no index has a release that was there and that {', '.join(needs.sources(name))} admits",
            effect=f"the first to come later is taken: {dated.file.filename}, of {dated.uploaded:%Y-%m-%d}",
        )
    if dated is not None and dated.uploaded is None:
        yield Gap(
            what=f"the date of {dated.file.filename}",
            why=f"{dated.file.place} gives no upload times, and no table knows it",
            effect="it may be newer than the instant",
        )
    local = release.version.local
    named = any(local in str(line.specifier) for line, _ in needs.lines if line.name == name) if local else True
    if dated is not None and not named:
        yield Gap(
            what=f"which build of {name} {release.version.public} was meant",
            why=f"{dated.file.place} has {release.version}, which pip prefers, and no requirement names a build",
            effect=f"the build {local} is taken; its numerics and the devices that it supports may be others",
        )
