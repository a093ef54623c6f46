"""Source distributions become wheels: each is built once, in the target's workshop, with requirements of its date.

What a build needs is read from the source; what it needs and does not say shows when it fails on an import, and is
added. The requirements are pinned by whoever calls this. A failure is a value: the other packages are built all the
same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from packaging.utils import canonicalize_name

from reproof.build.diagnose import BuildFailure, absent_module, diagnose, lacking_requirements
from reproof.build.forge import Forge, Job
from reproof.build.source_archive import LEGACY, Source, read_source
from reproof.build.wheel_cache import Made, build_key, cached_wheel, keep_wheel
from reproof.errors import BuildError, ResolveError
from reproof.facts.build_imports import ALWAYS, requirement_for
from reproof.model.resolution import Artifact, Obstacle, Pin, Resolution
from reproof.progress import Progress, Task

DEPTH = 4
"""How deep requirements may be source distributions that need others: real ones take two levels."""
ROUNDS = 6
"""How many undeclared requirements of one package are found out by trying."""

Pinner = Callable[[Sequence[str], Sequence[Pin]], Sequence[Pin]]
"""Returns pins for requirements (`Cython>=0.29`) with all that they need, as of the date and for the target.

The second argument are the run's own pins: where one satisfies a requirement it has to be taken, since an extension is
compiled for the numpy or torch that it will meet. Raises ResolveError: the requirements cannot be had.
"""


@dataclass(frozen=True)
class Supplies:
    """What builds work with from outside: who pins requirements, and who puts artifacts into the store."""

    pin: Pinner
    fetch: Callable[[Sequence[Artifact]], None]
    """Raises ResolveError: one cannot be had."""
    pip: Artifact
    """The wheel of a pip that runs on the target's Python."""


@dataclass(frozen=True, slots=True)
class Wheels:
    """The resolution with wheels where there were source distributions, and why some are missing."""

    resolution: Resolution
    obstacles: tuple[Obstacle, ...] = ()


@dataclass
class Wheelhouse:
    """Builds what a resolution has as source, each thing once."""

    forge: Forge
    workshop: str
    """The workshop's identity."""
    supplies: Supplies
    progress: Progress
    pins: Sequence[Pin] = ()
    _done: dict[str, Made | Obstacle] = field(default_factory=dict)

    def build(self, pin: Pin, task: Task, depth: int = 0) -> Made | Obstacle:
        """Return the wheel of a pin whose artifact is a source distribution, or why there is none. Raises StoreError,
        EngineError."""
        assert pin.artifact is not None
        digest = pin.artifact.digest
        if digest not in self._done:
            task.describe(f"{pin.name} {pin.version}")
            try:
                self._done[digest] = self._built(pin, task, depth)
            except (BuildError, ResolveError) as error:
                self._done[digest] = Obstacle(
                    kind="broken build", package=canonicalize_name(pin.name), what=error.message, remedy=error.hint
                )
        return self._done[digest]

    def _built(self, pin: Pin, task: Task, depth: int) -> Made | Obstacle:
        """Try, and add what turns out to be missing, until it works or nothing new is missing."""
        artifact = pin.artifact
        assert artifact is not None
        self.supplies.fetch([artifact, self.supplies.pip])
        source = read_source(self.forge.store.blobs.checked(artifact.digest), artifact.filename)
        wanted = list(declared(source))
        keys: list[str] = []
        failure: BuildFailure | None = None
        for _ in range(ROUNDS):
            try:
                requirements = self._requirements(wanted, task, depth)
            except ResolveError:
                if failure is None:
                    raise
                break  # what was found out by trying cannot be had: the build's own words say more
            if isinstance(requirements, Obstacle):
                return requirements
            keys.append(build_key(artifact, self.workshop, (*requirements, self.supplies.pip)))
            job = Job(pin.name, pin.version, artifact, source, wanted, requirements, self.supplies.pip)
            made = cached_wheel(self.forge.store, keys[-1]) or self.forge.make(job, task)
            if isinstance(made, Made):
                for key in keys:
                    keep_wheel(self.forge.store, key, made)
                return made
            failure = made
            more = wanted
            for requirement in found_missing(made):
                more = added(more, requirement)
            if more == wanted:
                break
            wanted = more
        assert failure is not None
        return diagnose(failure)

    def _requirements(self, wanted: Sequence[str], task: Task, depth: int) -> tuple[Artifact, ...] | Obstacle:
        """Return the wheels that a build needs, all in the store; those that come as source are built first."""
        wheels: list[Artifact] = []
        for pin in self.supplies.pin(wanted, self.pins):
            if pin.artifact is None:
                raise ResolveError(f"the build needs {pin.name} {pin.version}, which is on no index", pin.evidence)
            if pin.artifact.filename.endswith(".whl"):
                wheels.append(pin.artifact)
                continue
            if depth == DEPTH:
                raise ResolveError(f"the build requirements of {pin.name} lead in a circle", "take wheels of them")
            made = self.build(pin, task, depth + 1)
            if isinstance(made, Obstacle):
                return made
            wheels.append(made.wheel)
        self.supplies.fetch(wheels)
        return tuple(sorted(wheels, key=lambda artifact: artifact.filename))


