"""The pre-flight's checks, in the order in which they are told. Each is pure: it judges what was looked up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from reproof.adapters.engine import EngineInfo
from reproof.bases.cuda_use import find_cuda
from reproof.doctor.facts import Facts
from reproof.doctor.space import needed_space
from reproof.errors import ReproofError
from reproof.model.host import Check
from reproof.plan.fit import fit


@dataclass(frozen=True, slots=True)
class PreFlight:
    """A check. `of_run`: it is about one run, and left out where none is given."""

    tell: Callable[[Facts], Iterable[Check]]
    of_run: bool = False


def engine(facts: Facts) -> Iterator[Check]:
    """Say whether an engine answers, and what it is."""
    if isinstance(facts.engine, ReproofError):
        yield failure("engine", facts.engine, "nothing can be built or replayed")
        return
    info: EngineInfo = facts.engine
    told = f"{info.name} {info.version}, {info.storage_driver}, builder of `docker build`: {info.builder}"
    if info.is_local:
        yield Check.ok("engine", told)
        return
    effect = "images can be built there, but a replay mounts inputs from this machine and is refused"
    yield Check.warning("engine", f"{told}; on another machine", effect, "unset DOCKER_HOST, or run reproof there")


def store(facts: Facts) -> Iterator[Check]:
    """Say whether the store can be written."""
    if isinstance(facts.store, ReproofError):
        yield failure("store", facts.store, "nothing can be recorded")
    else:
        yield Check.ok("store", facts.store)


def disk(facts: Facts) -> Iterator[Check]:
    """Compare the free space with what a rebuild takes."""
    needed = needed_space(facts.snapshot, facts.resolution)
    for room in facts.rooms:
        size = needed[room.what]
        told = f"{room.free / 1e9:.1f} GB free at {room.path} ({room.what}), about {size / 1e9:.1f} GB needed"
        if room.free >= size:
            yield Check.ok("disk", told)
        else:
            yield Check.warning("disk", told, "a build may stop for want of space", remedy_for(room.what))


def remedy_for(what: str) -> str:
    return "free some (reproof gc), or name another --store" if what == "store" else "free some (docker image prune)"


def bases(facts: Facts) -> Iterator[Check]:
    """Say where a base image can come from: a registry, or an archive."""
    registry = facts.registry
    if registry.reachable:
        yield Check.ok("registry", registry.error or "answers")
    else:
        effect = "the base is bootstrapped from the distribution's archive; a CUDA image cannot be had"
        remedy = "name one with --registry or REPROOF_REGISTRY"
        yield Check.warning("registry", registry.error or "no answer", effect, remedy)
    if not facts.bootstrap:
        effect = "without a registry no base image can be made"
        yield Check.warning("bootstrap", "mmdebstrap is not installed", effect, "apt-get install mmdebstrap")
    elif not facts.suites:
        effect = "without a registry no base image can be made"
        yield Check.warning(
            "bootstrap", "apt offers no suite here", effect, "run `apt-get update` and look at its words"
        )
    else:
        yield Check.ok("bootstrap", f"mmdebstrap, from the archive of {', '.join(facts.suites)}")


def indexes(facts: Facts) -> Iterator[Check]:
    """Say whether the package indexes of pip's configuration answer."""
    if not facts.index_failures:
        yield Check.ok("indexes", f"{facts.indexes} of pip's configuration, reachable")
        return
    effect = "packages are repacked from what is installed; what is not there any more cannot be had"
    remedy = "check the network and pip's configuration (pip config list)"
    yield Check.warning("indexes", "; ".join(facts.index_failures), effect, remedy)


def machine(facts: Facts) -> Iterable[Check]:
    """Compare processor, memory, GPUs and driver with what the run needs."""
    return fit(facts.snapshot, facts.host) if facts.snapshot else ()


def cuda_image(facts: Facts) -> Iterator[Check]:
    """Say whether the CUDA that the run needs of the system can be had."""
    wanted = find_cuda(facts.snapshot).system if facts.snapshot else None
    if wanted is None:
        return
    what = f"CUDA {wanted.version} ({wanted.flavour}{', cuDNN ' + wanted.cudnn if wanted.cudnn else ''}) of the system"
    found = facts.resolution.images if facts.resolution else ()
    there = next((lookup.reference for lookup in found if lookup.digest and "cuda" in lookup.wanted), None)
    if there:
        yield Check.ok("cuda image", f"{what}: {there}")
    elif facts.registry.reachable:
        yield Check.ok("cuda image", f"{what}: the registry is asked by `reproof plan`")
    else:
        effect = "the run fails, or computes on the CPU"
        remedy = "name a registry (--registry) or a mirror (REPROOF_CUDA_MIRROR) that has it"
        yield Check.failed("cuda image", f"{what}, and no registry answers", effect, remedy)


def inputs(facts: Facts) -> Iterator[Check]:
    """Say which inputs are not what they were."""
    for state in facts.inputs:
        if state.wrong is not None:
            yield failure(state.kind, state.wrong, "the run cannot be replayed")
        elif state.kind == "data set":
            yield Check.ok(state.kind, f"{state.what}, as recorded")
    if facts.snapshot and facts.snapshot.inputs:
        kept = sum(entry.kept for entry in facts.snapshot.inputs)
        yield Check.ok("inputs", f"{len(facts.snapshot.inputs)} recorded, {kept} of them in the store")


def failure(subject: str, error: ReproofError, effect: str) -> Check:
    """Return the line for an error that says itself what to do."""
    return Check.failed(subject, error.message, effect, error.hint)


CHECKS = (
    PreFlight(engine),
    PreFlight(store),
    PreFlight(disk),
    PreFlight(bases),
    PreFlight(indexes),
    PreFlight(machine, of_run=True),
    PreFlight(cuda_image, of_run=True),
    PreFlight(inputs, of_run=True),
)
