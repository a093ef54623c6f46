"""Chooses where the image starts and which Python it has: the official image, or what the archive can rebuild."""

from __future__ import annotations

from dataclasses import dataclass

from reproof.errors import ResolveError
from reproof.facts.images import SLIM_PACKAGES
from reproof.model.base import Blob, Gap
from reproof.model.plan import Alternative, Base, Decision
from reproof.model.resolution import ImageLookup, Resolution
from reproof.model.snapshot import Interpreter, Snapshot

IMAGE_PYTHON = "/usr/local/bin"
"""Where the official Python images keep their interpreter."""


@dataclass(frozen=True, slots=True)
class Foundation:
    """The decided start of the image."""

    base: Base
    carried: Blob | None
    python: str
    decisions: tuple[Decision, ...]
    warnings: tuple[Gap, ...] = ()


def choose_foundation(snapshot: Snapshot, resolution: Resolution) -> Foundation:
    """Return base image and interpreter.

    The official image wins when a registry has it, for it needs nothing from this machine. Otherwise a base is
    bootstrapped from the archive of the recorded distribution, and the interpreter comes from the same archive if a
    package owned it, or is carried as recorded.

    Raises:
        ResolveError: neither a registry nor an archive has anything that could serve.
    """
    interpreter = snapshot.interpreter
    image = next((lookup for lookup in resolution.images if lookup.digest), None)
    if image is not None and interpreter is not None and interpreter.owner is None:
        return from_image(snapshot, resolution, interpreter, image)
    return from_archive(snapshot, resolution, interpreter)


def from_image(snapshot: Snapshot, resolution: Resolution, interpreter: Interpreter, image: ImageLookup) -> Foundation:
    """Return the foundation on an official Python image of the exact patch version."""
    minor = ".".join(interpreter.version.split(".")[:2])
    added = tuple(package for package in wanted(snapshot, resolution) if name_of(package) not in SLIM_PACKAGES)
    base = Base(kind="registry", reference=image.reference, digest=image.digest, suite=snapshot.system.codename,
                packages=added)  # fmt: skip
    skipped = tuple(
        Alternative(choice=lookup.reference, reason=lookup.error or "comes after the one chosen")
        for lookup in resolution.images
        if lookup is not image
    )
    decisions = [
        Decision(
            subject="base image",
            choice=f"{image.reference}@{image.digest}",
            reason=f"the official image of the {how(resolution)} Python, pinned by digest",
            evidence=f"Python {interpreter.version} on {snapshot.system.os} {snapshot.system.os_version}",
            alternatives=(
                *skipped,
                Alternative(choice=f"bootstrap {snapshot.system.codename}", reason="needed only without a registry"),
            ),
        ),
        Decision(
            subject="interpreter",
            choice=f"{IMAGE_PYTHON}/python{minor} of the image",
            reason=f"it is the {how(resolution)} patch version, {interpreter.version}",
            evidence=f"{how(resolution)} binary {short(interpreter.digest)}",
            alternatives=(
                Alternative(
                    choice=f"carry the {how(resolution)} interpreter", reason="an image with the same version exists"
                ),
            ),
        ),
        packages_decision(added, "own libraries that the run used and the image may lack"),
    ]
    warning = Gap(
        what="the interpreter's binary",
        why="the image's Python has the recorded version but was built by somebody else",
        effect="its standard library's compiled parts may differ from the recorded ones; the verdict counts them",
    )
    warnings = () if resolution.python else (warning,)
    return Foundation(base, None, f"{IMAGE_PYTHON}/python{minor}", tuple(decisions), warnings)


def from_archive(snapshot: Snapshot, resolution: Resolution, interpreter: Interpreter | None) -> Foundation:
    """Return the foundation bootstrapped from the distribution's archive. Raises ResolveError when it cannot be."""
    system = snapshot.system
    if system.codename not in resolution.sources:
        tried = "; ".join(f"{lookup.reference}: {lookup.error}" for lookup in resolution.images) or "no image fits"
        raise ResolveError(
            f"no base for {system.os} {system.os_version} ({system.codename or 'no codename'}): {tried}; "
            f"and this machine's package manager offers {', '.join(resolution.sources) or 'no suite'}",
            "give access to a registry (--registry), or run this on a machine with that distribution's archive",
        )
    packages = wanted(snapshot, resolution)
    base = Base(kind="bootstrap", reference=f"{system.os}:{system.codename}", suite=system.codename, packages=packages)
    decisions = [
        Decision(
            subject="base image",
            choice=f"{system.os} {system.codename}, bootstrapped from the distribution's archive",
            reason=why_no_image(resolution, interpreter),
            evidence=f"recorded on {system.os} {system.os_version}, {system.libc}",
            alternatives=tuple(
                Alternative(choice=lookup.reference, reason=lookup.error or "not needed")
                for lookup in resolution.images
            ),
        ),
        *interpreter_decisions(resolution, interpreter),
        packages_decision(packages, "own native libraries or programs that the run used"),
    ]
    python = interpreter.binary if interpreter else "/usr/bin/python3"
    return Foundation(base, carried(resolution, interpreter), python, tuple(decisions), drift(resolution))


