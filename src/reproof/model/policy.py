"""Policy: what counts as a result and how exactly it must come back. Read from `reproof.yaml`, kept in the snapshot."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from reproof.model.base import Frozen

BY_PRODUCTS = (
    "*/.cache/*", "*/.ipython/*", "*/.jupyter/*", "*/.local/share/jupyter/*", "*/.config/matplotlib/*",
    "*/.config/Ultralytics/*", "*/.nv/ComputeCache/*", "*/.triton/cache/*", "*/.keras/keras.json",
    "*/.ipynb_checkpoints/*",
)  # fmt: skip
"""Files that tools keep for themselves, by their place: caches, histories, settings. They are recorded, and are no
results unless they are declared as such."""


class Tolerance(Frozen):
    """Two numbers agree when |a - b| <= absolute + relative * |a|. Zero for both asks for equality."""

    absolute: float = 0.0
    relative: float = 0.0


class Policy(Frozen):
    """What the user declared. Patterns are shell-style, matched against a result's name.

    `results`: outputs that count; empty means all. `tolerances`: from a pattern, matched against `file`, `file:key` or
    a metric's name, to a tolerance; the first match counts. `ignore`: outputs, or `stdout` and `stderr`, that do not
    count. `allowed_secrets`: what looks like a secret and is none, by its value, its name, or the path of its file.
    """

    results: tuple[str, ...] = ()
    tolerances: tuple[tuple[str, Tolerance], ...] = ()
    ignore: tuple[str, ...] = ()
    allowed_secrets: tuple[str, ...] = ()

    def counts(self, *names: str) -> bool:
        """Say whether a result counts: declared under one of its names (or nothing is declared), and not ignored."""
        if self.results:
            return matches(names, self.results) and not matches(names, self.ignore)
        return not matches(names, self.ignore) and not matches(names, BY_PRODUCTS)


def matches(names: Iterable[str], patterns: Iterable[str]) -> bool:
    """Say whether any shell-style pattern fits any of the names."""
    every = tuple(patterns)
    return any(fnmatchcase(name, pattern) for name in names for pattern in every)
