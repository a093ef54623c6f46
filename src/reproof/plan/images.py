"""The foundation on an image of a registry, pinned by digest."""

from __future__ import annotations

from reproof.bases.candidates import CUDA_WAY, PYTHON_WAY
from reproof.bases.cuda_use import CudaUse
from reproof.facts.images import SLIM_PACKAGES
from reproof.model.base import Gap
from reproof.model.plan import Alternative, Base, Decision
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Interpreter, Snapshot
from reproof.plan import packages
from reproof.plan.foundation import Foundation, Offer, turned_down
from reproof.plan.interpreter import (
    Python,
    carried_python,
    distribution_python,
    how,
    image_python,
    is_distributions,
    outside_libraries,
)

OF_GLIBC = ("libc.", "libm.", "libdl.", "libpthread.", "libutil.", "librt.", "ld-")
"""How the names of the libraries begin that every base has."""


def on_image(snapshot: Snapshot, resolution: Resolution, offer: Offer, use: CudaUse) -> Foundation | Alternative:
    """Return the foundation on an image that was found, or why it cannot be one."""
    system, official = offer.candidate.system, offer.way is PYTHON_WAY
    added = packages.added(snapshot, resolution, system, SLIM_PACKAGES if official else frozenset())
    python = python_of(snapshot, resolution, offer, added)
    if python is None:
        return Alternative(choice=offer.lookup.reference, reason=why_no_python(snapshot, resolution))
    base = Base(kind="registry", reference=offer.lookup.reference, digest=offer.lookup.digest,
                suite=(system.codename or "") if system else "", packages=added)  # fmt: skip
    decision = Decision(
        subject="base image",
        choice=f"{offer.lookup.reference}@{offer.lookup.digest}",
        reason=reason_for(offer, use, how(resolution)),
        evidence=evidence_for(snapshot, offer, use),
        alternatives=(*turned_down(resolution, offer.lookup), *other_ways(snapshot, offer, use)),
    )
    return Foundation(
        base=base,
        carried=python.carried,
        python=python.path,
        decisions=(
            decision,
            *python.decisions,
            packages.packages_decision(added, "own libraries that the run used and the image may lack"),
        ),
        warnings=(
            *python.warnings,
            *differing(offer),
            *packages.drift(resolution, added),
            *(() if official else packages.not_added(snapshot, system, added)),
            *missing_links(snapshot.interpreter, python, added),
        ),
        own=python.own,
    )


def python_of(snapshot: Snapshot, resolution: Resolution, offer: Offer, added: tuple[str, ...]) -> Python | None:
    """Return the interpreter that the image will have; None if there is no way to give it the recorded one."""
    interpreter = snapshot.interpreter
    if interpreter is None:
        return None
    if offer.way is PYTHON_WAY:
        return image_python(interpreter, resolution)
    if is_distributions(snapshot):
        owner = (interpreter.owner or "").partition(":")[2]
        return distribution_python(snapshot, resolution) if owner in map(packages.package_name, added) else None
    return carried_python(
        snapshot, resolution, "the image has no Python, so the same binary goes in at its original prefix"
    )


def why_no_python(snapshot: Snapshot, resolution: Resolution) -> str:
    """Return why an image without a Python cannot be given the recorded one."""
    if is_distributions(snapshot):
        return (
            f"its Python must come from the archive of {snapshot.system.codename or snapshot.system.os}, "
            f"and this machine's package manager offers {', '.join(resolution.sources) or 'no suite'}"
        )
    return "the recorded interpreter was not kept"


def reason_for(offer: Offer, use: CudaUse, word: str) -> str:
    """Return why this image. `word`: how its Python was learned of."""
    if offer.way is CUDA_WAY and use.system is not None:
        reason = use.system.why
    elif offer.way is PYTHON_WAY:
        reason = f"the official image of the {word} Python, pinned by digest"
        if use.origins and use.system is None:
            reason += f"; CUDA comes in {' and '.join(map(brought_by, use.origins))}, so the system needs none"
    else:
        reason = "the recorded system or the nearest to it, for the interpreter that is carried"
    if offer.candidate.differences:
        nearest = "its system is the nearest" if offer.way is PYTHON_WAY else "the nearest that there is"
        reason += f"; {nearest}: {', '.join(offer.candidate.differences)}"
    return reason


def evidence_for(snapshot: Snapshot, offer: Offer, use: CudaUse) -> str:
    """Return on what this image was chosen."""
    system = snapshot.system
    if offer.way is CUDA_WAY and use.system is not None:
        return f"{use.system.evidence}; recorded on {system.os} {system.os_version}, {system.libc}"
    version = snapshot.interpreter.version if snapshot.interpreter else "none"
    libraries = f"; {use.evidence}" if use.origins else ""
    return f"Python {version} on {system.os} {system.os_version}{libraries}"


def other_ways(snapshot: Snapshot, offer: Offer, use: CudaUse) -> tuple[Alternative, ...]:
    """Return the kinds of base that were not needed, and why."""
    found = []
    if offer.way is not CUDA_WAY and use.origins and use.system is None:
        cudnn = f"a second cuDNN beside {use.bundled_cudnn}" if use.bundled_cudnn else "a second CUDA"
        found.append(Alternative(choice="nvidia/cuda", reason=f"it would put {cudnn} into the library path"))
    if offer.way is CUDA_WAY and snapshot.interpreter is not None and not is_distributions(snapshot):
        found.append(Alternative(choice=PYTHON_WAY.name, reason="it has no CUDA"))
    elif offer.way is PYTHON_WAY:
        codename = snapshot.system.codename or "the recorded system"
        found.append(Alternative(choice=f"bootstrap {codename}", reason="needed only without a registry"))
    return tuple(found)


def brought_by(origin: str) -> str:
    return {"wheel": "wheels", "conda": "conda packages"}.get(origin, origin)


def differing(offer: Offer) -> tuple[Gap, ...]:
    """Return a warning when the image is not in everything as recorded."""
    if not offer.candidate.differences or offer.way is PYTHON_WAY:
        return ()
    return (
        Gap(
            what=f"the base: {', '.join(offer.candidate.differences)}",
            why="no registry that was asked has the recorded one",
            effect="libraries of the system are other builds, so the last bits may differ; the verdict names them",
        ),
    )


def missing_links(interpreter: Interpreter | None, python: Python, added: tuple[str, ...]) -> tuple[Gap, ...]:
    """Return a warning on libraries of the recorded system that a carried interpreter links to and nothing brings."""
    if interpreter is None or python.carried is None or added:
        return ()
    needed = [path.rpartition("/")[2] for path in outside_libraries(interpreter)]
    strange = [name for name in needed if not name.startswith(OF_GLIBC)]
    if not strange:
        return ()
    return (
        Gap(
            what=f"libraries that the carried interpreter links to: {', '.join(strange)}",
            why="no package of the recorded system is added to this base",
            effect="modules such as ssl or sqlite3 cannot be imported where the base lacks them",
        ),
    )
