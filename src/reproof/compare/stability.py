"""How far a distribution moved: the population stability index of two profiles of one column.

PSI = sum over bins of (b - a) * ln(b / a), where a and b are the bin's shares in the first and the second population
(Siddiqi, Credit Risk Scorecards, 2006, chapter 9). It is the symmetrised Kullback-Leibler divergence of the binned
distributions. By convention a value below 0.1 is no change that matters, one from 0.25 a large one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

from reproof.model.snapshot import Column

FLOOR = 1e-4
"""The least share of a bin; an empty one would make the index infinite."""
CLASSES = 10
"""Bins of numeric columns, as is usual for the index: a profile's 21 quantiles are taken two by two."""


def stability(original: Column, other: Column) -> float | None:
    """Return the population stability index of a column; None when the profiles cannot tell it."""
    if original.counts and other.counts:
        return of_counts(original.counts, other.counts)
    if len(original.quantiles) > 1 and len(original.quantiles) == len(other.quantiles):
        return of_quantiles(original.quantiles, other.quantiles)
    return None


def of_counts(original: Mapping[str, int], other: Mapping[str, int]) -> float | None:
    """Return the index of two counts of categories, one bin for each category; None if one of them is empty."""
    totals = sum(original.values()), sum(other.values())
    if not all(totals):
        return None
    names = dict.fromkeys([*original, *other])
    return index([(original.get(name, 0) / totals[0], other.get(name, 0) / totals[1]) for name in names])


def of_quantiles(original: Sequence[float], other: Sequence[float]) -> float:
    """Return the index of two lists of evenly spaced quantiles, the same number in both.

    The first one's tenths are the bins, the outer ones open, as is usual. A quantile that repeats is one bound; a
    repeated smallest value is held by many, so what lies below it is a bin too. What the second population has in a
    bin is interpolated between its quantiles.
    """
    step = max(1, (len(original) - 1) // CLASSES)
    tenths = original[step:-1:step] or original[:1]
    bounds = [(value, True) for value in sorted(set(tenths))]
    if tenths[0] == original[0]:
        bounds.insert(0, (original[0], False))
    reaches = [[0.0, *(reached(quantiles, *bound) for bound in bounds), 1.0] for quantiles in (original, other)]
    shares = ([high - low for low, high in pairwise(reach)] for reach in reaches)
    return index(list(zip(*shares, strict=True)))


def index(shares: Sequence[tuple[float, float]]) -> float:
    """Return the index of pairs of shares; a share of nothing counts as `FLOOR`."""
    floored = [(max(a, FLOOR), max(b, FLOOR)) for a, b in shares if a != b]
    return sum((b - a) * math.log(b / a) for a, b in floored)


def reached(quantiles: Sequence[float], value: float, through: bool) -> float:
    """Return the share of a population below a value, or at most it (`through`), between its quantiles by line."""
    last = len(quantiles) - 1
    if value < quantiles[0] or (value == quantiles[0] and not through):
        return 0.0
    if value > quantiles[-1] or (value == quantiles[-1] and through):
        return 1.0
    at = [place for place, quantile in enumerate(quantiles) if quantile == value]
    if at:
        return at[-1 if through else 0] / last
    below = max(place for place, quantile in enumerate(quantiles) if quantile < value)
    low, high = quantiles[below], quantiles[below + 1]
    return (below + (value - low) / (high - low)) / last
