"""In which order dates and interpreters are tried, and when no more."""

from __future__ import annotations

from reproof.adapters.interpreters import FoundPython
from reproof.model.requirements import DateChoice, PythonChoice
from reproof.model.resolution import Obstacle, ObstacleKind, Try
from reproof.revive.attempts import MOST, Attempt, date_decision, next_attempt, plan_attempts
from reproof.revive.pythons import order_pythons

DATES = tuple(DateChoice(instant=f"2019-0{month}-01T00:00:00Z", reason=f"reason {month}") for month in range(1, 6))


def obstacle(kind: ObstacleKind) -> Obstacle:
    return Obstacle(kind=kind, package="numpy", what="it went wrong", remedy="mend it")


def attempts(dates: int = 5) -> tuple[Attempt, ...]:
    found = [FoundPython(f"/opt/{v}/python", v, "cpython", f"/opt/{v}", "pyenv") for v in ("3.6.15", "3.7.16")]
    wanted = [PythonChoice(version=v, reason="said so") for v in ("3.7", "3.6")]
    return plan_attempts(DATES[:dates], order_pythons(wanted, found))


def named(attempt: Attempt | None) -> tuple[str, str] | None:
    return attempt and (attempt.date.instant[5:7], attempt.candidate.python.version[:3])


def test_the_best_date_and_python_come_first() -> None:
    assert named(next_attempt(attempts(), (), ())) == ("01", "3.7")


def test_after_some_dates_comes_the_next_python_and_in_the_end_it_is_given_up() -> None:
    every, done = attempts(), []
    while (one := next_attempt(every, done, (obstacle("versions"),))) is not None:
        done.append(one)
    assert [named(one) for one in done] == [("01", "3.7"), ("02", "3.7"), ("03", "3.7"), ("01", "3.6"), ("02", "3.6")]
    assert len(done) == MOST


def test_what_lies_in_the_interpreter_alone_leads_to_the_next_one_at_once() -> None:
    every = attempts()
    assert named(next_attempt(every, every[:1], (obstacle("no interpreter"),))) == ("01", "3.6")


def test_what_is_the_same_on_every_day_is_not_tried_again() -> None:
    every = attempts()
    for kind in ("data", "display", "keyboard", "not declared", "unreachable"):
        assert next_attempt(every, every[:1], (obstacle(kind),)) is None  # type: ignore[arg-type]


def test_with_one_date_and_one_python_there_is_one_attempt() -> None:
    every = attempts(1)[:1]
    assert next_attempt(every, every, (obstacle("contradiction"),)) is None


def test_the_decision_on_the_date_tells_what_was_tried_and_what_would_come_next() -> None:
    tried = Try(instant=DATES[0].instant, python="3.7.16", reached=None, obstacles=(obstacle("yanked"),))
    decision = date_decision(DATES[1], DATES[:3], [tried])
    assert (decision.choice, decision.reason) == (DATES[1].instant, "reason 2")
    assert [other.reason for other in decision.alternatives] == [
        "tried: it went wrong",
        "would be tried next: reason 3",
    ]
