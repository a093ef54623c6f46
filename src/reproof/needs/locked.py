"""Locks as a graph: which of their packages a project needs when it runs, and under which conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reproof.model.requirements import Requirement

ALTERNATIVES = 6
"""Conditions under which one package is needed; of more, it is taken to be needed always."""


@dataclass(frozen=True, slots=True)
class Edge:
    """That a package needs another, named as in PEP 503, of one version if it says so."""

    name: str
    marker: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Locked:
    """A package of a lock, and what it needs."""

    requirement: Requirement
    edges: tuple[Edge, ...] = ()

    @property
    def version(self) -> str:
        return self.requirement.specifier.removeprefix("==")


def reach(packages: Iterable[Locked], roots: Iterable[Edge]) -> tuple[tuple[Requirement, ...], tuple[Requirement, ...]]:
    """Return the packages that the roots need, with the conditions of the way to them, and all others.

    A lock holds what every group and platform needs; a package that is needed on Windows alone is not to be installed.
    """
    every = list(packages)
    by_name: dict[str, list[Locked]] = {}
    for one in every:
        by_name.setdefault(one.requirement.name, []).append(one)
    conditions: dict[int, set[str] | None] = {}
    pending: list[tuple[Edge, str | None]] = [(edge, None) for edge in roots]
    while pending:
        edge, above = pending.pop(0)
        marker = both(above, edge.marker)
        for one in by_name.get(edge.name, ()):
            if edge.version in (None, one.version) and admit(conditions, id(one), marker):
                pending += ((inner, marker) for inner in one.edges)
    needed = tuple(conditioned(one.requirement, conditions[id(one)]) for one in every if id(one) in conditions)
    return needed, tuple(one.requirement for one in every if id(one) not in conditions)


def admit(conditions: dict[int, set[str] | None], key: int, marker: str | None) -> bool:
    """Note under which condition a package is needed; say whether that is new."""
    if key in conditions and conditions[key] is None:
        return False
    known = conditions.setdefault(key, set()) or set()
    if marker is None or len(known) >= ALTERNATIVES:
        conditions[key] = None
        return True
    if marker in known:
        return False
    conditions[key] = {*known, marker}
    return True


def conditioned(requirement: Requirement, markers: set[str] | None) -> Requirement:
    """Return a requirement that holds where one of the markers and its own do."""
    if not markers:
        return requirement
    way = " or ".join(f"({marker})" if len(markers) > 1 else marker for marker in sorted(markers))
    return requirement.model_copy(update={"marker": both(requirement.marker, way)})


def both(one: str | None, other: str | None) -> str | None:
    """Return the marker that holds where both do; None is one that always holds."""
    if one is None or other is None or one == other:
        return one if other is None else other
    return " and ".join(f"({part})" if " or " in part else part for part in (one, other))


def by_line(text: str, head: str) -> Mapping[str, int]:
    """Return the number of the line that names each package in a lock: `name = "numpy"`."""
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        key, _, value = line.partition("=")
        if key.strip() == head:
            lines.setdefault(value.strip().strip("\"'"), number)
    return lines
