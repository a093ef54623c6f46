"""Puts one run's folders in the place of another's, so that two clones of a project can be compared path by path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from reproof.model.snapshot import Snapshot

SHARED = frozenset({"", "/", "/usr", "/usr/local", "/opt", "/home", "/tmp"})
"""Folders that hold more than one run's things: they stand for themselves, unless both runs agree on them anyway."""


def relocate(snapshot: Snapshot, onto: Snapshot) -> Snapshot:
    """Return a run as it would have been recorded in the other's folders: its paths are the other's wherever they fit.

    Project, editable packages, environment, interpreter and home are matched; the deepest folder counts. A run that
    was in the same folders is returned as it is.
    """
    moves = {old: new for old, new in folders(snapshot, onto) if old != new and old not in SHARED}
    if not moves:
        return snapshot
    deepest = "|".join(re.escape(folder) for folder in sorted(moves, key=len, reverse=True))
    pattern = re.compile(rf"(?:(?<=file://)|(?<![\w.\-/]))({deepest})(?![^/:;,\s'\"])")
    moved = replaced(snapshot.model_dump(), lambda text: pattern.sub(lambda found: moves[found[1]], text))
    return Snapshot.model_validate(moved)


def folders(snapshot: Snapshot, onto: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield folders of a run, each with the one that has its part in the other run; a later pair overrules."""
    if snapshot.command.home and onto.command.home:
        yield snapshot.command.home, onto.command.home
    if snapshot.interpreter is not None and onto.interpreter is not None:
        for name in ("base_prefix", "stdlib", "prefix", "purelib", "platlib"):
            yield getattr(snapshot.interpreter, name), getattr(onto.interpreter, name)
    if outside(snapshot) and outside(onto):
        yield snapshot.command.cwd, onto.command.cwd
    if snapshot.source.roots and onto.source.roots:
        named = {PurePosixPath(root).name: root for root in onto.source.roots[1:]}
        yield from ((root, named[name]) for root in snapshot.source.roots[1:]
                    if (name := PurePosixPath(root).name) in named)  # fmt: skip
        yield snapshot.source.roots[0], onto.source.roots[0]


def outside(snapshot: Snapshot) -> bool:
    """Say whether a run worked outside of its project; a folder within has its place by the project's."""
    return not any(PurePosixPath(snapshot.command.cwd).is_relative_to(root) for root in snapshot.source.roots[:1])


def project_path(snapshot: Snapshot, path: str) -> str:
    """Return a path from the project's folder, where it lies below it."""
    for root in snapshot.source.roots[:1]:
        if PurePosixPath(path).is_relative_to(root):
            return str(PurePosixPath(path).relative_to(root))
    return path


def replaced(value: Any, replace: Callable[[str], str]) -> Any:
    """Return plain values with every text put through `replace`."""
    if isinstance(value, str):
        return replace(value)
    if isinstance(value, (list, tuple)):
        return [replaced(item, replace) for item in value]
    if isinstance(value, dict):
        return {key: replaced(item, replace) for key, item in value.items()}
    return value
