"""Builds the source distributions of a solution into wheels on this machine, as reproof does in a container."""

from __future__ import annotations

import os
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
from reproof.errors import ResolveError
from reproof.model.environment import Interpreter
from reproof.model.requirements import Requirement
from reproof.model.resolution import Artifact, Obstacle, Pin
from reproof.progress import Progress, Task
from reproof.resolve.installer import resolve_installer
from reproof.resolve.solution import Solution
from reproof.wiring import make_index
from resolve_bench.host_engine import HostEngine
from resolve_bench.solve_set import Order

BUILD_LIMIT_S = 600.0


@dataclass(frozen=True)
class BuildSource:
    """Where what builds need comes from: of the same date, for the same interpreter."""

    order: Order

    def pin(self, lines: Sequence[str], pins: Sequence[Pin]) -> Sequence[Pin]:
        """Return pins for what a build needs, the project's own versions where they will do."""
        own = {pin.name: pin.version for pin in pins}
        wanted = [_build_requirement(line, own) for line in lines]
        needs = self.order.requirements.model_copy(update={"requirements": tuple(filter(None, wanted))})
        return self.order.solve(needs).pins

    def fetch(self, artifacts: Sequence[Artifact]) -> None:
        """Bring artifacts into the store. Raises ReproofError."""
        missing = [artifact for artifact in artifacts if artifact.digest not in self.order.store.blobs]
        index = make_index(self.order.store, os.environ, None)
        for digest, path in index.fetch(missing, Progress()).items():
            self.order.store.blobs.adopt(path, digest)
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
    index, source = make_index(order.store, os.environ, None), BuildSource(order)
    installer = resolve_installer(_interpreter(order, executable), (), index, order.store)
    if installer is None:
        raise ResolveError("there is no pip for this interpreter")
    engine = cast(Engine, HostEngine(order.store.root))
    forge = Forge(engine, "", executable, order.store, BuildLimits(timeout_s=BUILD_LIMIT_S))
    house = Wheelhouse(forge, executable, Supplies(source.pin, source.fetch, installer), Progress(), solution.pins)
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
