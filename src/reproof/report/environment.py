"""The environment of both runs as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from reproof.model.comparison import FieldDifference
from reproof.model.snapshot import Snapshot
from reproof.report.words import size

NONE = "none"
OWN_ROWS = frozenset({
    "interpreter.version", "system.os", "system.os_version", "system.kernel", "system.libc", "system.locale",
    "system.timezone", "hardware.cpu_model", "hardware.cpus", "hardware.cpu_count", "hardware.memory",
    "accelerator.present",
})  # fmt: skip
"""Fields that have a row of their own."""
OWN_TABLES = ("source.files.", "libraries.")
"""Beginnings of fields that are files, which the report lists as such."""


class Row(NamedTuple):
    """One setting in both runs; `replayed` is None when there was no replay."""

    name: str
    original: str
    replayed: str | None

    @property
    def same(self) -> bool:
        """Whether the replay had it too."""
        return self.replayed is None or self.original == self.replayed


def environment_rows(original: Snapshot, replayed: Snapshot | None) -> list[Row]:
    """Return what the two runs ran on, the original's settings first."""
    left = dict(facts(original))
    right = dict(facts(replayed)) if replayed is not None else None
    names = dict.fromkeys([*left, *(right or ())])
    return [Row(name, left.get(name, NONE), None if right is None else right.get(name, NONE)) for name in names]


def other_rows(fields: Iterable[FieldDifference]) -> list[Row]:
    """Return the settings that differ and have no row of their own."""
    return [
        Row(field.field, field.original, field.replayed)
        for field in fields
        if not (field.field in OWN_ROWS or field.field.startswith(OWN_TABLES) or is_pool(field.field))
    ]


def is_pool(field: str) -> bool:
    """Say whether a field is shown in the row of a thread pool."""
    return field.startswith("numerics.pools.") and field.endswith((".kernel", ".threads"))


def facts(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield the settings that matter to everybody."""
    system, hardware, accelerator = snapshot.system, snapshot.hardware, snapshot.accelerator
    python = snapshot.interpreter
    yield "Python", f"{python.implementation} {python.version}" if python else NONE
    yield "System", f"{system.os} {system.os_version}"
    yield "C library", system.libc
    yield "Kernel", system.kernel
    yield "Locale", f"{system.locale or 'not set'}, {system.timezone}"
    yield "CPU", hardware.cpu_model
    yield "CPUs used", f"{len(hardware.cpus)} of {hardware.cpu_count}"
    yield "Memory", size(hardware.memory)
    yield "GPU", ", ".join(gpu.name for gpu in accelerator.gpus) if accelerator.present else NONE
    for pool in snapshot.numerics.pools:
        threads = f"{pool.threads} threads" if pool.threads else "threads unknown"
        yield PurePosixPath(pool.library).name, f"{pool.kernel}, {threads}" if pool.kernel else threads
