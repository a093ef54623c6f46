"""Chooses the interpreter of an old project among those that are to be had. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from packaging.version import InvalidVersion, Version

from reproof.model.decision import Alternative, Decision
from reproof.model.requirements import PythonChoice
from reproof.model.resolution import Obstacle

OLDEST = (3, 6)
"""The first Python that a replay can be recorded under."""
ORIGINS = {
    "pyenv": "pyenv's",
    "uv": "uv's",
    "distribution": "the distribution's",
    "path": "the one on the PATH",
    "image": "the official image's",
}


class Python(Protocol):
    """An interpreter that is to be had. `missing` are parts of the standard library that it was built without."""

    @property
    def executable(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def implementation(self) -> str: ...
    @property
    def prefix(self) -> str: ...
    @property
    def origin(self) -> str: ...
    @property
    def stable(self) -> bool: ...
    @property
    def missing(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """An interpreter that may serve, the choice that it answers, and the words on why it is this one."""

    python: Python
    choice: PythonChoice
    decision: Decision


def order_pythons(wanted: Sequence[PythonChoice], found: Sequence[Python]) -> tuple[Candidate, ...]:
    """Return an interpreter for each version that may be the right one, best first; what is not to be had is left out.

    Of several with one minor version it is the patch that was named, else the most complete, else the newest.
    """
    usable = [python for python in found if python.implementation == "cpython" and python.stable]
    rest = tuple(dict.fromkeys(choice.version for choice in wanted))
    candidates: list[Candidate] = []
    for choice in wanted:
        fitting = sorted((python for python in usable if fits(choice, python)), key=lambda p: fitness(choice, p))
        if fitting and not any(fitting[-1] is candidate.python for candidate in candidates):
            others = tuple(Alternative(choice=v, reason="comes after it") for v in rest if v != choice.version)
            candidates.append(Candidate(fitting[-1], choice, decide(choice, fitting, others)))
    return tuple(candidates)


def fits(choice: PythonChoice, python: Python) -> bool:
    """Say whether an interpreter has the minor version that is wanted, and can be recorded."""
    release = Version(python.version).release[:2]
    return release >= OLDEST and release == release_of(choice.version)


def fitness(choice: PythonChoice, python: Python) -> tuple[bool, int, tuple[int, ...]]:
    """Return how well an interpreter serves; the largest serves best."""
    return python.version == choice.version, -len(python.missing), Version(python.version).release


def decide(choice: PythonChoice, fitting: Sequence[Python], others: tuple[Alternative, ...]) -> Decision:
    """Return the decision for the last, and best, of those that fit."""
    chosen = fitting[-1]
    less = tuple(Alternative(choice=describe(python), reason=why_not(python, chosen)) for python in fitting[:-1])
    return Decision(
        subject="Python",
        choice=f"{chosen.version}: {describe(chosen)}",
        reason=choice.reason,
        evidence=f"built without {', '.join(chosen.missing)}" if chosen.missing else "",
        alternatives=(*less, *others),
    )


def describe(python: Python) -> str:
    return f"{ORIGINS.get(python.origin, python.origin)} {python.executable}"


def why_not(python: Python, chosen: Python) -> str:
    """Return why another interpreter of the same minor version serves less well."""
    if len(python.missing) > len(chosen.missing):
        return f"built without {', '.join(python.missing)}"
    return "an older patch" if python.version != chosen.version else "the same version, found later"


def no_interpreter(wanted: Iterable[PythonChoice], found: Sequence[Python]) -> Obstacle:
    """Return what to say when no interpreter can be had."""
    versions = [choice.version for choice in wanted]
    have = ", ".join(sorted({python.version for python in found}, key=lambda v: Version(v).release)) or "none"
    old = [version for version in versions if release_of(version) < OLDEST]
    named = " or ".join(versions)
    if versions and len(old) == len(versions):
        return Obstacle(
            kind="no interpreter",
            package="python",
            what=f"the project needs Python {named}, and a run can be recorded under Python 3.6 or later alone",
            remedy="port it (2to3 does most of it) and name the version: --python 3.6",
        )
    first = next(version for version in (*versions, "3") if version not in old)
    return Obstacle(
        kind="no interpreter",
        package="python",
        what=f"the project needs Python {named}; this machine has {have}, and no registry has an image of it",
        remedy=f"install it (`pyenv install {first}`, `uv python install {first}`), name a registry that can be "
        "reached (--registry), or another version (--python)",
    )


def release_of(version: str) -> tuple[int, ...]:
    """Return major and minor version; an empty tuple for what is no version."""
    try:
        return Version(version).release[:2]
    except InvalidVersion:
        return ()
