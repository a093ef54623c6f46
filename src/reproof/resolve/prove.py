"""Finds the wheel on an index whose files are those that were installed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from packaging.tags import Tag
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from reproof.errors import ResolveError
from reproof.model.snapshot import Distribution
from reproof.recorder.record import record_identity
from reproof.resolve.metadata import expanded
from reproof.resolve.ports import Index, IndexFile

LINUX = re.compile(r"^(many|musl)?linux(\d+|_\d+_\d+)?_")
RANKS = ("the same tags", "some of the tags", "the same Python and architecture")
"""How a file's tags can fit, best first. Wheels that were repaired for a platform often keep the old tags inside."""


@dataclass(frozen=True)
class Finding:
    """What the indexes had for a distribution, and in words how sure that is.

    `proven` is the wheel that holds the installed files; `likely` one with the right name, version and tags, whose
    contents could not be compared; `source` the source distribution that the installed files were built from here.
    """

    reason: str
    proven: IndexFile | None = None
    likely: IndexFile | None = None
    source: IndexFile | None = None


def find_wheel(distribution: Distribution, index: Index) -> Finding:
    """Return the wheel whose RECORD equals the recorded one, or the reason why no index has it."""
    listing = index.files(distribution.name)
    wheels, sources = _of_version(distribution, listing.files)
    fitting = [file for rank, file in wheels if rank < len(RANKS)]
    trouble = [*listing.failures]
    for file in fitting:
        try:
            if distribution.record is not None and record_identity(index.member(file, "RECORD")) == distribution.record:
                reason = f"the RECORD of {file.filename} on {file.place} equals what is installed"
                return Finding(reason, proven=file)
        except ResolveError as error:
            trouble.append(error.message)
    if not listing.files and listing.failures:
        reason = f"no index could be asked for {distribution.name} {distribution.version}"
    else:
        reason = _why_none(distribution, fitting, sources)
    return Finding(
        "; ".join([reason, *dict.fromkeys(trouble)]),
        likely=fitting[0] if fitting else None,
        source=sources[0] if sources and (not fitting or _built_here(distribution)) else None,
    )


def _built_here(distribution: Distribution) -> bool:
    """Say whether a wheel was made for the machine it is on: an index takes none with such a tag."""
    return any(tag.platform.startswith("linux_") for tag in expanded(distribution.tags))


def _of_version(
    distribution: Distribution, files: Sequence[IndexFile]
) -> tuple[list[tuple[int, IndexFile]], list[IndexFile]]:
    """Return the wheels of exactly the recorded version, best tags first, and its source archives."""
    name, version = re.sub(r"[-_.]+", "-", distribution.name).lower(), _version(distribution.version)
    recorded = expanded(distribution.tags)
    wheels, sources = [], []
    for file in files:
        try:
            if file.filename.endswith(".whl"):
                # A page lists thousands of files: most are ruled out by the version alone.
                if _version(file.filename.split("-")[1]) != version:
                    continue
                project, found, _, tags = parse_wheel_filename(file.filename)
                if (project, found) == (name, version):
                    wheels.append((_rank(tags, recorded), file))
            elif parse_sdist_filename(file.filename) == (name, version):
                sources.append(file)
        except (InvalidWheelFilename, InvalidSdistFilename, IndexError):
            continue
    return sorted(wheels, key=lambda ranked: ranked[0]), sources


@lru_cache(maxsize=10_000)
def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _rank(tags: frozenset[Tag], recorded: frozenset[Tag]) -> int:
    if tags == recorded:
        return 0
    if tags & recorded:
        return 1

    def machines(some: frozenset[Tag]) -> set[tuple[str, str, str]]:
        return {(tag.interpreter, tag.abi, LINUX.sub("", tag.platform)) for tag in some}

    return 2 if machines(tags) & machines(recorded) else len(RANKS)


def _why_none(distribution: Distribution, fitting: Sequence[IndexFile], sources: Sequence[IndexFile]) -> str:
    what = f"{distribution.name} {distribution.version}"
    if fitting:
        return f"{len(fitting)} wheels of {what} on the indexes, none with the installed files"
    if sources:
        return f"the indexes have {what} only as source ({sources[0].filename}): it was built here"
    return f"no index has a wheel of {what} for this interpreter"
