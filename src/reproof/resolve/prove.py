"""Finds the wheel on an index whose files are those that were installed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.tags import Tag
from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import InvalidVersion, Version

from reproof.errors import ResolveError
from reproof.model.resolution import Artifact
from reproof.model.snapshot import Distribution
from reproof.recorder.record import record_identity
from reproof.resolve.metadata import expanded
from reproof.resolve.ports import Index, IndexFile

LINUX = re.compile(r"^(many|musl)?linux(\d+|_\d+_\d+)?_")
RANKS = ("the same tags", "some of the tags", "the same Python and architecture")
"""How a file's tags can fit, best first. Wheels that were repaired for a platform often keep the old tags inside."""


@dataclass(frozen=True)
class Finding:
    """What the indexes had for a distribution: a proven artifact, or why there is none.

    `likely` is a wheel with the right name, version and tags whose contents could not be compared.
    """

    reason: str
    artifact: Artifact | None = None
    local: Path | None = None
    likely: IndexFile | None = None


def find_artifact(distribution: Distribution, index: Index) -> Finding:
    """Return the artifact whose RECORD equals the recorded one, or the reason why no index has it."""
    listing = index.files(distribution.name)
    wheels, sources = _of_version(distribution, listing.files)
    fitting = [file for rank, file in wheels if rank < len(RANKS)]
    trouble = [*listing.failures]
    for file in fitting:
        try:
            if distribution.record is not None and record_identity(index.record(file)) == distribution.record:
                reason = f"the RECORD of {file.filename} on {file.place} equals what is installed"
                return Finding(reason, artifact=index.artifact(file), local=file.local)
        except ResolveError as error:
            trouble.append(error.message)
    return Finding(_why_none(distribution, fitting, sources, trouble), likely=fitting[0] if fitting else None)


def _of_version(
    distribution: Distribution, files: Sequence[IndexFile]
) -> tuple[list[tuple[int, IndexFile]], list[str]]:
    """Return the wheels of exactly the recorded version, best tags first, and the names of its source archives."""
    name, version = re.sub(r"[-_.]+", "-", distribution.name).lower(), _version(distribution.version)
    recorded = expanded(distribution.tags)
    wheels, sources = [], []
    for file in files:
        try:
            if file.filename.endswith(".whl"):
                project, found, _, tags = parse_wheel_filename(file.filename)
                if (project, found) == (name, version):
                    wheels.append((_rank(tags, recorded), file))
            elif parse_sdist_filename(file.filename) == (name, version):
                sources.append(file.filename)
        except (InvalidWheelFilename, InvalidSdistFilename):
            continue
    return sorted(wheels, key=lambda ranked: ranked[0]), sources


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


def _why_none(
    distribution: Distribution, fitting: Sequence[IndexFile], sources: Sequence[str], trouble: Sequence[str]
) -> str:
    what = f"{distribution.name} {distribution.version}"
    if fitting:
        reason = f"{len(fitting)} wheels of {what} on the indexes, none with the installed files"
    elif sources:
        reason = f"the indexes have {what} only as source ({sources[0]}): it was built here"
    else:
        reason = f"no index has a wheel of {what} for this interpreter"
    return "; ".join([reason, *dict.fromkeys(trouble)])
