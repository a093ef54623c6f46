"""The arrays that a pickle describes: their types, their bytes, and views of a storage."""

from __future__ import annotations

from typing import Any

import numpy as np

from reproof.compare.arrays import Array
from reproof.compare.pickle_parts import Made
from reproof.compare.trees import Tensor

MOST = 500_000_000
"""Elements of one tensor; a view may claim any number of them on one stored element."""


def dtype_of(value: Any) -> np.dtype[Any]:
    """Return the dtype that a pickle describes, that of records included. Raises ValueError when it describes none."""
    if not isinstance(value, Made) or value.name != "numpy.dtype" or not isinstance(value.args[0], str):
        raise ValueError("an array without a dtype")
    state = value.state if isinstance(value.state, tuple) else (3, "=", None, None)
    try:
        if len(state) > 5 and state[3] is not None:
            return records(state[3], state[4], state[5])
        dtype = np.dtype(value.args[0])
        return dtype.newbyteorder(state[1]) if state[1] in ("<", ">") else dtype
    except TypeError as error:
        raise ValueError(f"an array of {value.args[0]!r}") from error


def records(names: tuple[str, ...], fields: list[tuple[str, Any]], size: int) -> np.dtype[Any]:
    """Return the dtype of records: each field has a dtype and the offset in bytes at which it begins."""
    by_name = dict(fields)
    formats = [dtype_of(by_name[name][0]) for name in names]
    offsets = [by_name[name][1] for name in names]
    return np.dtype({"names": list(names), "formats": formats, "offsets": offsets, "itemsize": size})


def array_of(raw: Any, dtype: np.dtype[Any], shape: Any, order: str) -> Array:
    """Return the array that bytes hold. Raises ValueError when there are too few or too many."""
    if isinstance(raw, Made) and raw.name == "_codecs.encode":
        raw = encoded(raw)
    if not isinstance(raw, bytes | bytearray) or dtype.hasobject:
        raise ValueError("an array of objects")
    return np.frombuffer(bytes(raw), dtype=dtype).reshape(tuple(shape), order="F" if order == "F" else "C")


def encoded(made: Made) -> bytes:
    """Return the bytes that old protocols write as text."""
    return str(made.args[0]).encode("latin-1")


def tensor(array: Array) -> Tensor | dict[str, object]:
    """Return an array as a tensor named by its dtype; one of records as a tensor for each field."""
    if array.dtype.names is not None:
        return {name: tensor(array[name]) for name in array.dtype.names}
    return Tensor(array, str(array.dtype))


def strided(flat: Array, offset: int, size: tuple[int, ...], stride: tuple[int, ...]) -> Array:
    """Return the view of a storage. Raises ValueError when it leaves the storage."""
    count = int(np.prod(size, dtype=object))
    if len(size) != len(stride) or min((offset, *size, *stride)) < 0 or count > MOST:
        raise ValueError("a tensor of an impossible shape")
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if count and last >= flat.size:
        raise ValueError("a tensor beyond its storage")
    if not count:
        return np.empty(size, flat.dtype)
    steps = tuple(step * flat.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(flat[offset:], size, steps, writeable=False)
