"""The stage that chooses an old project's packages: for one date and one interpreter, down to wheels and libraries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Line
from packaging.utils import canonicalize_name

from reproof.adapters.apt import AptArchive
from reproof.adapters.interpreters import describe
from reproof.bases.cuda_use import find_cuda
from reproof.build.forge import Forge
from reproof.build.wheelhouse import Supplies, Wheelhouse, build_wheels, is_source
from reproof.build.workshop import ensure_workshop, workshop
from reproof.capture.future import VENV
from reproof.errors import ResolveError
from reproof.fetching import fetch
from reproof.model.base import Gap
from reproof.model.decision import Decision
from reproof.model.environment import Interpreter, SystemPackage
from reproof.model.requirements import Requirement, Requirements
from reproof.model.resolution import ArchivePackage, Obstacle, Pin, Repair, Resolution
from reproof.model.snapshot import Snapshot
from reproof.model.target import Target
from reproof.plan import with_chosen
from reproof.plan.base import choose_foundation
from reproof.resolve.bases import look_up_images
from reproof.resolve.installer import resolve_installer
from reproof.resolve.interpreter import pack_interpreter
from reproof.resolve.libraries import needed_packages
from reproof.resolve.solve import solve
from reproof.revive.attempts import Attempt
from reproof.tools import Tools
from reproof.wiring import resolve_tools, solve_tools


class Unresolved(ResolveError):
    """Requirements that cannot be had for a date and an interpreter, and why."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        first, *others = obstacles
        more = f" (and {len(others)} more)" if others else ""
        super().__init__(f"{first.kind}: {first.what}{more}", first.remedy)
        self.obstacles = tuple(obstacles)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be chosen: for which requirements, date and interpreter; `packages` are system packages besides."""

    requirements: Requirements
    attempt: Attempt
    packages: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()


def date(snapshot: Snapshot, order: Order, tools: Tools) -> Resolution:
    """Return what an old project's environment is made of, every wheel by hash and in the store.

    Raises:
        Unresolved: something cannot be had.
        ResolveError: an artifact cannot be fetched, or there is no base.
        EngineError: wheels have to be built, and no engine answers.
        StoreError: the store cannot be written.
    """
    chosen = order.attempt.candidate.python
    with tools.store.scratch("interpreter") as folder:
        python, system = describe(chosen.executable, VENV, folder, tools.environ)
    instant, target = order.attempt.date.instant, target_of(snapshot, python)
    with tools.progress.task(f"choosing packages of {instant[:10]} for Python {python.version}"):
        solution = solve(order.requirements, target, instant, solve_tools(tools.store, tools.environ))
    if solution.obstacles:
        raise Unresolved(solution.obstacles)
    pins = tuple(pin.model_copy(update={"location": python.purelib}) for pin in solution.pins)
    bare = find_base(snapshot, python, system, tools)
    resolution = bare.model_copy(
        update={
            "pins": pins,
            "requirements": order.requirements.id,
            "as_of": instant,
            "decisions": (*order.decisions, order.attempt.candidate.decision, versions_decision(pins)),
            "gaps": (*bare.gaps, *solution.gaps, *repaired(solution.repairs)),
        }
    )
    built = with_wheels(snapshot, resolution, order, tools)
    return with_libraries(built, order, tools)


def target_of(snapshot: Snapshot, python: Interpreter) -> Target:
    """Return what packages are chosen for: the interpreter, and the C library of the base image."""
    system = snapshot.system
    return Target(python=python.version, machine=system.architecture, glibc=system.libc.partition(" ")[2] or "2.36")


def find_base(snapshot: Snapshot, python: Interpreter, system: Sequence[SystemPackage], tools: Tools) -> Resolution:
    """Return a resolution with nothing but what the image starts from: interpreter, base images, system packages.

    Raises:
        ResolveError: the interpreter changed while it was looked at.
        StoreError: the store cannot be written.
    """
    to_be = snapshot.model_copy(update={"interpreter": python})
    outside = resolve_tools(to_be, tools.store, tools.environ, tools.registry)
    suites = outside.archive.suites()
    return Resolution(
        snapshot=snapshot.id,
        pins=(),
        installer=resolve_installer(python, (), outside.index, tools.store),
        interpreter=pack_interpreter(python, tools.store, tools.progress),
        images=look_up_images(to_be, outside.look_up_image, suites, outside.cuda_mirror),
        packages=offered([package.name for package in system]),
        sources=suites,
        python=python,
    )


def offered(names: Sequence[str]) -> tuple[ArchivePackage, ...]:
    """Return the packages that the archive has, each at the version that it offers now."""
    versions = AptArchive().versions(names) or {}
    return tuple(
        ArchivePackage(name=name, recorded=None, available=next(iter(versions.get(name, ())), None))
        for name in sorted(set(names))
        if name in versions or not versions
    )


def with_wheels(snapshot: Snapshot, resolution: Resolution, order: Order, tools: Tools) -> Resolution:
    """Return a resolution with a wheel for each source distribution, built for its base and interpreter.

    Raises:
        Unresolved: one cannot be built.
        ResolveError, BuildError, EngineError, StoreError: as `date`; the base of the build cannot be had.
    """
    if not any(is_source(pin) for pin in resolution.pins):
        return resolution
    if resolution.installer is None:
        raise ResolveError("there is no pip for this Python, and wheels have to be built", "give access to an index")
    to_be = with_chosen(snapshot, resolution)
    foundation = choose_foundation(to_be, resolution, find_cuda(to_be))
    shop = workshop(foundation.base, foundation.carried, foundation.python)
    engine = tools.engine()
    image = ensure_workshop(shop, engine, AptArchive(), tools.store, tools.progress)
    house = Wheelhouse(
        forge=Forge(engine, image, foundation.python, tools.store),
        workshop=shop.identity,
        supplies=Supplies(
            pin=build_pinner(snapshot, resolution, order, tools),
            fetch=lambda artifacts: fetch(artifacts, tools),
            pip=resolution.installer,
        ),
        progress=tools.progress,
        pins=resolution.pins,
    )
    wheels = build_wheels(resolution, house)
    if wheels.obstacles:
        raise Unresolved(wheels.obstacles)
    return wheels.resolution


def build_pinner(
    snapshot: Snapshot, resolution: Resolution, order: Order, tools: Tools
) -> Callable[[Sequence[str], Sequence[Pin]], Sequence[Pin]]:
    """Return who pins what builds need: as of the same date, and for the same interpreter."""
    assert resolution.python is not None
    target = target_of(snapshot, resolution.python)
    asked = solve_tools(tools.store, tools.environ)

    def pin(lines: Sequence[str], pins: Sequence[Pin]) -> Sequence[Pin]:
        if not lines:
            return ()
        wanted = [one for line in lines if (one := build_requirement(line, pins)) is not None]
        needs = order.requirements.model_copy(update={"requirements": tuple(wanted), "gaps": ()})
        solution = solve(needs, target, order.attempt.date.instant, asked)
        if solution.obstacles:
            raise Unresolved(solution.obstacles)
        return solution.pins

    return pin


def build_requirement(line: str, pins: Sequence[Pin]) -> Requirement | None:
    """Return what a build asks for; at the version that the project itself gets, where that one will do."""
    try:
        asked = Line(line)
    except InvalidRequirement:
        return None
    name = canonicalize_name(asked.name)
    own = next((pin for pin in pins if pin.name == name), None)
    fits = own is not None and asked.specifier.contains(own.version, prereleases=True)
    return Requirement(
        name=name,
        kind="declared",
        source="a build",
        specifier=f"=={own.version}" if own is not None and fits else str(asked.specifier),
        extras=tuple(sorted(asked.extras)),
        marker=str(asked.marker) if asked.marker else None,
    )


def with_libraries(resolution: Resolution, order: Order, tools: Tools) -> Resolution:
    """Return a resolution with the system packages that its wheels need, and a gap for each library of none.

    Raises:
        ResolveError: a wheel cannot be fetched.
        StoreError: the store cannot be written.
    """
    artifacts = [pin.artifact for pin in resolution.pins if pin.artifact]
    fetch(artifacts, tools)
    wheels = {artifact.digest: tools.store.blobs.path(artifact.digest) for artifact in artifacts}
    names = [pin.name for pin in resolution.pins]
    packages, unknown = needed_packages(wheels, names, AptArchive(), tools.store)
    more = (*packages, *resolution.libraries, *order.packages, *order.requirements.system_packages)
    known = {package.name for package in resolution.packages}
    added = offered([name for name in more if name not in known]) if more else ()
    gaps = tuple(
        Gap(
            what=f"the system library {name}",
            why="a wheel links to it, and no package of this distribution is known to have it",
            effect="what links to it cannot be loaded; a release of that time may have had it",
        )
        for name in unknown
    )
    every = sorted((*resolution.packages, *added), key=lambda package: package.name)
    return resolution.model_copy(update={"packages": tuple(every), "gaps": (*resolution.gaps, *gaps)})


def versions_decision(pins: Sequence[Pin]) -> Decision:
    """Return the decision on the versions: a line for each package with the reason for it."""
    return Decision(
        subject="versions",
        choice=f"{len(pins)} packages",
        reason="they are what the indexes offered on that day for what the project needs",
        details=tuple(f"{pin.name} {pin.version}: {pin.evidence}" for pin in pins),
    )


def repaired(repairs: Sequence[Repair]) -> tuple[Gap, ...]:
    """Return a gap for each piece of old metadata that was mended to be understood."""
    return tuple(
        Gap(
            what=f"{repair.field} of {repair.file}: {repair.before}",
            why="no tool of today understands it",
            effect=f"it is read as {repair.after}" if repair.after else "it is left out",
        )
        for repair in repairs
    )
