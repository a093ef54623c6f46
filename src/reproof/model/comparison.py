"""Comparison: original against replay, result by result, with the comparator and its evidence."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Document, Frozen

Status = Literal["identical", "tolerated", "different", "missing", "extra", "not compared"]


class Result(Frozen):
    """One result. `tolerated` covers declared tolerances and recognised volatile text alike; `detail` says which."""

    name: str
    kind: Literal["output", "stdout", "stderr", "metric", "exit code"]
    status: Status
    comparator: str
    detail: str = ""
    max_absolute: float | None = None
    max_relative: float | None = None
    where: str = ""
    """The place of the largest error, or of the first difference: a key, row, line, index."""
    volatile: tuple[str, ...] = ()
    """Text recognised as changing from run to run (times, durations, ids), as `line 3: 12:01:22 -> 12:04:07`."""


class ClosureDifference(Frozen):
    """A loaded file that is not the same in both runs; a digest of None means that this run did not load it."""

    path: str
    kind: str
    owner: str | None
    original: str | None
    replayed: str | None


class Closure(Frozen):
    """The loaded files of both runs. `total` counts the original's; `extra` files were loaded by the replay alone."""

    total: int
    identical: int
    differences: tuple[ClosureDifference, ...] = ()
    extra: tuple[ClosureDifference, ...] = ()


class FieldDifference(Frozen):
    """A recorded setting that differs: `numerics.pools.libopenblas.kernel`, `hardware.cpu_model`, ..."""

    field: str
    original: str
    replayed: str


class DataChange(Frozen):
    """One thing in which the data that two runs read differs, in words: `1,200 rows added`."""

    path: str
    """The input or data set."""
    kind: Literal["added", "removed", "bytes", "form", "rows", "columns", "type", "missing", "distribution", "files"]
    what: str
    column: str | None = None
    """The column, or the array of an archive, that it is about."""
    stability: float | None = None
    """The population stability index of a distribution: below 0.1 hardly moved, from 0.25 moved a lot."""


class Comparison(Document):
    """Two snapshots side by side."""

    SCHEMA: ClassVar[str] = "reproof/comparison/1"

    original: str
    replayed: str
    results: tuple[Result, ...]
    closure: Closure
    fields: tuple[FieldDifference, ...]
