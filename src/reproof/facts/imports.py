"""Which distribution provides a module. Sources and holes: SOURCES.md."""

from __future__ import annotations

from functools import cache

from reproof.facts.tables import read_table
from reproof.model.base import Frozen


class ImportName(Frozen):
    """A module that can be imported; dotted where a namespace is shared (`google.protobuf`)."""

    module: str
    distributions: tuple[str, ...]
    """Named as in PEP 503: the one that is downloaded most, then others that provide it. None if no index has it."""
    shared: bool
    """Whether it is a bare namespace: its distribution follows from the longer name."""
    name_is_taken: bool
    """Whether an index has another project under the module's own name."""
    unverified: bool
    note: str | None
    """Where it comes from, if from no index."""


@cache
def import_names() -> dict[str, ImportName]:
    """Return the known modules by name."""
    return {row.module: row for row in read_table("imports", ImportName)}
