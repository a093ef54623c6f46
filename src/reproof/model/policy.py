"""Policy: what counts as a result and how exactly it must come back. Read from `reproof.yaml`, kept in the snapshot."""

from __future__ import annotations

from reproof.model.base import Frozen


class Tolerance(Frozen):
    """Two numbers agree when |a - b| <= absolute + relative * |a|. Zero for both asks for equality."""

    absolute: float = 0.0
    relative: float = 0.0


class Policy(Frozen):
    """What the user declared. Patterns are shell-style, matched against a result's name.

    `results`: outputs that count; empty means all. `tolerances`: from a pattern, matched against `file`, `file:key` or
    a metric's name, to a tolerance; the first match counts. `ignore`: outputs, or `stdout` and `stderr`, that do not
    count.
    """

    results: tuple[str, ...] = ()
    tolerances: tuple[tuple[str, Tolerance], ...] = ()
    ignore: tuple[str, ...] = ()