def why_no_image(resolution: Resolution, interpreter: Interpreter | None) -> str:
    """Return the reason for not using an official image."""
    if interpreter is not None and interpreter.owner is not None:
        return f"the {how(resolution)} Python belongs to the distribution, so its own archive has the same build"
    if any(not lookup.reachable for lookup in resolution.images):
        return "the image registry cannot be reached from here"
    return f"no official image has the {how(resolution)} Python version"


def carried(resolution: Resolution, interpreter: Interpreter | None) -> Blob | None:
    """Return the interpreter to carry; None when a distribution package brings it.

    Raises:
        ResolveError: it has to be carried, but was not kept.
    """
    if interpreter is None or interpreter.owner is not None:
        return None
    if resolution.interpreter is None:
        raise ResolveError(
            f"the {how(resolution)} interpreter {interpreter.binary} was not kept and is on no image within reach",
            "give access to a registry (--registry), or record the run again where the interpreter exists",
        )
    return resolution.interpreter


def interpreter_decisions(resolution: Resolution, interpreter: Interpreter | None) -> tuple[Decision, ...]:
    """Return how the image gets its Python, if the run used any."""
    if interpreter is None:
        return ()
    if interpreter.owner is not None:
        return (
            Decision(
                subject="interpreter",
                choice=f"the distribution's {interpreter.owner.partition(':')[2]}",
                reason=f"a distribution package owns the {how(resolution)} binary",
                evidence=f"{interpreter.binary} {short(interpreter.digest)}",
            ),
        )
    tried = tuple(
        Alternative(choice=lookup.reference, reason=lookup.error or "not needed") for lookup in resolution.images
    )
    return (
        Decision(
            subject="interpreter",
            choice=f"carried: the {how(resolution)} {interpreter.base_prefix}",
            reason="no image with this version can be had, so the same binary goes in at its original prefix",
            evidence=f"{interpreter.implementation} {interpreter.version}, {short(interpreter.digest)}",
            alternatives=tried,
        ),
    )


def how(resolution: Resolution) -> str:
    """Return the word for where the interpreter was learned from."""
    return "chosen" if resolution.python else "recorded"


def wanted(snapshot: Snapshot, resolution: Resolution) -> tuple[str, ...]:
    """Return the distribution packages that must be there, as `name=version` where the archive says which it has."""
    available = {package.name: package.available for package in resolution.packages}
    names = {package.name for package in resolution.packages}
    names |= {package.name for package in snapshot.system.packages if package.manager == "deb"}
    names |= locale_packages(snapshot.system.locale) | zone_packages(snapshot.system.timezone)
    return tuple(sorted(f"{name}={available[name]}" if available.get(name) else name for name in names))


def locale_packages(locale: str) -> set[str]:
    """Return what a locale needs beyond the C library: nothing for the built-in ones."""
    return set() if locale.split(".")[0] in ("", "C", "POSIX") else {"locales"}


def zone_packages(timezone: str) -> set[str]:
    """Return what a time zone needs: UTC needs no tables."""
    return set() if timezone in ("", "UTC", "Etc/UTC", "UTC0") else {"tzdata"}


def drift(resolution: Resolution) -> tuple[Gap, ...]:
    """Return one warning on the packages that the archive no longer has at the recorded version."""
    recorded = [package for package in resolution.packages if package.recorded is not None]
    moved = [package for package in recorded if package.available != package.recorded]
    if not moved:
        return ()
    names = ", ".join(f"{package.name} {package.recorded} -> {package.available or 'not listed'}" for package in moved)
    return (
        Gap(
            what=f"the recorded version of {len(moved)} of {len(recorded)} system packages",
            why=f"the archive has moved on: {names}",
            effect="their libraries may differ from the recorded ones; the verdict names those that do",
        ),
    )


def packages_decision(packages: tuple[str, ...], reason: str) -> Decision:
    """Return the decision on system packages."""
    return Decision(subject="system packages", choice=" ".join(packages) or "none", reason=reason)


def name_of(package: str) -> str:
    return package.partition("=")[0]


def short(digest: str | None) -> str:
    return digest[:19] if digest else "of unknown digest"
