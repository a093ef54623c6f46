"""Compares native libraries and programs by owner and name: what the versions of their packages do not tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from reproof.model.comparison import FieldDifference
from reproof.model.snapshot import LoadedFile, Snapshot


class Place(NamedTuple):
    """What identifies a library: who owns it, and its file's name."""

    owner: str
    name: str


def compare_libraries(original: Snapshot, replayed: Snapshot) -> Iterator[FieldDifference]:
    """Yield the libraries with other bytes and those that only one run loaded, the owner's version being the same."""
    left, right = by_place(original), by_place(replayed)
    told = owners_that_differ(original, replayed)
    for place in sorted({*left, *right}):
        a, b = left.get(place), right.get(place)
        if place.owner in told or (a is not None and b is not None and a.digest == b.digest):
            continue
        known = a or b
        assert known is not None
        yield FieldDifference(
            field=f"libraries.{place.owner}.{place.name}",
            original=identity(a),
            replayed=identity(b),
            section="libraries",
            name=place.name,
            kind="added" if a is None else "removed" if b is None else "changed",
            detail=place.owner,
        )


def by_place(snapshot: Snapshot) -> dict[Place, LoadedFile]:
    """Return the libraries and programs that the run used; of several of one name the first by path."""
    found: dict[Place, LoadedFile] = {}
    for file in sorted(snapshot.loaded, key=lambda file: file.path):
        if file.kind in ("library", "program"):
            found.setdefault(Place(file.owner or "no known owner", PurePosixPath(file.path).name), file)
    return found


def owners_that_differ(original: Snapshot, replayed: Snapshot) -> set[str]:
    """Return the owners of which the runs have different versions, or of which one run has none."""
    left, right = versions(original), versions(replayed)
    return {owner for owner in {*left, *right} if left.get(owner) != right.get(owner)}


def versions(snapshot: Snapshot) -> dict[str, str]:
    """Return owners of libraries, as the loaded files name them, with their versions."""
    found = {f"dist:{dist.name}": dist.version for dist in snapshot.distributions}
    found |= {f"{package.manager}:{package.name}": package.version for package in snapshot.system.packages}
    if snapshot.interpreter is not None:
        found["stdlib"] = snapshot.interpreter.version
    return found


def identity(file: LoadedFile | None) -> str:
    """Return what tells a library from another build of it: its build ID, else its digest."""
    if file is None:
        return "absent"
    if file.build_id:
        return f"build ID {file.build_id[:12]}"
    return (file.digest or "unknown").removeprefix("sha256:")[:12]
