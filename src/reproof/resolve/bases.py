"""What base images and distribution packages could be had for a snapshot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from reproof.bases.candidates import CUDA_WAY, PLAIN_WAY, PYTHON_WAY, WAYS
from reproof.model.base import Gap
from reproof.model.resolution import ArchivePackage, ImageLookup
from reproof.model.snapshot import Snapshot
from reproof.resolve.ports import Archive

ASKED = 6
"""How many images of one way are asked for; those after them are further from what was recorded."""


def look_up_images(
    snapshot: Snapshot, look_up: Callable[[str], ImageLookup], suites: Sequence[str] = (), mirror: str | None = None
) -> tuple[ImageLookup, ...]:
    """Return what the registry said of each candidate, up to the first that it has, or to its not being reachable.

    Args:
        snapshot: what the image is for.
        look_up: asks the registry for a name.
        suites: the releases whose archive is here; with the recorded one no image of the system alone is needed,
            nor one in place of the distribution's own Python.
        mirror: a repository, `registry.example/cuda`, that is asked for the tags that the vendor's does not have.
    """
    lookups: list[ImageLookup] = []
    owned = snapshot.interpreter is not None and snapshot.interpreter.owner is not None
    for way in WAYS:
        if snapshot.system.codename in suites and (way is PLAIN_WAY or (way is PYTHON_WAY and owned)):
            continue
        for candidate in islice(way.candidates(snapshot), ASKED):
            names = [candidate.reference]
            if mirror and way is CUDA_WAY:
                names.append(f"{mirror}:{candidate.reference.rpartition(':')[2]}")
            for name in names:
                lookups.append(look_up(name).model_copy(update={"wanted": candidate.reference}))
                if lookups[-1].digest is not None:
                    return tuple(lookups)
            if not any(lookup.reachable for lookup in lookups[-len(names) :]):
                return tuple(lookups)
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
