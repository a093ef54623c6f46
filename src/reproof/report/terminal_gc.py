"""What `gc` removed, as a rich renderable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from rich.console import Group, RenderableType
from rich.text import Text

from reproof.report.words import plural, short, size

NOUNS = {"documents": "document", "blobs": "blob", "pieces": "piece",
         "temporary": "leftover", "cache": "cached file"}  # fmt: skip


class Removed(Protocol):
    """What was removed from the store."""

    dry_run: bool
    runs: list[str]
    in_use: list[str]
    damaged: list[str]
    cache_in_use: bool
    counts: dict[str, int]
    bytes: int


class Pruned(Protocol):
    """What was removed from the engine."""

    images: list[str]
    bytes: int
    refused: dict[str, str]


def removed_view(removed: Removed, pruned: Pruned) -> RenderableType:
    """Return what went, and what stayed though it was named, a line each."""
    verb = "would remove" if removed.dry_run else "removed"
    lines = [f"{verb} {size(removed.bytes)}: {counted(removed.counts)}"]
    if removed.runs:
        lines.append(f"runs: {ids(removed.runs)}")
    if pruned.images:
        lines.append(
            f"{verb} {plural(len(pruned.images), 'image')} of {size(pruned.bytes)}: {', '.join(pruned.images)}"
        )
    return Group(*map(Text, lines), *(Text(line, style="yellow") for line in kept(removed, pruned)))


def counted(counts: Mapping[str, int]) -> str:
    """Return how many files of each kind."""
    return ", ".join(plural(counts[what], noun) for what, noun in NOUNS.items() if what in counts) or "nothing"


def kept(removed: Removed, pruned: Pruned) -> Iterator[str]:
    """Yield what stayed, and why."""
    if removed.in_use:
        yield f"in use by another process, and kept: {ids(removed.in_use)}"
    if removed.damaged:
        yield f"cannot be read: {ids(removed.damaged)}; what they need is not known, so all blobs and pieces stay"
        yield "  restore them from a copy, or remove them: reproof gc --damaged"
    if removed.cache_in_use:
        yield "the caches stay: another process uses the store"
    for name, reason in pruned.refused.items():
        yield f"the image {name} stays: {reason}"


def ids(identities: Iterable[str]) -> str:
    """Return ids in a line."""
    return ", ".join(map(short, identities))
