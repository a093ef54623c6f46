"""Pickle and joblib: what the objects hold, value by value and array by array, without making any of them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np

from reproof.compare.evidence import Comparator, Evidence, Pair
from reproof.compare.pickle_arrays import dtype_of, tensor
from reproof.compare.pickle_machine import read_pickle
from reproof.compare.pickle_parts import Made
from reproof.compare.pickle_values import Values
from reproof.compare.trees import compare_files, parses

WRAPPER = "joblib.numpy_pickle.NumpyArrayWrapper"
"""Where joblib leaves the pickle: the array's bytes follow the wrapper's state."""
TEXT_PROTOCOLS = (".pkl", ".pickle", ".joblib")
"""How files of protocol 0 and 1 are called; later protocols can be told from their first bytes."""


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is one whole pickle that can be read without executing it."""
    binary = len(data) > 2 and data[0] == 0x80 and 2 <= data[1] <= 5
    if not data.endswith(b".") or not (binary or name.lower().endswith(TEXT_PROTOCOLS)):
        return False
    return parses(load, data)


def compare(pair: Pair) -> Evidence:
    """Return how two pickles differ. Raises ValueError when one of them is damaged or holds what is not understood."""
    return compare_files(pair, load, "values")


def load(data: bytes) -> object:
    """Return what a pickle holds as a tree. Raises ValueError."""
    try:
        return Values().plain(read_pickle(data, array_after))
    except (IndexError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it is no pickle that can be read: {error or type(error).__name__}") from error


def array_after(made: Made, stream: BytesIO) -> Any:
    """Return the array that follows its wrapper in the stream; any other object as it is. Raises ValueError."""
    if made.name != WRAPPER and not (made.args and made.name.endswith("NumpyArrayWrapper")):
        return made
    state = dict(made.state)
    dtype, shape = dtype_of(state["dtype"]), state["shape"]
    if dtype.hasobject:
        raise ValueError("an array of objects")
    if state.get("numpy_array_alignment_bytes") is not None:
        stream.read(stream.read(1)[0])
    size = int(np.prod(shape, dtype=object)) * dtype.itemsize
    raw = stream.read(size)
    if len(raw) != size:
        raise ValueError("an array is cut short")
    flat = np.frombuffer(raw, dtype=dtype)
    order = state["order"]
    return tensor(flat.reshape(shape, order="F") if order == "F" else flat.reshape(shape))


PICKLE = Comparator("pickle", recognizes, compare)
