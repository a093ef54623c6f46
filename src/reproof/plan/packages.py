"""Decides which packages of the distribution go into the base, and tells of versions that the archive has no more."""

from __future__ import annotations

from reproof.bases.candidates import name_of
from reproof.facts.systems import OperatingSystem
from reproof.model.base import Gap
from reproof.model.plan import Decision
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot

C_LIBRARY = frozenset({"libc6", "glibc", "libgcc-s1", "libgcc1", "libgcc", "libstdc++6", "libstdc++"})
"""Every base has them, in its own version."""


def wanted(snapshot: Snapshot, resolution: Resolution) -> tuple[str, ...]:
    """Return the distribution packages that must be there, as `name=version` where the archive says which it has."""
    available = {package.name: package.available for package in resolution.packages}
    names = {package.name for package in resolution.packages}
    names |= {package.name for package in snapshot.system.packages if package.manager == "deb"}
    names |= set(resolution.libraries)
    names |= locale_packages(snapshot.system.locale) | zone_packages(snapshot.system.timezone)
    return tuple(sorted(f"{name}={available[name]}" if available.get(name) else name for name in names))


def added(
    snapshot: Snapshot, resolution: Resolution, system: OperatingSystem | None, included: frozenset[str]
) -> tuple[str, ...]:
    """Return the packages to add to an image: none unless its release is the recorded one, and its archive is here."""
    codename = snapshot.system.codename
    if system is None or system.codename != codename or codename not in resolution.sources:
        return ()
    return tuple(package for package in wanted(snapshot, resolution) if package_name(package) not in included)


def not_added(snapshot: Snapshot, system: OperatingSystem | None, packages: tuple[str, ...]) -> tuple[Gap, ...]:
    """Return a warning on recorded packages that an image of another release, or without an archive, goes without."""
    recorded = {entry.name for entry in snapshot.system.packages if entry.manager != "conda"} - C_LIBRARY
    if packages or not recorded:
        return ()
    named = ", ".join(sorted(recorded))
    other = system is None or system.codename != snapshot.system.codename or not system.codename
    base = name_of(system) if system else "of another system"
    return (
        Gap(
            what=f"{len(recorded)} system packages: {named}",
            why=f"the base is {base}, not the recorded {snapshot.system.os} {snapshot.system.os_version}"
            if other
            else f"this machine's package manager does not offer {snapshot.system.codename}",
            effect="what the run loaded of them must be in the base itself, in its version; the verdict names the rest",
        ),
    )


def locale_packages(locale: str) -> set[str]:
    """Return what a locale needs beyond the C library: nothing for the built-in ones."""
    return set() if locale.split(".")[0] in ("", "C", "POSIX") else {"locales"}


def zone_packages(timezone: str) -> set[str]:
    """Return what a time zone needs: UTC needs no tables."""
    return set() if timezone in ("", "UTC", "Etc/UTC", "UTC0") else {"tzdata"}


def drift(resolution: Resolution, packages: tuple[str, ...]) -> tuple[Gap, ...]:
    """Return one warning on those of the packages that the archive no longer has at the recorded version."""
    names = set(map(package_name, packages))
    recorded = [package for package in resolution.packages if package.recorded is not None and package.name in names]
    moved = [package for package in recorded if package.available != package.recorded]
    if not moved:
        return ()
    listed = (f"{package.name} {package.recorded} -> {package.available or 'not listed'}" for package in moved)
    return (
        Gap(
            what=f"the recorded version of {len(moved)} of {len(recorded)} system packages",
            why=f"the archive has moved on: {', '.join(listed)}",
            effect="their libraries may differ from the recorded ones; the verdict names those that do",
        ),
    )


def packages_decision(packages: tuple[str, ...], reason: str) -> Decision:
    """Return the decision on system packages."""
    return Decision(subject="system packages", choice=" ".join(packages) or "none", reason=reason)


def package_name(package: str) -> str:
    """Return `libc6` of `libc6=2.36-9`."""
    return package.partition("=")[0]
