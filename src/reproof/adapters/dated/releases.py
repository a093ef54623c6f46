"""Which artifact of each version an installer would take on a target, and why it would take none. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from packaging.specifiers import SpecifierSet
from packaging.tags import InvalidTag, Tag, parse_tag
from packaging.version import Version

from reproof.adapters.dated.asof import DatedFile
from reproof.adapters.dated.specifiers import mend_specifier
from reproof.adapters.dated.tags import ranks
from reproof.model.target import Target

Reason = Literal["other platform", "no interpreter", "not admitted"]


@dataclass(frozen=True)
class Release:
    """A version of a project on a target.

    `chosen` is what would be installed: the wheel with the best tags, else the source distribution; None, and then
    `reason` says why. `others` are the remaining files of the version.
    """

    version: Version
    chosen: DatedFile | None
    others: tuple[DatedFile, ...]
    reason: Reason | None = None

    @property
    def yanked(self) -> bool:
        """All that could be installed of it is marked as yanked."""
        return self.chosen is not None and self.chosen.file.yanked


def releases(files: Iterable[DatedFile], target: Target, admitted: Collection[str] = ()) -> tuple[Release, ...]:
    """Return the releases of a project, oldest first; `admitted` are the only sha256 that may be chosen, if any."""
    versions: dict[Version, list[DatedFile]] = {}
    for dated in files:
        versions.setdefault(dated.version, []).append(dated)
    return tuple(_release(version, versions[version], target, admitted) for version in sorted(versions))


def _release(version: Version, files: list[DatedFile], target: Target, admitted: Collection[str]) -> Release:
    ranked = [(rank, dated) for dated in files if (rank := _rank(dated, target)) is not None]
    allowed = [(rank, dated) for rank, dated in ranked if not admitted or dated.file.sha256 in admitted]
    fitting = [(rank, dated) for rank, dated in allowed if _admits_python(dated, target)]
    if not fitting:
        reason: Reason = "no interpreter" if allowed or _for_another_python(files, target) else "other platform"
        return Release(version, None, tuple(files), "not admitted" if ranked and not allowed else reason)
    # What was yanked is the last choice; of equals, the place that pip's configuration names first.
    chosen = min(fitting, key=lambda pair: (pair[1].file.yanked, pair[0]))[1]
    return Release(version, chosen, tuple(dated for dated in files if dated is not chosen))


def _rank(dated: DatedFile, target: Target) -> tuple[int, int, int] | None:
    """Return how well a file fits, smaller is better; None if it cannot be installed there."""
    if not dated.file.filename.endswith(".whl"):
        return (1, 0, 0)
    known = ranks(target)
    best = min((known[tag] for tag in _tags(dated) if tag in known), default=None)
    if best is None:
        return None
    parts = dated.file.filename.split("-")
    number = re.match(r"\d+", parts[2]) if len(parts) > len(("name", "version", "python", "abi", "platform")) else None
    return (0, best, -int(number[0]) if number else 0)


def _tags(dated: DatedFile) -> frozenset[Tag]:
    return _parsed(dated.file.filename.removesuffix(".whl").split("-", dated.file.filename.count("-") - 2)[-1])


@lru_cache(maxsize=10_000)
def _parsed(tags: str) -> frozenset[Tag]:
    try:
        return parse_tag(tags)
    except InvalidTag:
        # `py36+-none-any` was uploaded once; no installer takes it.
        return frozenset()


def _admits_python(dated: DatedFile, target: Target) -> bool:
    # What a page says and nobody can read was always taken for no demand.
    return _admits(mend_specifier(dated.file.requires_python or "") or "", target.python)


@lru_cache(maxsize=10_000)
def _admits(specifier: str, python: str) -> bool:
    return SpecifierSet(specifier).contains(python, prereleases=True)


def _for_another_python(files: Iterable[DatedFile], target: Target) -> bool:
    """Say whether a wheel would fit this platform if the interpreter were another."""
    platforms = {tag.platform for tag in ranks(target)}
    return any(
        tag.platform in platforms for dated in files if dated.file.filename.endswith(".whl") for tag in _tags(dated)
    )
