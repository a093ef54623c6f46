"""Comparison: two runs, result by result and section by section; the second is a replay, or any other run."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Document, Frozen

Status = Literal["identical", "tolerated", "different", "missing", "extra", "not compared"]
Section = Literal["code", "parameters", "data", "packages", "interpreter", "libraries", "system", "hardware",
                  "accelerator", "numerics", "randomness", "environment", "results"]  # fmt: skip
"""What a difference is a difference of: from what somebody changed, over where it ran, to what came out."""


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
    """Something recorded by name that differs: `numerics.pools.libopenblas.kernel`, `inputs./data/train.csv`, ..."""

    field: str
    original: str
    """`absent` where the run does not have it; `kind` tells that from a value of this text."""
    replayed: str
    section: Section = "environment"
    name: str = ""
    """What it is called within its section: `numpy`, `train.py`, `lr`."""
    kind: Literal["added", "removed", "changed"] = "changed"
    detail: str = ""
    """How it differs, where the values do not say it: `12 lines added, 3 removed`."""
    counts: bool = True
    """False of what is told and makes no difference to a run: a branch's name, the folder of a shell."""


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

    SCHEMA: ClassVar[str] = "reproof/comparison/2"

    original: str
    replayed: str
    results: tuple[Result, ...]
    closure: Closure
    fields: tuple[FieldDifference, ...]
    data: tuple[DataChange, ...] = ()
    """What changed within the inputs and data sets of `fields`."""
