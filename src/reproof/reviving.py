"""An old project brought back: dates and interpreters are tried until its imports succeed in the image.

Resolve, build, import: what an attempt lacks and can be named is added; what cannot sends it to the next date or the
next interpreter. Every attempt is kept with what stopped it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from reproof.adapters.apt import AptArchive
from reproof.build.imports import try_imports
from reproof.building import build
from reproof.dating import Unresolved, date
from reproof.errors import BuildError, ResolveError
from reproof.journey import GivenUp, Journey, Revived, Stopped, earlier, list_attempts, needs_of, other, tried
from reproof.model.execution import FailedImport
from reproof.model.resolution import Obstacle, Resolution, Try
from reproof.model.snapshot import Snapshot
from reproof.needs.undeclared import provider_of
from reproof.plan import make_plan
from reproof.revive.attempts import Attempt, next_attempt, told
from reproof.revive.failures import explain_import, last_error, libraries_of
from reproof.revive.remedies import Remedy, remedy_for, without_hopeless
from reproof.tools import Tools

ROUNDS = 6
"""How often an attempt is repeated with what was found to be missing, or without what cannot be had."""

T = TypeVar("T")


def resolve_old(snapshot: Snapshot, tools: Tools) -> Resolution:
    """Return the packages of an old project: those chosen before, or for the first date that has all of them.

    Raises:
        GivenUp: no date and no interpreter has.
        EngineError, StoreError: wheels have to be built, and no engine answers; the store failed.
    """
    known = earlier(snapshot, tools)
    return known or travel(Journey(snapshot, needs_of(snapshot, tools), tools), resolved)


def revive(snapshot: Snapshot, tools: Tools, lacking: Remedy | None = None) -> Revived:
    """Return an image in which the project's imports succeed; if there is none, the best one that could be built.

    `lacking` is what an earlier run was found to need besides.

    Raises:
        GivenUp: nothing could be built.
        EngineError, StoreError: the engine or the store failed.
    """
    known = earlier(snapshot, tools)
    journey = Journey(snapshot, needs_of(snapshot, tools, known), tools)
    if lacking is not None:
        journey.take(lacking)
    elif known is not None and (revived := checked(journey, known)) is not None:
        return revived
    try:
        return travel(journey, imported)
    except GivenUp:
        if journey.best is None:
            raise
        return replace(journey.best, tries=tuple(journey.tries))


def travel(journey: Journey, step: Callable[[Journey, Attempt], T]) -> T:
    """Return what a step gives for the first attempt that it is not stopped at; what nobody declared is left out if
    there is none otherwise. Raises GivenUp, and what the step raises."""
    attempts = list_attempts(journey)
    obstacles: tuple[Obstacle, ...] = ()
    while (attempt := next_attempt(attempts, journey.done, obstacles)) is not None:
        try:
            return step(journey, attempt)
        except Stopped as stop:
            obstacles = stop.obstacles
            journey.done.append(attempt)
            journey.tries.append(tried(attempt, stop.reached, obstacles))
            journey.tools.progress.note(f"note: {'; '.join(told(journey.tries[-1:]))}")
    if not journey.determined and journey.best is None:
        journey.determined, journey.done = True, []
        if without_hopeless(journey.requirements, journey.tries[0].obstacles) is not None:
            return travel(journey, step)
    raise GivenUp(journey.tries)


def resolved(journey: Journey, attempt: Attempt) -> Resolution:
    """Return the packages of an attempt, kept with the attempts before it.

    Raises:
        Stopped: something cannot be had.
        EngineError, StoreError: the engine or the store failed.
    """
    for _ in range(ROUNDS):
        try:
            resolution = date(journey.snapshot, journey.order(attempt), journey.tools)
        except Unresolved as error:
            obstacles = error.obstacles
            fewer = without_hopeless(journey.requirements, obstacles, optional=not journey.determined)
            if fewer is None:
                raise Stopped(None, obstacles) from error
            journey.requirements = fewer
        except (ResolveError, BuildError) as error:
            raise Stopped(None, (other(error),)) from error
        else:
            resolution = resolution.model_copy(update={"tries": tuple(journey.tries)})
            journey.tools.store.save(journey.requirements, journey.snapshot.id)
            journey.tools.store.save(resolution, journey.snapshot.id)
            return resolution
    raise Stopped(None, obstacles)


def built(journey: Journey, resolution: Resolution) -> Revived:
    """Return the image of a resolution. Raises Stopped: it cannot be built; EngineError, StoreError."""
    try:
        build_plan = make_plan(journey.snapshot, resolution)
        journey.tools.store.save(build_plan, journey.snapshot.id)
        return Revived(resolution, build_plan, build(build_plan, journey.tools))
    except (ResolveError, BuildError) as error:
        raise Stopped("resolved", (other(error),)) from error


def imported(journey: Journey, attempt: Attempt) -> Revived:
    """Return the image of an attempt in which every import succeeds; what is missing and can be named is added.

    Raises:
        Stopped: something cannot be had, built or imported.
        EngineError, StoreError: the engine or the store failed.
    """
    for _ in range(ROUNDS):
        revived = built(journey, resolved(journey, attempt))
        failed = failing(journey, revived)
        if not failed:
            return replace(revived, tries=(*journey.tries, tried(attempt, "imported")))
        remedy = remedy_of(failed, revived.resolution)
        if not remedy:
            journey.best = journey.best or revived
            raise Stopped("built", remedy.obstacles)
        journey.take(remedy)
    journey.best = journey.best or revived
    raise Stopped("built", tuple(explain_import(one) for one in failed))


def checked(journey: Journey, known: Resolution) -> Revived | None:
    """Return the image of an earlier resolution if its imports succeed; None, and what it lacks noted, if not."""
    try:
        revived = built(journey, known)
    except Stopped:
        return None
    failed = failing(journey, revived)
    if failed:
        journey.take(remedy_of(failed, known))
        return None
    version = known.python.version if known.python else ""
    return replace(revived, tries=(*known.tries, Try(instant=known.as_of or "", python=version, reached="imported")))


def failing(journey: Journey, revived: Revived) -> tuple[FailedImport, ...]:
    """Return the imports of the project that fail in an image."""
    modules = journey.requirements.imports
    tools = journey.tools
    return try_imports(revived.plan, revived.image, modules, tools.engine(), tools.progress) if modules else ()


def lacking(stderr: str, revived: Revived) -> Remedy:
    """Return what a run in an image was found to need, from what it printed; nothing if that is not what it tells."""
    kind, _, text = last_error(stderr).partition(": ")
    return remedy_of((FailedImport(module="", error=kind, text=text),), revived.resolution) if text else Remedy()


def remedy_of(failed: Sequence[FailedImport], resolution: Resolution) -> Remedy:
    """Return what failed imports ask for, as far as tables and the distribution know."""
    sonames = libraries_of(failed)
    packages = AptArchive().packages_of(sonames) if sonames else {}
    return remedy_for(failed, resolution.pins, known_providers, packages)


def known_providers(module: str) -> tuple[str, ...]:
    """Return the distributions that the table has for a module; none for one of which only the name is known."""
    provider = provider_of(module)
    return () if provider.guessed else provider.distributions
