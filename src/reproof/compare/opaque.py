"""Everything else: bytes. Equal ones never come here, so two files always differ, and it is said how much."""

from __future__ import annotations

import numpy as np

from reproof.compare.evidence import Comparator, Evidence, Pair


def recognizes(name: str, data: bytes) -> bool:
    """Any file is bytes."""
    return True


def compare(pair: Pair) -> Evidence:
    """Return where two files of bytes first differ, and in how many places."""
    if pair.original == pair.replayed:
        return Evidence("identical")
    sizes = len(pair.original), len(pair.replayed)
    common = min(sizes)
    a, b = (np.frombuffer(data, dtype=np.uint8, count=common) for data in (pair.original, pair.replayed))
    unequal = np.flatnonzero(a != b)
    first = int(unequal[0]) if unequal.size else common
    where = f"byte {first:,}"
    if sizes[0] != sizes[1]:
        return Evidence(
            "different", f"{sizes[0]:,} bytes -> {sizes[1]:,} bytes; the first difference at {where}", where=where
        )
    return Evidence("different", f"{unequal.size:,} of {common:,} bytes differ, the first at {where}", where=where)


BINARY = Comparator("binary", recognizes, compare)
