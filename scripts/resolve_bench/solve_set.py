"""Resolves one set with reproof and prints the lock: `solve_set.py ID PYTHON FOLDER`, a process as for other tools."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from packaging.utils import canonicalize_name

from reproof.errors import ReproofError
from reproof.model.requirements import DateChoice, PythonChoice, Requirement, Requirements
from reproof.model.target import Target
from reproof.resolve.solve import solve
from reproof.store.store import Store
from reproof.wiring import solve_tools
from tests.corpus.sets import RequirementSet, load, parse_declared


def requirements_of(one: RequirementSet) -> Requirements:
    """Return the document that a set comes to; what is imported and not declared is a requirement of its own kind."""
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
    imported = [Requirement(name=canonicalize_name(m), kind="imported", source="*.py") for m in one.undeclared]
    return Requirements(
        project=one.id,
        dates=(DateChoice(instant=one.date, reason="the corpus"),),
        pythons=(PythonChoice(version=one.python, reason=one.python_from),),
        requirements=(*declared, *imported),
        imports=one.modules,
    )


def main() -> None:
    name, python, folder = sys.argv[1:]
    one = next(one for one in load() if one.id == name)
    try:
        tools = solve_tools(Store(Path(folder)), os.environ)
        solution = solve(requirements_of(one), Target(python=python), one.date, tools)
    except ReproofError as error:
        sys.exit(f"{error.message}\n{error.hint}")
    if solution.obstacles:
        sys.exit("\n".join(f"{o.kind}: {o.package}: {o.what}\n  {o.remedy}" for o in solution.obstacles))
    for gap in solution.gaps:
        print(f"{gap.what}: {gap.why} ({gap.effect})", file=sys.stderr)
    print(solution.lock, end="")


if __name__ == "__main__":
    main()
