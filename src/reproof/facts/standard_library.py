"""Which modules belong to the standard library of which Python. Sources: SOURCES.md."""

from __future__ import annotations

import sys
from functools import cache

from reproof.facts.tables import read_table
from reproof.model.base import Frozen


class StandardModule(Frozen):
    """A top-level module that not every Python since 3.5 has."""

    module: str
    added: str | None
    """The version that brought it; None for all before ours."""
    removed: str | None
    """The first version without it: `3.0` for those of Python 2."""
    instead: str | None
    """What took its place."""


@cache
def changed_modules() -> dict[str, StandardModule]:
    """Return the modules that came or went, by name."""
    return {row.module: row for row in read_table("standard_library", StandardModule)}


def added_in(module: str) -> str | None:
    """Return the version that brought a top-level module; None if it was there before 3.6, or is no standard one."""
    row = changed_modules().get(module)
    return row.added if row else None


def removed_in(module: str) -> str | None:
    """Return the first version without a top-level module; None if there is none, or it is no standard one."""
    row = changed_modules().get(module)
    return row.removed if row else None


def is_standard(module: str) -> bool:
    """Say whether any Python since 2.7 has a top-level module of this name in its standard library."""
    return module in sys.stdlib_module_names or module in changed_modules()
