"""What takes an obstacle away without another date: a requirement more, a system package more, a requirement less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reproof.model.base import Gap
from reproof.model.execution import FailedImport
from reproof.model.requirements import Requirement, Requirements
from reproof.model.resolution import Obstacle, Pin
from reproof.revive.failures import explain_import, missing_library, missing_module

SUBSTITUTES = {"sklearn": "scikit-learn", "beautifulsoup": "beautifulsoup4", "pil": "pillow", "opencv": "opencv-python"}
"""Distributions of a name that others took for the module's, and those that have it."""

Provide = Callable[[str], Sequence[str]]
"""Returns the distributions that are known to have a module, the usual one first."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to add, and the obstacles for which nothing is known."""

    requirements: tuple[Requirement, ...] = ()
    packages: tuple[str, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is something to add."""
        return bool(self.requirements or self.packages)


def remedy_for(
    failed: Iterable[FailedImport], pins: Sequence[Pin], provide: Provide, libraries: Mapping[str, str]
) -> Remedy:
    """Return what the failed imports ask for. `libraries` are the packages of the shared libraries that are missing."""
    have = {pin.name for pin in pins}
    requirements: dict[str, Requirement] = {}
    packages: dict[str, None] = {}
    obstacles: list[Obstacle] = []
    for one in failed:
        module, library = missing_module(one.line, one.missing), missing_library(one.line)
        providers = provide(module) if module and "." not in module else ()
        if library and library in libraries:
            packages[libraries[library]] = None
        elif providers and not have.intersection(providers):
            source = f"import {one.module}, tried in the container"
            requirements[providers[0]] = Requirement(name=providers[0], kind="imported", source=source)
        else:
            obstacles.append(explain_import(one))
    return Remedy(tuple(requirements.values()), tuple(packages), tuple(obstacles))


def with_more(requirements: Requirements, more: Iterable[Requirement]) -> Requirements:
    """Return requirements with those added that are of no distribution that is there."""
    known = {one.name for one in requirements.requirements if one.kind != "constraint"}
    added = tuple(one for one in more if one.name not in known)
    return requirements.model_copy(update={"requirements": (*requirements.requirements, *added)})


def without_hopeless(
    requirements: Requirements, obstacles: Iterable[Obstacle], optional: bool = False
) -> Requirements | None:
    """Return requirements without what cannot be had and nobody declared, a gap for each; None if that changes nothing.

    With `optional` only what the code may do without is left out. A name that is not the distribution's own gives way
    to the one that is meant.
    """
    blocked = {obstacle.package: obstacle for obstacle in obstacles}
    kept: list[Requirement] = []
    gaps: list[Gap] = []
    for one in requirements.requirements:
        obstacle = blocked.get(one.name)
        if obstacle is None:
            kept.append(one)
        elif one.name in SUBSTITUTES:
            kept.append(one.model_copy(update={"name": SUBSTITUTES[one.name], "specifier": ""}))
            effect = f"{SUBSTITUTES[one.name]} is taken in its place"
            gaps.append(Gap(what=f"{one.name} ({one.source})", why=obstacle.what, effect=effect))
        elif one.kind == "imported" and (one.optional or not optional):
            effect = "the code runs without it as far as it gets"
            gaps.append(Gap(what=f"{one.name} ({one.source})", why=obstacle.what, effect=effect))
        else:
            kept.append(one)
    if not gaps:
        return None
    return requirements.model_copy(update={"requirements": tuple(kept), "gaps": (*requirements.gaps, *gaps)})
