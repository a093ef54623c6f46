"""Helpers for tests of comparators: pairs of bytes under a policy, two runs two months apart."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping

from reproof.compare.evidence import Pair
from reproof.compare.rules import Clock, Rules
from reproof.model.policy import Policy, Tolerance

Tolerances = Mapping[str, Tolerance]


def clock(day: str) -> Clock:
    """Return the clock of a run of a minute."""
    start = datetime.datetime.fromisoformat(f"{day}T03:04:05+00:00").timestamp()
    return Clock(start, start + 60)


ORIGINAL, REPLAYED = clock("2026-01-02"), clock("2026-03-04")


def rules(tolerances: Tolerances | None = None, **policy: tuple[str, ...]) -> Rules:
    """Return the rules of a policy."""
    return Rules(Policy(tolerances=tuple((tolerances or {}).items()), **policy), ORIGINAL, REPLAYED)


def pair(name: str, original: bytes, replayed: bytes, tolerances: Tolerances | None = None) -> Pair:
    """Return a result in both runs."""
    return Pair(name, original, replayed, rules(tolerances))


def reader(*blobs: bytes) -> Callable[[str], bytes]:
    """Return a reader that gives the blobs under the digests `0`, `1`, ..."""
    return {str(index): blob for index, blob in enumerate(blobs)}.__getitem__