def build_wheels(resolution: Resolution, house: Wheelhouse) -> Wheels:
    """Return the resolution with a wheel for each source distribution; what failed keeps its source as artifact.

    Raises:
        EngineError, StoreError: the engine or the store failed.
    """
    waiting = [pin for pin in resolution.pins if is_source(pin)]
    if not waiting:
        return Wheels(resolution)
    made: dict[int, Made] = {}
    obstacles: list[Obstacle] = []
    libraries = set(resolution.libraries)
    with house.progress.task("build wheels", len(waiting), "packages") as task:
        for pin in waiting:
            found = house.build(pin, task)
            if isinstance(found, Obstacle):
                obstacles.append(found)
            else:
                made[id(pin)] = found
                libraries.update(found.libraries)
            task.advance()
    pins = tuple(with_wheel(pin, made[id(pin)]) if id(pin) in made else pin for pin in resolution.pins)
    changed = resolution.model_copy(update={"pins": pins, "libraries": tuple(sorted(libraries))})
    return Wheels(changed, tuple(dict.fromkeys(obstacles)))


def is_source(pin: Pin) -> bool:
    """Say whether a pin has a source distribution that has to be built."""
    return pin.artifact is not None and not pin.artifact.filename.endswith(".whl")


def with_wheel(pin: Pin, made: Made) -> Pin:
    """Return a pin with the wheel that was built from its source."""
    said = f"built from {pin.artifact.filename if pin.artifact else 'its source'} for this base and interpreter"
    evidence = "; ".join(filter(None, (pin.evidence, said)))
    changes = {"artifact": made.wheel, "source": pin.artifact, "build": made.build, "evidence": evidence}
    return pin.model_copy(update=changes)


def declared(source: Source) -> tuple[str, ...]:
    """Return what a build needs as far as its source tells: what it declares, and what `setup.py` imports at once."""
    wanted = list(source.requires)
    if source.backend is None or source.backend.startswith("setuptools"):
        for tool in LEGACY:
            wanted = added(wanted, tool)
        for module in source.imports:
            if module not in ALWAYS:
                wanted = added(wanted, requirement_for(module))
    return tuple(wanted)


def found_missing(failure: BuildFailure) -> list[str]:
    """Return the requirements whose absence ended a build: those that the backend told, or one that was imported."""
    if failure.limit is not None:
        return []
    if told := lacking_requirements(failure.log):
        return told
    module = absent_module(failure.log)
    return [requirement_for(module)] if module is not None else []


def added(wanted: Sequence[str], more: str) -> list[str]:
    """Return requirements with one more; a bare name adds nothing where the distribution is asked for already."""
    bare = re.fullmatch(r"[\w.-]+", more) is not None
    known = more in wanted or (bare and name_of(more) in {name_of(one) for one in wanted})
    return [*wanted] if known else [*wanted, more]


def name_of(requirement: str) -> str:
    """Return the name in a requirement, as in PEP 503."""
    return canonicalize_name(re.split(r"[\s<>=!~;\[(@]", requirement.strip(), maxsplit=1)[0])
