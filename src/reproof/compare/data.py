"""What changed in the data between two runs, in words: from the profiles, when the bytes themselves may be gone."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from decimal import Decimal

from reproof.compare.stability import stability
from reproof.errors import ReproofError
from reproof.model.comparison import DataChange
from reproof.model.snapshot import Column, Dataset, Input, Profile, Snapshot

NOTABLE = 0.001
"""A population stability index below this is rounding, or the approximation of quantiles."""
MOST_ZEROS = (1e-3, 1e9)
"""Numbers between these are written out."""
NAMED = 3
"""Files of a data set that are named; the others are counted."""

Reader = Callable[[str], bytes]
"""From a digest to the bytes. Raises ReproofError when they cannot be had."""


def data_changes(original: Snapshot, other: Snapshot, read: Reader | None = None) -> tuple[DataChange, ...]:
    """Return how the inputs and data sets of `other` differ from those of `original`, in the order of their paths.

    `read` gives the listing of a data set by its digest; without it, changed data sets are told but not their files.
    """
    before, after = data_of(original), data_of(other)
    return tuple(
        change
        for path in sorted({*before, *after})
        for change in changes_of(path, before.get(path), after.get(path), read)
    )


def data_of(snapshot: Snapshot) -> dict[str, Input | Dataset]:
    """Return inputs and data sets by path."""
    every: tuple[Input | Dataset, ...] = (*snapshot.inputs, *snapshot.datasets)
    return {entry.path: entry for entry in every}


def changes_of(
    path: str, a: Input | Dataset | None, b: Input | Dataset | None, read: Reader | None
) -> Iterator[DataChange]:
    """Yield how one input or data set differs."""
    if a is None or b is None:
        what = f"only the {'other' if a is None else 'original'} run read it"
        yield DataChange(path=path, kind="added" if a is None else "removed", what=what)
    elif isinstance(a, Dataset) and isinstance(b, Dataset):
        yield from dataset_changes(a, b, read)
    elif isinstance(a, Input) and isinstance(b, Input):
        yield from input_changes(a, b)
    else:
        yield DataChange(path=path, kind="form", what="a file in one run, a folder of files in the other")


def input_changes(a: Input, b: Input) -> Iterator[DataChange]:
    """Yield how two files of one path differ: by their profiles if both have one, else by their sizes."""
    if a.digest == b.digest and a.digest is not None:
        return
    told = list(profile_changes(a.path, a.profile, b.profile)) if a.profile and b.profile else []
    if a.digest is None or b.digest is None:
        yield DataChange(path=a.path, kind="bytes", what="its bytes are not known in both runs")
    elif algorithm(a.digest) != algorithm(b.digest):
        two = f"{algorithm(a.digest)} in one run, {algorithm(b.digest)} in the other"
        yield DataChange(path=a.path, kind="bytes", what=f"its bytes cannot be compared: hashed by {two}")
    elif not told:
        size = f"{a.size:,} bytes in both" if a.size == b.size else f"{a.size:,} → {b.size:,} bytes"
        same = ", with the same profile" if a.profile and b.profile else ""
        yield DataChange(path=a.path, kind="bytes", what=f"other bytes{same} ({size})")
    yield from told


def algorithm(digest: str) -> str:
    """Return by what a digest was made: `sha256`, or `blake3` for a large input that is not kept."""
    return digest.partition(":")[0]


def profile_changes(path: str, a: Profile, b: Profile) -> Iterator[DataChange]:
    """Yield how the contents of two tables, or archives of arrays, differ."""
    if a.format != b.format:
        yield DataChange(path=path, kind="form", what=f"{a.format} → {b.format}")
    if a.rows is not None and b.rows is not None and a.rows != b.rows:
        count = abs(b.rows - a.rows)
        rows = f"{count:,} row{'' if count == 1 else 's'} {'added' if b.rows > a.rows else 'removed'}"
        yield DataChange(path=path, kind="rows", what=f"{rows} ({a.rows:,} → {b.rows:,})")
    before, after = ({column.name: column for column in profile.columns} for profile in (a, b))
    for name in dict.fromkeys([*before, *after]):
        if name not in after or name not in before:
            what = "removed" if name not in after else "added"
            yield DataChange(path=path, kind="columns", what=f"column {what}", column=name)
        else:
            yield from column_changes(path, before[name], after[name], (a.rows, b.rows))
    if list(before) != list(after) and sorted(before) == sorted(after):
        yield DataChange(path=path, kind="columns", what="the columns are in another order")


def column_changes(path: str, a: Column, b: Column, rows: tuple[int | None, int | None]) -> Iterator[DataChange]:
    """Yield how one column differs: its type or shape, what is missing, its distribution."""
    form_a, form_b = ((column.type, column.shape) for column in (a, b))
    if form_a != form_b:
        what = f"{form(a)} → {form(b)}"
        yield DataChange(path=path, kind="type", what=what, column=a.name)
    counts = (math.prod(column.shape) if column.shape else count for column, count in zip((a, b), rows, strict=True))
    missing = [column.missing / count if count else 0.0 for column, count in zip((a, b), counts, strict=True)]
    if a.missing != b.missing and percent(missing[0]) != percent(missing[1]):
        what = f"missing {percent(missing[0])} → {percent(missing[1])}"
        yield DataChange(path=path, kind="missing", what=what, column=a.name)
    moved = stability(a, b)
    mean = a.mean != b.mean and a.mean is not None and b.mean is not None
    if (moved is None and not mean) or (moved is not None and moved < NOTABLE and not (mean and visible(a, b))):
        return
    words = [f"mean {number(a.mean, b.mean)}"] if a.mean is not None and b.mean is not None and mean else []
    words += [f"(population stability index {moved:.2f})"] if moved is not None else []
    what = " ".join(words) if mean else f"other shares {' '.join(words)}"
    yield DataChange(path=path, kind="distribution", what=what, column=a.name, stability=moved)


def visible(a: Column, b: Column) -> bool:
    """Say whether two means differ by more than a thousandth of the column's deviation."""
    assert a.mean is not None and b.mean is not None
    return abs(a.mean - b.mean) > NOTABLE * max(a.deviation or 0.0, b.deviation or 0.0)


