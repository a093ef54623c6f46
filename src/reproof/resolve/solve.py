"""Chooses versions and artifacts for a target as of an instant.

    tools = solve_tools(store, environ)                                # reproof.wiring
    target = Target(python="3.6.15", machine="x86_64", glibc="2.36")   # reproof.model.target
    solution = solve(requirements, target, "2019-08-01T23:59:59Z", tools)
    solution.pins or solution.obstacles                                # see resolve/solution.py

Nothing is built and nothing of the machine at hand plays a part. A pin whose artifact is a source distribution has yet
to be built into a wheel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from reproof.adapters.dated.answers import View
from reproof.adapters.dated.asof import parse_instant
from reproof.adapters.dated.index import DatedIndex
from reproof.adapters.dated.server import Served, serving
from reproof.adapters.solver import Answer, Question, Solver
from reproof.errors import UsageError
from reproof.model.base import Gap
from reproof.model.requirements import Requirements
from reproof.model.resolution import Obstacle
from reproof.model.target import Target
from reproof.resolve.dated_pins import Choice, pin_all
from reproof.resolve.late import late_releases
from reproof.resolve.obstacles import contradiction, in_words, missing_dependencies, of_project
from reproof.resolve.remembered import recall, remember, solution_key
from reproof.resolve.solution import Solution
from reproof.resolve.wanted import Wanted, names, wanted
from reproof.store.store import Store


@dataclass(frozen=True)
class SolveTools:
    """What solving needs. `open_index` gives the indexes as of an instant, with further places that a project names."""

    open_index: Callable[[str, Sequence[str]], AbstractContextManager[DatedIndex]]
    solver: Solver
    store: Store


@dataclass(frozen=True)
class Pass:
    """One way to ask: how much is let pass, and what to say when it was needed."""

    effect: str | None
    lenient: bool = False
    prereleases: bool = False
    project_wins: bool = False


PASSES = (
    Pass(None),
    Pass("releases that were yanked since are taken as they were offered then", lenient=True),
    Pass("pre-releases are taken where nothing else fits", lenient=True, prereleases=True),
    Pass(
        "what the project asks for is installed whatever its packages ask for, as pip did until version 20.3",
        lenient=True,
        prereleases=True,
        project_wins=True,
    ),
)
"""From strict to permissive; the first that gives an answer counts."""


def solve(requirements: Requirements, target: Target, instant: str, tools: SolveTools) -> Solution:
    """Return pins for all that a project needs, or the obstacles.

    Raises:
        UsageError: the instant is none.
        ResolveError: the solver cannot be used, or an artifact that was chosen cannot be had.
        StoreError: the store cannot be written.
    """
    try:
        parse_instant(instant)
    except ValueError as error:
        raise UsageError(f"{instant!r} is no date: {error}", "write it as 2019-06-01T23:59:59Z") from error
    with tools.open_index(instant, requirements.places) as index:
        key = solution_key(requirements, target, index, tools.solver.name)
        solution = recall(key, index, tools.store)
        if solution is None:
            solution = _find(wanted(requirements, target), target, index, tools)
            remember(key, solution, index, tools.store)
        return solution.model_copy(update={"instant": instant})


def _find(needs: Wanted, target: Target, index: DatedIndex, tools: SolveTools) -> Solution:
    view = View(target, needs.admitted, late_releases(needs, index, target))
    with serving(index, view) as served:
        answer, gaps = _ask(needs, target, served, tools.solver)
    solution = Solution(instant=index.instant.isoformat(), solver=tools.solver.name, gaps=(*needs.gaps, *gaps))
    if answer.failure is not None:
        return solution.model_copy(update={"obstacles": tuple(_obstacles(answer.failure, needs, index, view))})
    pins, repairs, more = pin_all(answer.chosen, Choice(needs, index, view), tools.store)
    return solution.model_copy(update={"pins": pins, "repairs": repairs, "gaps": (*solution.gaps, *more)})


def _ask(needs: Wanted, target: Target, served: Served, solver: Solver) -> tuple[Answer, tuple[Gap, ...]]:
    """Return the answer of the first pass that has one, else that of the strict one."""
    lines = needs.text()
    question = Question(lines, tuple(str(line) for line, _ in needs.constraints))
    failure = Answer()
    for attempt in PASSES:
        asked = replace(question, prereleases=attempt.prereleases, overrides=lines if attempt.project_wins else ())
        answer = solver.solve(asked, target, served.solver(attempt.lenient))
        if answer.failure is None:
            gap = Gap(what="a strict resolution", why=in_words(failure.failure or ""), effect=attempt.effect or "")
            return answer, (gap,) if attempt.effect else ()
        failure = failure if failure.failure else answer
    return failure, ()


def _obstacles(failure: str, needs: Wanted, index: DatedIndex, view: View) -> Iterator[Obstacle]:
    found = [
        obstacle
        for line, _ in needs.lines
        if (obstacle := of_project(line, index.project(line.name), view.every(index, line.name), view.target))
    ]
    direct = {line.name for line, _ in needs.lines}
    found += missing_dependencies(failure, [project for project in index.asked if project.name not in direct])
    if found:
        yield from dict.fromkeys(found)
    else:
        yield contradiction(failure, [name for name in names(needs.lines) if name in failure])
