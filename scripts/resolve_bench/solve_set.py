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
from typing import cast

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Line
from packaging.utils import canonicalize_name

from reproof.adapters.engine import Engine
from reproof.build.forge import BuildLimits, Forge
from reproof.build.wheelhouse import Supplies, Wheelhouse, is_source
from reproof.errors import ReproofError, ResolveError
from reproof.model.environment import Interpreter
from reproof.model.requirements import DateChoice, PythonChoice, Requirement, Requirements
from reproof.model.resolution import Artifact, Obstacle, Pin
from reproof.model.target import Target
from reproof.needs.undeclared import provider_of
from reproof.progress import Progress, Task
from reproof.resolve.installer import resolve_installer
from reproof.resolve.solution import Solution
from reproof.resolve.solve import solve
from reproof.store.store import Store
from reproof.wiring import make_index, solve_tools
from resolve_bench.host_engine import HostEngine
from tests.corpus.sets import RequirementSet, load, parse_declared

BUILD_LIMIT_S = 600.0


def requirements_of(one: RequirementSet, also: Sequence[str]) -> Requirements:
    """Return the document that a set comes to, with the distributions of what is imported and not declared."""
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
    names = [name for module in one.undeclared for name in provider_of(module).distributions[:1]]
    more = [Requirement(name=name, kind="imported", source="*.py") for name in dict.fromkeys((*names, *also))]
    return Requirements(
        project=one.id,
        dates=(DateChoice(instant=one.date, reason="the corpus"),),
        pythons=(PythonChoice(version=one.python, reason=one.python_from),),
        requirements=(*declared, *more),
        imports=one.modules,
    )


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

    def pin(self, lines: Sequence[str], pins: Sequence[Pin]) -> Sequence[Pin]:
        """Return pins for what a build needs, the project's own versions where they will do."""
        own = {pin.name: pin.version for pin in pins}
        wanted = [_build_requirement(line, own) for line in lines]
        return self.solve(self.requirements.model_copy(update={"requirements": tuple(filter(None, wanted))})).pins

    def fetch(self, artifacts: Sequence[Artifact]) -> None:
        """Bring artifacts into the store. Raises ReproofError."""
        missing = [artifact for artifact in artifacts if artifact.digest not in self.store.blobs]
        index = make_index(self.store, os.environ, None)
        for digest, path in index.fetch(missing, Progress()).items():
            self.store.blobs.adopt(path, digest)
        index.close()


def _build_requirement(line: str, own: dict[str, str]) -> Requirement | None:
    try:
        asked = Line(line)
    except InvalidRequirement:
        return None
    name = canonicalize_name(asked.name)
    fits = name in own and asked.specifier.contains(own[name], prereleases=True)
    specifier = f"=={own[name]}" if fits else str(asked.specifier)
    marker = str(asked.marker) if asked.marker else None
    return Requirement(name=name, kind="declared", source="a build", specifier=specifier, marker=marker)


def with_wheels(solution: Solution, order: Order, executable: str) -> str:
    """Return the lock with a wheel's path for each source distribution. Raises ReproofError: one cannot be built."""
    if not any(map(is_source, solution.pins)):
        return solution.lock
    index = make_index(order.store, os.environ, None)
    installer = resolve_installer(_interpreter(order, executable), (), index, order.store)
    if installer is None:
        raise ResolveError("there is no pip for this interpreter")
    engine = cast(Engine, HostEngine(order.store.root))
    forge = Forge(engine, "", executable, order.store, BuildLimits(timeout_s=BUILD_LIMIT_S))
    house = Wheelhouse(forge, executable, Supplies(order.pin, order.fetch, installer), Progress(), solution.pins)
    lines = []
    for pin in solution.pins:
        made = house.build(pin, Task()) if is_source(pin) else None
        if isinstance(made, Obstacle):
            raise ResolveError(f"{made.kind}: {made.package}: {made.what}\n{made.remedy}\n{made.log[-3000:]}")
        if made is None:
            lines.append(solution.model_copy(update={"pins": (pin,)}).lock)
        else:
            path = order.store.root / "built" / made.wheel.digest[-16:] / made.wheel.filename
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                path.symlink_to(order.store.blobs.path(made.wheel.digest))
            lines.append(f"{pin.name} @ {path.as_uri()} \\\n    --hash={made.wheel.digest}\n")
    return "".join(lines)


def _interpreter(order: Order, executable: str) -> Interpreter:
    prefix = str(Path(executable).parent.parent)
    library = f"{prefix}/lib/python{'.'.join(map(str, order.target.minor))}"
    return Interpreter(implementation="cpython", version=order.target.python, build="", executable=executable,
                       binary=executable, digest=None, prefix=prefix, base_prefix=prefix, stdlib=library,
                       purelib=f"{library}/site-packages", platlib=f"{library}/site-packages")  # fmt: skip


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
        print(with_wheels(solution, order, options.wheels) if options.wheels else solution.lock, end="")
    except ReproofError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        sys.exit(BUILD_FAILED)


BUILD_FAILED = 3

if __name__ == "__main__":
    main()
