"""What is shown of a record: sections of entries, the important first. Pure; the terminal says how they look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from reproof.model.requirements import Requirements
from reproof.model.snapshot import Snapshot
from reproof.report.show import code, machine, run
from reproof.report.show.entry import Entry
from reproof.report.show.needs import needs
from reproof.report.show.warnings import list_warnings

__all__ = ["SECTIONS", "Entry", "Section", "list_warnings", "sections_of"]


class Section(NamedTuple):
    """A part of a record under the name by which it can be asked for."""

    name: str
    entries: Callable[[Snapshot], Iterator[Entry]]


def gaps(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield what could not be learned, why, and what that may do."""
    yield from (Entry(f"{gap.what}: {gap.why}", note=gap.effect) for gap in snapshot.gaps)


SECTIONS = (
    Section("warnings", list_warnings),
    Section("command", run.command),
    Section("results", run.results),
    Section("parameters", run.parameters),
    Section("code", code.code),
    Section("packages", code.packages),
    Section("needs", lambda _: iter(())),
    Section("data", run.data),
    Section("randomness", code.randomness),
    Section("numerics", machine.numerics),
    Section("hardware", machine.hardware),
    Section("accelerator", machine.accelerator),
    Section("libraries", machine.libraries),
    Section("environment", machine.environment),
    Section("kept", run.kept),
    Section("gaps", gaps),
)


def sections_of(requirements: Requirements | None) -> tuple[Section, ...]:
    """Return all sections of a record; that on what is needed has entries when the packages were chosen for a date."""
    if requirements is None:
        return SECTIONS
    told = Section("needs", lambda _: needs(requirements))
    return tuple(told if section.name == told.name else section for section in SECTIONS)
