"""In which order an old project is tried: dates and interpreters, a bounded number of times. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reproof.model.decision import Alternative, Decision
from reproof.model.requirements import DateChoice
from reproof.model.resolution import Obstacle, Try
from reproof.revive.pythons import Candidate

MOST = 5
"""Attempts for one project."""
DATES = 3
"""Dates that are tried for one Python before the next one is."""
OTHER_DATE = frozenset({
    "deleted", "never existed", "yanked", "placeholder", "contradiction", "broken build", "no compiler", "versions",
    "system library", "other", "no interpreter",
})  # fmt: skip
"""Obstacles that another date can take away; data, a display or a module that nobody has are the same on every day."""
OTHER_PYTHON = frozenset({"no interpreter", "versions", "broken build", "contradiction", "no compiler"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One date with one interpreter."""

    date: DateChoice
    candidate: Candidate


def plan_attempts(dates: Sequence[DateChoice], candidates: Sequence[Candidate]) -> tuple[Attempt, ...]:
    """Return every pair that may be tried, best first: some dates for a Python, then the next Python, then the rest."""
    first = [Attempt(date, candidate) for candidate in candidates for date in dates[:DATES]]
    rest = [Attempt(date, candidate) for candidate in candidates for date in dates[DATES:]]
    return (*first, *rest)


def next_attempt(attempts: Sequence[Attempt], done: Sequence[Attempt], obstacles: Sequence[Obstacle]) -> Attempt | None:
    """Return what to try after some attempts of which the last ended with these obstacles; None to give up.

    When all of them lie in the interpreter, the next one is of another interpreter.
    """
    if len(done) >= MOST:
        return None
    left = [attempt for attempt in attempts if attempt not in done]
    if not done:
        return left[0] if left else None
    if not any(obstacle.kind in OTHER_DATE | OTHER_PYTHON for obstacle in obstacles):
        return None
    other = [attempt for attempt in left if attempt.candidate is not done[-1].candidate]
    if other and all(obstacle.kind == "no interpreter" for obstacle in obstacles):
        return other[0]
    return left[0] if left else None


def date_decision(date: DateChoice, dates: Sequence[DateChoice], tries: Sequence[Try]) -> Decision:
    """Return the decision on the date, with what was tried before and what would come after."""
    failed = {done.instant: done for done in tries}
    return Decision(
        subject="date",
        choice=date.instant,
        reason=date.reason,
        alternatives=tuple(
            Alternative(choice=other.instant, reason=why_not(other, failed)) for other in dates if other != date
        ),
    )


def why_not(date: DateChoice, failed: dict[str, Try]) -> str:
    """Return why another date was turned down."""
    done = failed.get(date.instant)
    if done is None or not done.obstacles:
        return f"would be tried next: {date.reason}"
    return f"tried: {done.obstacles[0].what}"


def told(tries: Sequence[Try]) -> Iterator[str]:
    """Yield a line for each attempt, and one for each of its obstacles with the remedy."""
    for done in tries:
        reached = f"{done.reached}, no further" if done.reached and done.obstacles else done.reached or "not resolved"
        yield f"{done.instant[:10]}, Python {done.python}: {reached}"
        for obstacle in done.obstacles:
            yield f"  {obstacle.kind}: {obstacle.what}"
            yield f"    {obstacle.remedy}"
