"""Where two files pin different versions of the same distribution, the one that comes first is followed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from reproof.model.base import Gap
from reproof.model.requirements import Requirement
from reproof.needs.found import Found

EXACT = re.compile(r"={2,3}\s*([^,*\s]+)")


def settle(requirements: Iterable[Requirement]) -> Found:
    """Return the requirements without those that contradict a pin in another file that comes before; each is told.

    Two pins in one file are left as they are: that is the project's own contradiction, and the solver names it.
    """
    kept: list[Requirement] = []
    gaps: list[Gap] = []
    for one in without_repeats(requirements):
        against = next((other for other in kept if contradict(other, one)), None)
        if against is None:
            kept.append(one)
            continue
        why = f"{against.source} says {against.name}{against.specifier}, which comes first"
        gaps.append(Gap(what=f"{one.source}: {one.name}{one.specifier}", why=why, effect="it is left out"))
    return Found(requirements=tuple(kept), gaps=tuple(gaps))


def without_repeats(requirements: Iterable[Requirement]) -> Iterable[Requirement]:
    """Return the requirements without those that say the same as one before, in another file."""
    first: dict[tuple[object, ...], Requirement] = {}
    for one in requirements:
        first.setdefault((one.name, one.kind, one.specifier, one.extras, one.marker, one.url, one.hashes), one)
    return first.values()


def contradict(one: Requirement, other: Requirement) -> bool:
    """Say whether two files exclude each other on one distribution, at least one of them by an exact version."""
    if one.name != other.name or one.marker or other.marker or one.url or other.url:
        return False
    if file_of(one) == file_of(other):
        return False
    return excludes(one.specifier, other.specifier) or excludes(other.specifier, one.specifier)


def excludes(pin: str, specifier: str) -> bool:
    """Say whether a pin's version is not among those of a specifier."""
    exact = EXACT.fullmatch(pin)
    if not exact:
        return False
    try:
        return not SpecifierSet(specifier, prereleases=True).contains(exact[1])
    except InvalidSpecifier:
        return False


def file_of(requirement: Requirement) -> str:
    return requirement.source.rpartition(":")[0]
