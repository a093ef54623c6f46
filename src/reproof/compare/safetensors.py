"""Safetensors: tensors by element, and the texts of the header. The file is eight bytes of length, JSON, then data."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from reproof.compare.evidence import Comparator, Evidence, Pair
from reproof.compare.tensors import DTYPES, decode
from reproof.compare.trees import Tensor, compare_files

LENGTH = 8
LARGEST_HEADER = 100_000_000
"""Bytes; the limit of the format's own reader."""


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file has the header of safetensors, whatever its name."""
    try:
        return bool(header(data))
    except ValueError:
        return False


def compare(pair: Pair) -> Evidence:
    """Return how two files of tensors differ. Raises ValueError when one of them is damaged."""
    return compare_files(pair, load, "elements")


def header(data: bytes) -> dict[str, Any]:
    """Return the header. Raises ValueError when there is none."""
    size = int.from_bytes(data[:LENGTH], "little")
    if len(data) < LENGTH or not 2 <= size <= min(LARGEST_HEADER, len(data) - LENGTH) or data[LENGTH:9] != b"{":
        raise ValueError("it has no header of safetensors")
    try:
        found = json.loads(data[LENGTH : LENGTH + size])
    except RecursionError as error:
        raise ValueError("its header is nested too deep") from error
    for name, entry in found.items():
        fields = {"dtype", "shape", "data_offsets"}
        if not isinstance(entry, dict) or (name != "__metadata__" and not fields <= entry.keys()):
            raise ValueError("its header names no tensors")
    return dict(found)


def load(data: bytes) -> dict[str, object]:
    """Return tensors by name, and the header's texts under `__metadata__`. Raises ValueError for damage."""
    found = header(data)
    start = LENGTH + int.from_bytes(data[:LENGTH], "little")
    texts = found.pop("__metadata__", {})
    tensors: dict[str, object] = {name: tensor(entry, data[start:]) for name, entry in found.items()}
    return {**tensors, "__metadata__": texts} if texts else tensors


def tensor(entry: dict[str, Any], data: bytes) -> Tensor:
    """Return one tensor of the header. Raises ValueError when its bytes are not there."""
    dtype, shape, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
    kind = DTYPES.get(dtype)
    if kind is None:
        return Tensor(np.frombuffer(data[begin:end], dtype=np.uint8), dtype, f"shape {list(shape)}")
    count = int(np.prod(shape, dtype=object))
    if not 0 <= begin <= end <= len(data) or end - begin != count * kind.size:
        raise ValueError(f"the data of a tensor {dtype}{list(shape)} is not there")
    return Tensor(decode(data[begin:end], kind).reshape(shape), dtype)


SAFETENSORS = Comparator("safetensors", recognizes, compare)
