"""When two numbers agree, and how far apart they are. NaN equals NaN; infinities must match."""

from __future__ import annotations

import math
import re

from reproof.model.policy import Tolerance

NUMBER = r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|(?i:nan|inf(?:inity)?)\b)"
WHOLE = re.compile(r"[-+]?\d+")
PLAIN = re.compile(NUMBER)
LONGEST = 400
"""Digits; a longer run of digits is text, not a number anybody computed."""

Number = int | float


def parse_number(text: str) -> Number | None:
    """Return the number that a text is; whole numbers stay exact. None when it is something else."""
    text = text.strip()
    if len(text) > LONGEST or not PLAIN.fullmatch(text):
        return None
    return int(text) if WHOLE.fullmatch(text) else float(text)


def distance(a: Number, b: Number) -> tuple[float, float | None]:
    """Return the absolute error, and the relative one against `a`; that is None when `a` is zero."""
    if a == b or (is_nan(a) and is_nan(b)):
        return 0.0, 0.0
    if not (is_finite(a) and is_finite(b)):
        return math.inf, math.inf
    absolute = as_float(abs(a - b))
    return absolute, (absolute / as_float(abs(a)) if a else None)


def agree(a: Number, b: Number, tolerance: Tolerance) -> bool:
    """Say whether |a - b| <= absolute + relative * |a|."""
    if a == b or (is_nan(a) and is_nan(b)):
        return True
    if not (is_finite(a) and is_finite(b)) or tolerance == Tolerance():
        return False
    return as_float(abs(a - b)) <= tolerance.absolute + tolerance.relative * as_float(abs(a))


def is_nan(value: Number) -> bool:
    return isinstance(value, float) and math.isnan(value)


def is_finite(value: Number) -> bool:
    return isinstance(value, int) or math.isfinite(value)


def as_float(value: Number) -> float:
    """Return a float; a whole number beyond their range is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf
