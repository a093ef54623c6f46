"""The attempts to bring an old project back, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from reproof.model.resolution import Obstacle, Try

WORDS = {
    None: "the packages could not be had",
    "resolved": "packages chosen, but no image",
    "built": "built, but not every import succeeds",
    "imported": "built, and every import succeeds",
}


class Told(NamedTuple):
    """One attempt: what was tried, how far it came, and what stopped it."""

    what: str
    reached: str
    obstacles: tuple[Obstacle, ...]


def tell_tries(tries: Iterable[Try]) -> Iterator[Told]:
    """Yield the attempts in their order."""
    for one in tries:
        yield Told(f"{one.instant[:10] or 'no date'}, Python {one.python or '?'}", WORDS[one.reached], one.obstacles)
