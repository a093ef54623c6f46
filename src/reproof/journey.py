"""What is known of the attempts to bring an old project back: those made, what stopped them, what was learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from reproof.adapters.interpreters import find_interpreters
from reproof.dating import Order
from reproof.errors import ReproofError, ResolveError
from reproof.model.image import Image
from reproof.model.plan import BuildPlan
from reproof.model.requirements import Requirements
from reproof.model.resolution import Obstacle, Resolution, Try
from reproof.model.snapshot import Snapshot
from reproof.revive.attempts import Attempt, date_decision, plan_attempts
from reproof.revive.pythons import no_interpreter, order_pythons
from reproof.revive.remedies import Remedy, with_more
from reproof.tools import Tools

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


def earlier(snapshot: Snapshot, tools: Tools) -> Resolution | None:
    """Return the resolution that was made last for a snapshot."""
    found = tools.store.derived(Resolution, snapshot.id)
    return tools.store.load(Resolution, found[0]) if found else None


def needs_of(snapshot: Snapshot, tools: Tools, known: Resolution | None = None) -> Requirements:
    """Return what a project needs, with what earlier attempts found out. Raises StoreError."""
    identity = (known and known.requirements) or snapshot.requirements
    assert identity is not None
    return tools.store.load(Requirements, identity)


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


def other(error: ReproofError) -> Obstacle:
    """Return the obstacle that a failure of a stage is."""
    return Obstacle(kind="other", package="", what=error.message, remedy=error.hint)


def no_date() -> Obstacle:
    """Return what to say of a project that has no file with a date."""
    return Obstacle(
        kind="other", package="", what="nothing tells of when the project is", remedy="name it: --as-of DATE"
    )
