"""The images that could be the base of a run, by way, nearest first. Each says in what it is not as recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from reproof.bases.cuda_images import cuda_candidates
from reproof.bases.libc import LibcNeed, Nearness, libc_difference, libc_need, nearness
from reproof.facts.systems import OperatingSystem, operating_systems, python_images, system_of
from reproof.model.snapshot import Interpreter, Snapshot

SUITES = ("trixie", "bookworm", "bullseye", "buster")
"""Debian releases that the official Python images of versions that are not listed may be on."""
PLAIN = {"debian": "{os}:{codename}-slim", "ubuntu": "{os}:{version}", "rockylinux": "{os}:{version}",
         "fedora": "{os}:{version}"}  # fmt: skip
"""Names of the images that hold an operating system and nothing else."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An image that could serve. `differences` from what was recorded, in words; `system` is what is inside."""

    reference: str
    system: OperatingSystem | None
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of base. `candidates` are none where it does not fit the run."""

    name: str
    candidates: Callable[[Snapshot], Iterator[Candidate]]


def from_nvidia(snapshot: Snapshot) -> Iterator[Candidate]:
    """Yield images of `nvidia/cuda`; none for a run that needs no CUDA of the system."""
    for found in cuda_candidates(snapshot):
        yield Candidate(found.reference, found.system, found.differences)


def official_python(snapshot: Snapshot) -> Iterator[Candidate]:
    """Yield the official images with the recorded Python; none for a pre-release or conda's.

    In place of a distribution's Python one can serve below a virtual environment; its own packages lie elsewhere.
    """
    interpreter = snapshot.interpreter
    if interpreter is None or is_conda(snapshot):
        return
    if interpreter.owner is not None and interpreter.prefix == interpreter.base_prefix:
        return
    version = released(interpreter)
    if version is None:
        return
    listed = python_images().get(version)
    suites = listed.slim if listed is not None else SUITES
    need = libc_need(snapshot)
    for system in by_nearness([system_of(suite) for suite in suites], need, carried=False):
        yield Candidate(f"python:{version}-slim-{system.codename}", system, system_difference(system, need))


def plain_system(snapshot: Snapshot) -> Iterator[Candidate]:
    """Yield images with an operating system alone, for an interpreter that is carried as recorded."""
    interpreter = snapshot.interpreter
    if interpreter is None or (interpreter.owner is not None and not is_conda(snapshot)):
        return
    need = libc_need(snapshot)
    own = snapshot.system
    if own.os in PLAIN and need.system is None and own.os_version:  # such as Fedora, which is not listed
        yield Candidate(f"{own.os}:{own.os_version}", None)
    known = [system for system in operating_systems() if system.os in PLAIN]
    for system in by_nearness(known, need, carried=True):
        name = PLAIN[system.os].format(os=system.os, version=system.version, codename=system.codename)
        yield Candidate(name, system, system_difference(system, need))


CUDA_WAY = Way("a CUDA image", from_nvidia)
PYTHON_WAY = Way("the official Python image", official_python)
PLAIN_WAY = Way("an image of the operating system", plain_system)
WAYS = (CUDA_WAY, PYTHON_WAY, PLAIN_WAY)
"""In the order in which they are asked for."""


def by_nearness(systems: Iterable[OperatingSystem | None], need: LibcNeed, carried: bool) -> list[OperatingSystem]:
    """Return the systems on which the run can load its libraries, the nearest first."""
    ranked: list[tuple[Nearness, int, OperatingSystem]] = [
        (nearness(system, need, carried), index, system) for index, system in enumerate(systems) if system is not None
    ]
    return [system for near, _, system in sorted(ranked, key=lambda row: row[:2]) if near.tier < 3]


def system_difference(system: OperatingSystem, need: LibcNeed) -> tuple[str, ...]:
    """Return in words in what a system is not the recorded one."""
    if system == need.system:
        return ()
    return (f"{name_of(system)} ({libc_difference(system, need)})",)


def name_of(system: OperatingSystem) -> str:
    """Return a release in words: `debian 12`."""
    return f"{system.os} {system.version}"


def released(interpreter: Interpreter) -> str | None:
    """Return the version of a CPython release; None for another implementation, a pre-release, or a build of git."""
    try:
        version = Version(interpreter.version)
    except InvalidVersion:
        return None
    plain = interpreter.implementation.lower() == "cpython" and not version.is_prerelease and version.local is None
    return version.base_version if plain else None


def is_conda(snapshot: Snapshot) -> bool:
    """Say whether the interpreter is one of conda's."""
    interpreter = snapshot.interpreter
    if interpreter is None:
        return False
    packages = {entry.name for entry in snapshot.system.packages if entry.manager == "conda"}
    return (interpreter.owner or "").startswith("conda:") or "python" in packages
