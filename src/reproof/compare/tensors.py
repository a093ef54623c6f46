"""The element types that files of tensors name, and how their bytes become arrays that numpy can measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from reproof.compare.arrays import Array


@dataclass(frozen=True, slots=True)
class ElementType:
    """How an element is stored. `widened`: numpy has no such type; its bits are the upper half of a float32."""

    stored: str
    widened: bool = False

    @property
    def size(self) -> int:
        """Bytes of an element."""
        return np.dtype(self.stored).itemsize


DTYPES = {
    "F64": ElementType("<f8"), "F32": ElementType("<f4"), "F16": ElementType("<f2"), "BF16": ElementType("<u2", True),
    "I64": ElementType("<i8"), "I32": ElementType("<i4"), "I16": ElementType("<i2"), "I8": ElementType("i1"),
    "U64": ElementType("<u8"), "U32": ElementType("<u4"), "U16": ElementType("<u2"), "U8": ElementType("u1"),
    "BOOL": ElementType("?"), "C64": ElementType("<c8"),
}  # fmt: skip
"""By the names of safetensors. The eight-bit floats are missing: their bytes are compared."""

STORAGES = {
    "DoubleStorage": "F64", "FloatStorage": "F32", "HalfStorage": "F16", "BFloat16Storage": "BF16",
    "LongStorage": "I64", "IntStorage": "I32", "ShortStorage": "I16", "CharStorage": "I8", "ByteStorage": "U8",
    "BoolStorage": "BOOL", "ComplexFloatStorage": "C64",
}  # fmt: skip
"""The classes by which torch names the type of a storage."""


def decode(data: bytes, kind: ElementType, swapped: bool = False) -> Array:
    """Return the elements as a flat array; bfloat16 as float32, which holds each of its values exactly."""
    stored = np.frombuffer(data, dtype=np.dtype(kind.stored))
    if swapped:
        stored = stored.byteswap()
    if not kind.widened:
        return stored
    wide: np.ndarray[Any, Any] = stored.astype(np.uint32) << 16
    return wide.view(np.float32)
