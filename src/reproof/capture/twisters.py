"""What the state of a Mersenne Twister says of its use: was it seeded, with what, was anything drawn from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from reproof.capture.mersenne import SIZE, Origin, Words, spell_numpy, spell_python, trace

NEAR = 200
"""Blocks before the first state that was noted: a program may have seeded before its next import told us."""


def read_twister(name: str, state: list[int], first: list[int] | None, told: bool | None) -> dict[str, Any]:
    """Return `used`, `seeded` and `seed`; nothing of a state that is none of a Mersenne Twister.

    Args:
        name: `random` or `numpy`.
        state: the 624 words at exit and the place in them, which is 624 when the next number renews them all.
        first: the same of the state that was noted after the import.
        told: whether numpy says that it was seeded; a state says more, but only so far back.
    """
    if len(state) != SIZE + 1:
        return {}
    start = words(first) if first else None
    origin = trace(words(state), start)
    if origin.seed is None and origin.reached and start is not None:
        before = trace(start, limit=NEAR)
        if before.seed is not None:
            return {"used": state != first or before.blocks > 0, "seeded": True, "seed": spell(name, before)}
        return {"used": state != first, "seeded": False, "seed": None}
    if origin.seed is None:
        drawn = start is not None or state[SIZE] < SIZE or None
        return {"used": drawn, "seeded": told, "seed": None}
    return {"used": origin.blocks > 0 or state[SIZE] < SIZE, "seeded": True, "seed": spell(name, origin)}


def words(state: list[int]) -> Words:
    """Return the words of a state, without the place in them."""
    return np.array(state[:SIZE], dtype=np.uint32)


def spell(name: str, origin: Origin) -> str | None:
    """Return the seed as Python writes it."""
    if name == "numpy":
        return spell_numpy(origin)
    return spell_python(origin.seed) if origin.seed is not None else None
