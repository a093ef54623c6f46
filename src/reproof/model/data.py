"""What a run read and wrote, and what can be said of it."""

from __future__ import annotations

from typing import Literal

from reproof.model.base import Blob, Frozen


class Column(Frozen):
    """A column of a table, or an array of an archive. Numbers are finite; what is missing or NaN is only counted."""

    name: str
    type: str
    missing: int = 0
    distinct: int | None = None
    """Exact for few values, an estimate for many."""
    mean: float | None = None
    deviation: float | None = None
    quantiles: tuple[float, ...] = ()
    """At 0, 5, … 100 %: 21 numbers, of a numeric column."""
    counts: dict[str, int] = {}
    """How often the most frequent values come, of a column of categories."""
    shape: tuple[int, ...] = ()


class Profile(Frozen):
    """What a data file holds, so that two of them can be compared when the bytes are gone."""

    format: str
    rows: int | None
    columns: tuple[Column, ...]
    sampled: bool = False
    """True when only a part of the file was read: it is larger than is read for a profile."""
    omitted: int = 0
    """How many further columns there are, of a table that has more than are described."""


class Pointer(Frozen):
    """Where data can be fetched again: its name and revision in the system that manages it."""

    manager: Literal["dvc", "git-lfs", "huggingface"]
    identity: str
    """The hash or object id that the manager has for it."""
    revision: str | None = None
    location: str | None = None
    """The remote, repository or address, without credentials."""
    pulled: bool = True
    """False when the data was not there, and the run read the small file that stands for it."""


class Input(Frozen):
    """A file that was read and is not code. `changed` is true when it was another file after the run than before.

    `digest` is `sha256:<hex>`, or `blake3:<hex>` of a large file that is not kept and that no package owns.
    """

    path: str
    digest: str | None
    size: int
    mode: int = 0o644
    changed: bool = False
    kept: bool = False
    """True when its bytes are in the store too."""
    role: Literal["data", "configuration", "model", "other"] = "data"
    profile: Profile | None = None
    pointer: Pointer | None = None


class Dataset(Frozen):
    """A folder of many files that the run read, as one thing. `size` in bytes.

    `listing` is a blob of JSON lines `[path relative to the folder, digest, size, mode]`, sorted; `digest` is its own
    sha256, so equal digests mean equal files.
    """

    path: str
    digest: str
    files: int
    size: int
    listing: Blob
    changed: int = 0
    """How many of the files were others after the run than before."""
    kept: bool = False
    """True when the bytes of all its files are in the store too."""
    pointer: Pointer | None = None


class Output(Frozen):
    """A file that the run wrote and left behind; its bytes are kept. `name` is relative to the working directory."""

    name: str
    path: str
    digest: str
    size: int
    kept: bool = True


class Metric(Frozen):
    """One number that the run reported; `source` is the output it was read from."""

    name: str
    value: float
    source: str
    step: int | None = None
    """Where in the run it was reported, of a value that is the last of a series."""


class Series(Frozen):
    """A metric over the steps of a run. Two tuples of the same length."""

    name: str
    source: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
