"""What each run takes in the store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from reproof.store.census import Census


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a run. `total`: all that it needs, replays included; `own`: what would go if it were dropped."""

    total: int
    own: int


def run_sizes(census: Census) -> dict[str, Size]:
    """Return the size of each run by its id. A blob that several runs have is in the total of each, and no one's own.

    Files are counted, not disk blocks.
    """
    weights: dict[str, int] = dict(census.blobs)
    weights |= census.pieces
    needs: dict[str, set[str]] = {}
    for run, family in census.family().items():
        names = needs[run] = set(family)
        for identity in family:
            found = census.found[identity]
            weights[identity] = found.size
            names |= found.links.blobs
            names.update(found.pieces)
    shared = Counter(name for names in needs.values() for name in names)
    return {
        run: Size(
            total=sum(weights.get(name, 0) for name in names),
            own=sum(weights.get(name, 0) for name in names if shared[name] == 1),
        )
        for run, names in needs.items()
    }