def form(column: Column) -> str:
    """Return a column's type, and the shape of an array."""
    return f"{column.type} [{' × '.join(f'{size:,}' for size in column.shape)}]" if column.shape else column.type


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def number(a: float, b: float) -> str:
    """Return two numbers with an arrow, both with as many digits as it takes to tell them apart: `37.1 → 39.8`."""
    for digits in range(3, 17):
        told = written(a, digits), written(b, digits)
        if told[0] != told[1]:
            break
    return f"{told[0]} → {told[1]}"


def written(value: float, digits: int) -> str:
    """Return a number with so many digits: as people write it, unless that takes many zeros."""
    rounded = f"{value:.{digits}g}"
    return f"{Decimal(rounded):,f}" if MOST_ZEROS[0] <= abs(value) < MOST_ZEROS[1] else rounded


def dataset_changes(a: Dataset, b: Dataset, read: Reader | None) -> Iterator[DataChange]:
    """Yield how two folders of files differ: which files were added, removed or changed."""
    if a.digest == b.digest:
        return
    before, after = (files_of(dataset, read) for dataset in (a, b))
    if before is None or after is None:
        what = f"other files ({a.files:,} → {b.files:,})" if a.files != b.files else f"other bytes in {a.files:,} files"
        yield DataChange(path=a.path, kind="files", what=what)
        return
    groups = {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": sorted(name for name in before.keys() & after.keys() if before[name] != after[name]),
    }
    for word, names in groups.items():
        if names:
            listed = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
            count = f"{len(names):,} of {max(a.files, b.files):,} files"
            yield DataChange(path=a.path, kind="files", what=f"{count} {word}: {listed}")


def files_of(dataset: Dataset, read: Reader | None) -> dict[str, object] | None:
    """Return what a data set's listing says of each file; None when it cannot be had."""
    if read is None:
        return None
    try:
        lines = read(dataset.listing.digest).splitlines()
    except ReproofError:
        return None
    return {name: facts for name, *facts in map(json.loads, lines)}


def change_words(change: DataChange) -> str:
    """Return a change as a sentence without its path: "`age` mean 37.1 → 39.8 (population stability index 0.21)"."""
    return f"`{change.column}` {change.what}" if change.column else change.what
