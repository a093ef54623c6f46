"""One line of what is shown of a record."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from reproof.model.snapshot import Snapshot
from reproof.report.words import plural

PLACES = 3
"""Places or files that a sentence names; the rest is counted."""


class Entry(NamedTuple):
    """A name, its value, and what else is to be said of it; of a warning, what it is and its effect as note."""

    name: str
    value: str = ""
    note: str = ""


def inside(snapshot: Snapshot, path: str) -> str:
    """Return a path from the project's folder, where it lies below it."""
    for root in snapshot.source.roots[:1]:
        if PurePosixPath(path).is_relative_to(root):
            return str(PurePosixPath(path).relative_to(root))
    return path


def named(names: Iterable[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    every = list(dict.fromkeys(names))
    rest = f" and {len(every) - PLACES:,} more" if len(every) > PLACES else ""
    return ", ".join(every[:PLACES]) + rest


def joined(*parts: str) -> str:
    """Return those parts of a note that are not empty, with commas."""
    return ", ".join(part for part in parts if part)


def counted(count: int, noun: str) -> str:
    """Return a count with its noun; nothing for none."""
    return plural(count, noun) if count else ""
