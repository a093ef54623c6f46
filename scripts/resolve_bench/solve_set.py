"""Resolves one set with reproof and prints the lock, in a process as other tools have it.

`solve_set ID PYTHON FOLDER [--date DATE] [--also NAME]… [--wheels EXECUTABLE]`: with `--wheels` source distributions
are built into wheels by that interpreter, with what is of the date, as reproof builds them in a container.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from reproof.errors import ReproofError, ResolveError
from reproof.model.requirements import DateChoice, PythonChoice, Requirement, Requirements
from reproof.model.target import Target
from reproof.resolve.solution import Solution
from reproof.resolve.solve import solve
from reproof.store.store import Store
from reproof.wiring import solve_tools
from tests.corpus.sets import RequirementSet, load, parse_declared

BUILD_FAILED = 3


@dataclass(frozen=True)
class Order:
    """What is asked for: the requirements of a set, for a target and a date."""

    requirements: Requirements
    target: Target
    date: str
    store: Store

    def solve(self, requirements: Requirements) -> Solution:
        """Return the solution of some requirements. Raises ReproofError: there is none."""
        solution = solve(requirements, self.target, self.date, solve_tools(self.store, os.environ))
        if solution.obstacles:
            raise ResolveError("\n".join(f"{one.kind}: {one.package}: {one.what}" for one in solution.obstacles))
        return solution


def requirements_of(one: RequirementSet, also: Sequence[str]) -> Requirements:
    """Return the document that a set comes to. `also` are distributions of what is imported and not declared."""
    declared = [
        Requirement(
            name=canonicalize_name(part.name),
            kind="declared",
            source=one.file,
            specifier=part.specifier,
            extras=part.extras,
            marker=part.marker,
        )
        for part in map(parse_declared, one.requirements)
    ]
    more = [Requirement(name=name, kind="imported", source="*.py") for name in also]
    return Requirements(
        project=one.id,
        dates=(DateChoice(instant=one.date, reason="the corpus"),),
        pythons=(PythonChoice(version=one.python, reason=one.python_from),),
        requirements=(*declared, *more),
        imports=one.modules,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("id", "python", "folder"):
        parser.add_argument(name)
    parser.add_argument("--date")
    parser.add_argument("--also", action="append", default=[])
    parser.add_argument("--wheels")
    options = parser.parse_args()
    one = next(one for one in load() if one.id == options.id)
    requirements = requirements_of(one, options.also)
    order = Order(requirements, Target(python=options.python), options.date or one.date, Store(Path(options.folder)))
    try:
        solution = order.solve(requirements)
    except ReproofError as error:
        sys.exit(f"{error.message}\n{error.hint}")
    for gap in solution.gaps:
        print(f"{gap.what}: {gap.why} ({gap.effect})", file=sys.stderr)
    try:
        print(_built(solution, order, options.wheels) if options.wheels else solution.lock, end="")
    except ReproofError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        sys.exit(BUILD_FAILED)


def _built(solution: Solution, order: Order, executable: str) -> str:
    from resolve_bench.wheels import with_wheels  # loads the engine's client, and resolving alone is timed

    return with_wheels(solution, order, executable)


if __name__ == "__main__":
    main()
