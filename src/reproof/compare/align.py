"""Which line of one text belongs to which line of the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from reproof.compare.lines import Parsed

COSTLIEST = 4_000_000
"""Pairs of equal lines; beyond this, aligning takes minutes, and lines are paired by their place."""

Pairing = tuple[int | None, int | None]


def align(a: Sequence[Parsed], b: Sequence[Parsed]) -> Iterator[Pairing]:
    """Yield pairs of indexes, in order; a line that only one text has is paired with None."""
    if [line.shape for line in a] == [line.shape for line in b]:
        yield from zip(range(len(a)), range(len(b)), strict=True)
        return
    for i, j in by([line.key for line in a], [line.key for line in b]):
        yield from nearest(a, b, i, j)


def by(a: Sequence[str], b: Sequence[str]) -> Iterator[tuple[range, range]]:
    """Yield the matching and the unmatched blocks of two sequences of strings, in order."""
    counts = Counter(a), Counter(b)
    if sum(count * counts[1][key] for key, count in counts[0].items()) > COSTLIEST:
        yield range(len(a)), range(len(b))
        return
    for _, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        yield range(i1, i2), range(j1, j2)


def nearest(a: Sequence[Parsed], b: Sequence[Parsed], i: range, j: range) -> Iterator[Pairing]:
    """Yield the pairs of a block: by shape where shapes agree, then by place."""
    if [a[n].key for n in i] == [b[n].key for n in j]:
        yield from zip(i, j, strict=True)
        return
    for left, right in by([a[n].shape for n in i], [b[n].shape for n in j]):
        common = min(len(left), len(right))
        yield from zip(i[left.start : left.start + common], j[right.start : right.start + common], strict=True)
        yield from ((n, None) for n in i[left.start + common : left.stop])
        yield from ((None, n) for n in j[right.start + common : right.stop])
