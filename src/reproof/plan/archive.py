"""The foundation bootstrapped from a distribution's archive: it needs no registry."""

from __future__ import annotations

from reproof.bases.candidates import system_difference
from reproof.bases.libc import libc_need, nearness
from reproof.facts.systems import OperatingSystem, system_of
from reproof.model.base import Gap
from reproof.model.plan import Alternative, Base, Decision
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.plan import packages
from reproof.plan.foundation import Foundation, turned_down
from reproof.plan.images import missing_links
from reproof.plan.interpreter import NO_INTERPRETER, Python, carried_python, distribution_python, how, is_distributions

WHY_CARRIED = "no image with this version can be had, so the same binary goes in at its original prefix"


def on_archive(snapshot: Snapshot, resolution: Resolution) -> Foundation | Alternative:
    """Return the foundation of the recorded release, from its own archive, or why there can be none."""
    system = snapshot.system
    if system.codename not in resolution.sources:
        return Alternative(choice=f"bootstrap {system.codename or system.os}", reason="its archive is not set up here")
    python = python_of(snapshot, resolution)
    if python is None:
        return not_kept(snapshot)
    wanted = packages.wanted(snapshot, resolution)
    decision = Decision(
        subject="base image",
        choice=f"{system.os} {system.codename}, bootstrapped from the distribution's archive",
        reason=why_no_image(snapshot, resolution),
        evidence=f"recorded on {system.os} {system.os_version}, {system.libc}",
        alternatives=turned_down(resolution, None),
    )
    return Foundation(
        base=Base(kind="bootstrap", reference=f"{system.os}:{system.codename}", suite=system.codename, packages=wanted),
        carried=python.carried,
        python=python.path,
        decisions=(
            decision,
            *python.decisions,
            packages.packages_decision(wanted, "own native libraries or programs that the run used"),
        ),
        warnings=packages.drift(resolution, wanted),
    )


def on_other_archive(snapshot: Snapshot, resolution: Resolution) -> Foundation | Alternative:
    """Return the foundation of another release, whose archive is here and whose C library is new enough."""
    need = libc_need(snapshot)
    known = [system for system in map(system_of, resolution.sources) if system is not None]
    near = [(nearness(system, need, carried=True), system) for system in known]
    best = min(near, key=lambda row: row[0], default=None)
    if best is None or best[0].tier > 1 or best[1] == need.system:
        return Alternative(choice="bootstrap another release", reason="no archive here has a C library as new")
    if is_distributions(snapshot):
        owner = snapshot.interpreter.owner if snapshot.interpreter else ""
        return Alternative(choice=f"bootstrap {best[1].codename}", reason=f"it has no {owner}")
    python = carried_python(snapshot, resolution, WHY_CARRIED, turned_down(resolution, None))
    if python is None:
        return not_kept(snapshot)
    return other_foundation(snapshot, resolution, best[1], python)


def other_foundation(snapshot: Snapshot, resolution: Resolution, system: OperatingSystem, python: Python) -> Foundation:
    """Return the foundation of a release that is not the recorded one, with what is missing in it."""
    different = ", ".join(system_difference(system, libc_need(snapshot)))
    codename = system.codename or ""
    extra = packages.locale_packages(snapshot.system.locale) | packages.zone_packages(snapshot.system.timezone)
    decision = Decision(
        subject="base image",
        choice=f"{system.os} {codename}, bootstrapped from the archive of this machine",
        reason=f"{why_no_image(snapshot, resolution)}; the nearest that there is: {different}",
        evidence=f"recorded on {snapshot.system.os} {snapshot.system.os_version}, {snapshot.system.libc}",
        alternatives=(
            *turned_down(resolution, None),
            Alternative(choice=f"bootstrap {snapshot.system.codename or snapshot.system.os}",
                        reason="its archive is not set up here"),
        ),
    )  # fmt: skip
    return Foundation(
        base=Base(kind="bootstrap", reference=f"{system.os}:{codename}", suite=codename, packages=tuple(sorted(extra))),
        carried=python.carried,
        python=python.path,
        decisions=(
            decision,
            *python.decisions,
            packages.packages_decision(tuple(sorted(extra)), "locale and time zone; the recorded ones are not of it"),
        ),
        warnings=(
            Gap(
                what=f"the base: {different}",
                why="neither a registry nor an archive that can be reached has the recorded one",
                effect="libraries of the system are other builds, so the last bits may differ; the verdict names them",
            ),
            *packages.not_added(snapshot, system, ()),
            *missing_links(snapshot.interpreter, python, ()),
        ),
    )


def python_of(snapshot: Snapshot, resolution: Resolution) -> Python | None:
    """Return the interpreter of a bootstrapped base; None if it would have to be carried, and was not kept."""
    if snapshot.interpreter is None:
        return Python(NO_INTERPRETER, None, ())
    return distribution_python(snapshot, resolution) or carried_python(
        snapshot, resolution, WHY_CARRIED, turned_down(resolution, None)
    )


def not_kept(snapshot: Snapshot) -> Alternative:
    """Return why a base without the recorded interpreter is none."""
    binary = snapshot.interpreter.binary if snapshot.interpreter else "the interpreter"
    return Alternative(
        choice="carry the recorded interpreter",
        reason=f"{binary} was not kept and is on no image that can be reached",
    )


def why_no_image(snapshot: Snapshot, resolution: Resolution) -> str:
    """Return the reason for not using an image of a registry."""
    if is_distributions(snapshot):
        return f"the {how(resolution)} Python belongs to the distribution, so its own archive has the same build"
    if any(not lookup.reachable for lookup in resolution.images):
        return "the image registry cannot be reached from here"
    return f"no official image has the {how(resolution)} Python version"
