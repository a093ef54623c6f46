"""Arrays by element: dtype, shape and memory order by name, numbers by tolerance, with the largest error's place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from reproof.compare.evidence import Evidence, Findings, Pair
from reproof.model.policy import Tolerance

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]


def compare_named(pair: Pair, a: Arrays, b: Arrays) -> Evidence:
    """Return how two sets of arrays differ, each matched by its name."""
    findings = Findings(pair.rules, "elements")
    if list(a) != list(b) and sorted(a) == sorted(b):
        findings.rewritten = True
    for key in a:
        if key in b:
            tolerance = pair.rules.tolerance(pair.name, f"{pair.name}:{key}")
            compare_arrays(findings, key, tolerance, (a[key], b[key]))
        else:
            findings.form(key, f"missing in {findings.rules.second}")
    for key in b:
        if key not in a:
            findings.form(key, f"only in {findings.rules.second}")
    return findings.evidence()


def compare_arrays(findings: Findings, key: str, tolerance: Tolerance, arrays: tuple[Array, Array]) -> None:
    """Compare two arrays, first their form and then their elements."""
    a, b = arrays
    if a.dtype != b.dtype:
        findings.form(key, f"dtype {a.dtype} -> {b.dtype}")
    if a.shape != b.shape:
        findings.form(key, f"shape {a.shape} -> {b.shape}")
    if a.shape != b.shape or a.dtype != b.dtype:
        return
    if a.flags.f_contiguous != b.flags.f_contiguous:
        findings.rewritten = True
    findings.compared += a.size
    unequal = differing(a, b)
    if not unequal.any():
        return
    if a.dtype.kind not in "biufc":
        index = tuple(int(i) for i in np.argwhere(unequal)[0])
        findings.value(place(key, index), f"{a[index]} -> {b[index]}")
        findings.differing += int(unequal.sum()) - 1
        return
    measure(findings, key, tolerance, (a, b, unequal))


def differing(a: Array, b: Array) -> Array:
    """Return where two arrays of one shape and dtype are unequal; NaN equals NaN."""
    unequal: Array = np.asarray(a != b)
    if a.dtype.kind in "fcmM":
        unequal = unequal & ~(isnan(a) & isnan(b))
    return unequal


def isnan(array: Array) -> Array:
    """Return where an array holds no number, or no time."""
    found: Array = np.isnat(array) if array.dtype.kind in "mM" else np.isnan(array)
    return found


def measure(findings: Findings, key: str, tolerance: Tolerance, found: tuple[Array, Array, Array]) -> None:
    """Grade the unequal elements of two numeric arrays: how many are beyond tolerance, and the largest error."""
    a, b, unequal = found
    wide: Any = np.clongdouble if a.dtype.kind == "c" else np.longdouble
    left, right = a[unequal].astype(wide), b[unequal].astype(wide)
    with np.errstate(all="ignore"):
        absolute = np.abs(left - right)
        absolute[~(np.isfinite(left) & np.isfinite(right))] = np.inf
        size = np.abs(left)
        beyond = ~(absolute <= tolerance.absolute + tolerance.relative * size) | np.isinf(absolute)
        relative = np.where(np.isinf(absolute), np.inf, absolute / size)[(size > 0) | np.isinf(absolute)]
    worst = int(np.argmax(absolute))
    index = tuple(int(i) for i in np.argwhere(unequal)[worst])
    errors = (float(absolute[worst]), float(relative.max()) if relative.size else None)
    findings.grade(place(key, index), f"{a[index]} -> {b[index]}", errors, not beyond.any())
    count, outside = len(absolute), int(beyond.sum())
    findings.differing += outside - (1 if outside else 0)
    findings.within += count - outside - (0 if outside else 1)


def place(key: str, index: tuple[int, ...]) -> str:
    """Return an element's place: `weights[3, 5]`."""
    return f"{key}[{', '.join(str(i) for i in index)}]" if index else key
