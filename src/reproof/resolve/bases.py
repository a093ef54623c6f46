"""What base images and distribution packages could be had for a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from packaging.version import InvalidVersion, Version

from reproof.model.base import Gap
from reproof.model.resolution import ArchivePackage, ImageLookup
from reproof.model.snapshot import Interpreter, Snapshot
from reproof.resolve.ports import Archive

CODENAMES = ("bookworm", "trixie", "bullseye", "buster")
"""Distribution releases that the official Python images were built on; the recorded one is tried before them."""


def image_names(interpreter: Interpreter | None, codename: str) -> Iterator[str]:
    """Yield the official images that may hold the recorded Python, nearest first; none for a pre-release."""
    if interpreter is None or interpreter.implementation.lower() != "cpython":
        return
    try:
        version = Version(interpreter.version)
    except InvalidVersion:
        return
    if version.is_prerelease or version.local is not None:
        return
    own = (codename,) if codename in CODENAMES else ()
    for name in dict.fromkeys((*own, *CODENAMES)):
        yield f"python:{version.base_version}-slim-{name}"


def look_up_images(snapshot: Snapshot, look_up: Callable[[str], ImageLookup]) -> tuple[ImageLookup, ...]:
    """Return what the registry said of each candidate, up to the first that it has, or to its not being reachable."""
    lookups = []
    for name in image_names(snapshot.interpreter, snapshot.system.codename):
        lookup = look_up(name)
        lookups.append(lookup)
        if lookup.digest is not None or not lookup.reachable:
            break
    return tuple(lookups)


def look_up_packages(snapshot: Snapshot, archive: Archive) -> tuple[tuple[ArchivePackage, ...], tuple[Gap, ...]]:
    """Return the version that the archive offers for each recorded package: the same one if it is still there."""
    recorded = [package for package in snapshot.system.packages if package.manager == "deb"]
    offered = archive.versions(package.name for package in recorded) if recorded else {}
    gaps: tuple[Gap, ...] = ()
    if offered is None:
        gaps = (
            Gap(
                what="the versions of distribution packages that the archive offers",
                why="this machine's package manager has no lists (`apt-get update` fetches them)",
                effect="a system library may come in another version than the recorded one; the verdict will tell",
            ),
        )
    found = []
    for package in recorded:
        versions = (offered or {}).get(package.name, ())
        available = package.version if package.version in versions else next(iter(versions), None)
        found.append(ArchivePackage(name=package.name, recorded=package.version, available=available))
    return tuple(found), gaps
