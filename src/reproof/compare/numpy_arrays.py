"""NPY and NPZ: arrays by element. Objects are refused, not unpickled."""

from __future__ import annotations

import io

import numpy as np

from reproof.compare.arrays import Array, compare_named
from reproof.compare.evidence import Comparator, Evidence, Pair

NPY_MAGIC = b"\x93NUMPY"
ZIP_MAGIC = b"PK"


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is one array, or is named and begins like a zip of arrays."""
    return data.startswith(NPY_MAGIC) or (name.lower().endswith(".npz") and data.startswith(ZIP_MAGIC))


def compare(pair: Pair) -> Evidence:
    """Return how two files of arrays differ. Raises ValueError, OSError or BadZipFile for damage and for objects."""
    return compare_named(pair, load(pair.original), load(pair.replayed))


def load(data: bytes) -> dict[str, Array]:
    """Return arrays by name; a single one has the empty name."""
    loaded = np.load(io.BytesIO(data), allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        return {"": loaded}
    with loaded:
        return {key: loaded[key] for key in loaded.files}


NUMPY = Comparator("numpy", recognizes, compare)
