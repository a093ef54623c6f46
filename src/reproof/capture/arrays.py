"""Profiles of NumPy's array files. The header is read, then the numbers as raw bytes: nothing is ever unpickled."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

MOST_ARRAYS = 200
MOST_VALUES = 4_000_000
"""Values of one array that are looked at; of a larger one as many are taken, evenly spread."""
MOST_BYTES = 1 << 30
"""Bytes of one array that are unpacked; what a compressed archive says of its own size is not trusted."""
BLOCK = 1 << 22
QUANTILES = np.linspace(0, 1, 21)
MOST_CATEGORIES = 50
REPEATED = 10
"""How often a value comes on average before it is a category, a label for example."""

Answer = dict[str, Any]
"""The fields of a `Profile`, or of a `Column`."""
Header = tuple[tuple[int, ...], bool, np.dtype[Any]]


def profile_arrays(path: str, format: str) -> Answer:
    """Return the profile of an NPY or NPZ file. Raises ValueError, OSError, zipfile.BadZipFile: it is damaged."""
    if format == "npy":
        with Path(path).open("rb") as file:
            columns = [describe(file, "", Path(path).stat().st_size)]
        return answer(format, columns, 0)
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if member.filename.endswith(".npy")]
        columns = []
        for member in members[:MOST_ARRAYS]:
            with archive.open(member) as file:
                columns.append(describe(file, member.filename.removesuffix(".npy"), member.file_size))
    return answer(format, columns, len(members) - len(columns))


def answer(format: str, columns: list[Answer], omitted: int) -> Answer:
    """Return a profile; its rows are the arrays' first dimension if they share one."""
    lengths = {column["shape"][0] if column["shape"] else None for column in columns}
    sampled = [column.pop("sampled") for column in columns]
    rows = lengths.pop() if len(lengths) == 1 else None
    return {"format": format, "rows": rows, "columns": columns, "sampled": any(sampled), "omitted": omitted}


def describe(file: IO[bytes], name: str, size: int) -> Answer:
    """Return the fields of a `Column` for an array, and whether only a part of it was looked at."""
    shape, _, dtype = read_header(file)
    column: Answer = {"name": name, "type": str(dtype)[:200], "shape": shape, "sampled": False}
    count = math.prod(shape)
    if dtype.kind not in "biuf" or not count:
        return column
    if count * dtype.itemsize > size:
        raise ValueError(f"the array {name} ends early")
    taken = [block[:: stride_of(count)] for block in blocks(file, dtype, min(count, MOST_BYTES // dtype.itemsize))]
    values = np.concatenate(taken).astype(np.float64)
    column["sampled"] = stride_of(count) > 1 or count * dtype.itemsize > MOST_BYTES
    return column | statistics(values, dtype.kind)


def read_header(file: IO[bytes]) -> Header:
    """Return shape, order and type. Raises ValueError: it is no array file, or not of a version that is known."""
    version = npy.read_magic(file)
    if version == (1, 0):
        read = npy.read_array_header_1_0
    elif version == (2, 0):
        read = npy.read_array_header_2_0
    else:
        raise ValueError(f"version {version} of the format is unknown")
    header: Header = read(file)
    return header


def stride_of(count: int) -> int:
    """Return of how many values one is looked at."""
    return -(-count // MOST_VALUES)


def blocks(file: IO[bytes], dtype: np.dtype[Any], count: int) -> Iterator[NDArray[Any]]:
    """Yield an array's values, a block at a time. Raises ValueError: they end early."""
    while count:
        wanted = min(count, BLOCK // dtype.itemsize)
        data = file.read(wanted * dtype.itemsize)
        if len(data) < wanted * dtype.itemsize:
            raise ValueError("the array ends early")
        yield np.frombuffer(data, dtype)
        count -= wanted


def statistics(values: NDArray[np.float64], kind: str) -> Answer:
    """Return what is said of numbers; those that are not finite are only counted."""
    finite = values[np.isfinite(values)]
    found: Answer = {"missing": int(values.size - finite.size)}
    if not finite.size:
        return found
    with np.errstate(all="ignore"):
        moments = {"mean": float(finite.mean()), "deviation": float(finite.std(ddof=1)) if finite.size > 1 else 0.0}
    found |= {name: value for name, value in moments.items() if math.isfinite(value)}
    found["quantiles"] = [float(value) for value in np.quantile(finite, QUANTILES)]
    if kind in "biu":
        distinct, counts = np.unique(finite, return_counts=True)
        found["distinct"] = int(distinct.size)
        if distinct.size <= MOST_CATEGORIES and finite.size >= REPEATED * distinct.size:
            found["counts"] = {f"{value:.0f}": int(count) for value, count in zip(distinct, counts, strict=True)}
    return found
