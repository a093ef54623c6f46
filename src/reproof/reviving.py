"""An old project brought back: dates and interpreters are tried until its imports succeed in the image.

Resolve, build, import: what an attempt lacks and can be named is added; what cannot sends it to the next date or the
next interpreter. Every attempt is kept with what stopped it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from reproof.adapters.apt import AptArchive
from reproof.adapters.interpreters import find_interpreters
from reproof.build.imports import try_imports
from reproof.building import build
from reproof.dating import Order, Unresolved, date
from reproof.errors import BuildError, ReproofError, ResolveError
from reproof.model.execution import FailedImport
from reproof.model.image import Image
from reproof.model.plan import BuildPlan
from reproof.model.requirements import Requirements
from reproof.model.resolution import Obstacle, Resolution, Try
from reproof.model.snapshot import Snapshot
from reproof.needs.undeclared import provider_of
from reproof.plan import make_plan
from reproof.revive.attempts import Attempt, date_decision, next_attempt, plan_attempts, told
from reproof.revive.failures import explain_import, last_error, libraries_of
from reproof.revive.pythons import no_interpreter, order_pythons
from reproof.revive.remedies import Remedy, remedy_for, with_more, without_hopeless
from reproof.tools import Tools

ROUNDS = 6
"""How often an attempt is repeated with what was found to be missing, or without what cannot be had."""

T = TypeVar("T")
Reached = Literal["resolved", "built", "imported"]


class GivenUp(ResolveError):
    """No attempt came as far as an image. `tries` are all of them, in order."""

    def __init__(self, tries: Sequence[Try]) -> None:
        first = tries[0].obstacles[0]
        count = f" ({len(tries)} attempts)" if len(tries) > 1 else ""
        super().__init__(f"{first.kind}: {first.what}{count}", first.remedy)
        self.tries = tuple(tries)


class Stopped(Exception):
    """One attempt ended: how far it came, and why."""

    def __init__(self, reached: Reached | None, obstacles: Sequence[Obstacle]) -> None:
        super().__init__(obstacles[0].what)
        self.reached, self.obstacles = reached, tuple(obstacles)


@dataclass(frozen=True, slots=True)
class Revived:
    """An image of an old project, what it was made from, and all attempts: the last one is of this image."""

    resolution: Resolution
    plan: BuildPlan
    image: Image
    tries: tuple[Try, ...] = ()


@dataclass
class Journey:
    """The attempts for one snapshot, and what was learned on the way."""

    snapshot: Snapshot
    requirements: Requirements
    tools: Tools
    packages: tuple[str, ...] = ()
    """System packages that imports were found to need."""
    determined: bool = False
    """Whether what nobody declared and nobody has is left out, so that the rest can be had."""
    done: list[Attempt] = field(default_factory=list)
    tries: list[Try] = field(default_factory=list)
    best: Revived | None = None
    """The first image whose imports did not all succeed."""

    def take(self, remedy: Remedy) -> None:
        """Note what is to be added from now on."""
        self.requirements = with_more(self.requirements, remedy.requirements)
        self.packages = tuple(dict.fromkeys((*self.packages, *remedy.packages)))

    def order(self, attempt: Attempt) -> Order:
        """Return what is to be chosen for an attempt."""
        decision = date_decision(attempt.date, self.requirements.dates, self.tries)
        return Order(self.requirements, attempt, self.packages, (decision,))


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


def earlier(snapshot: Snapshot, tools: Tools) -> Resolution | None:
    """Return the resolution that was made last for a snapshot."""
    found = tools.store.derived(Resolution, snapshot.id)
    return tools.store.load(Resolution, found[0]) if found else None


def needs_of(snapshot: Snapshot, tools: Tools, known: Resolution | None = None) -> Requirements:
    """Return what a project needs, with what earlier attempts found out. Raises StoreError."""
    identity = (known and known.requirements) or snapshot.requirements
    assert identity is not None
    return tools.store.load(Requirements, identity)


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


def list_attempts(journey: Journey) -> tuple[Attempt, ...]:
    """Return what may be tried, best first. Raises GivenUp: there is no interpreter, or no date."""
    wanted, dates = journey.requirements.pythons, journey.requirements.dates
    found = find_interpreters(journey.tools.environ)
    candidates = order_pythons(wanted, found)
    if not dates:
        raise GivenUp([Try(instant="", python="", reached=None, obstacles=(no_date(),))])
    if not candidates:
        version = wanted[0].version if wanted else ""
        obstacles = (no_interpreter(wanted, found),)
        raise GivenUp([Try(instant=dates[0].instant, python=version, reached=None, obstacles=obstacles)])
    return plan_attempts(dates, candidates)


def tried(attempt: Attempt, reached: Reached | None, obstacles: Sequence[Obstacle] = ()) -> Try:
    """Return the record of an attempt."""
    python = attempt.candidate.python.version
    return Try(instant=attempt.date.instant, python=python, reached=reached, obstacles=tuple(obstacles))


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


def other(error: ReproofError) -> Obstacle:
    """Return the obstacle that a failure of a stage is."""
    return Obstacle(kind="other", package="", what=error.message, remedy=error.hint)


def no_date() -> Obstacle:
    """Return what to say of a project that has no file with a date."""
    return Obstacle(
        kind="other", package="", what="nothing tells of when the project is", remedy="name it: --as-of DATE"
    )
