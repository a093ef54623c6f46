"""What a pickle holds, as a tree that can be compared: arrays and numbers where the calls are known ones.

Only the calls of numpy, of torch and of the standard library that make plain data are understood; any other object is
shown as its class, its arguments and its state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from reproof.compare.pickle_arrays import array_of, dtype_of, encoded, strided, tensor
from reproof.compare.pickle_parts import Global, Made, Members, Pairs, Persistent
from reproof.compare.trees import Opaque, Tensor

Outside = Callable[[Any], Tensor]
"""From the key of something outside the pickle to its elements, flat. Raises ValueError, KeyError."""


def nowhere(key: Any) -> Tensor:
    """Refuse what lies outside. Raises ValueError."""
    raise ValueError("the pickle names data outside of itself")


@dataclass(slots=True)
class Values:
    """Turns what `read_pickle` returned into a tree. A value that lies in several places stays one."""

    outside: Outside = nowhere
    _done: dict[int, tuple[Any, object]] = field(default_factory=dict)

    def plain(self, value: Any) -> object:
        """Return the tree of a value. Raises ValueError for data that is not what its call says."""
        if value is None or isinstance(value, bool | int | float | str | Tensor | dict):
            return value  # a tensor, or several by name, stood in the stream itself
        if isinstance(value, bytes | bytearray):
            return Opaque(bytes(value))
        if isinstance(value, Global):
            return f"<{value.name}>"
        if id(value) in self._done:
            return self._done[id(value)][1]
        return self._known(value)

    def _known(self, value: Any) -> object:
        if isinstance(value, Members):
            return sorted((self.plain(item) for item in value), key=repr)
        if isinstance(value, list | tuple) and not isinstance(value, Pairs):
            tree: list[object] = []
            self._done[id(value)] = (value, tree)
            tree.extend(self.plain(item) for item in value)
            return tree
        if isinstance(value, Pairs):
            return self.mapping(value, value)
        if isinstance(value, Persistent):
            made: object = self.outside(value.key)
        elif isinstance(value, Made) and value.name in CALLS:
            made = CALLS[value.name](self, value)
        elif isinstance(value, Made):
            return self.instance(value)
        else:
            raise ValueError(f"a pickle cannot hold {type(value).__name__}")
        self._done[id(value)] = (value, made)
        return made

    def mapping(self, owner: Any, pairs: list[tuple[Any, Any]]) -> dict[str, object]:
        """Return a dict by the text of its keys."""
        tree: dict[str, object] = {}
        self._done[id(owner)] = (owner, tree)
        for key, value in pairs:
            tree[key if isinstance(key, str) else f"[{self.plain(key)!r}]"] = self.plain(value)
        return tree

    def instance(self, made: Made) -> dict[str, object]:
        """Return an object of a class that is not known: its class, arguments, state and contents."""
        tree: dict[str, object] = {}
        self._done[id(made)] = (made, tree)
        name, args = made.name or "object", made.args
        if name in ("copyreg._reconstructor", "copy_reg._reconstructor") and args and isinstance(args[0], Global):
            name, args = args[0].name, args[2:]
        tree["<class>"] = name if isinstance(made.maker, Global) else self.plain(made.maker)
        if args and args != (None,):
            tree["<arguments>"] = [self.plain(arg) for arg in args]
        if isinstance(made.state, Pairs) and all(isinstance(key, str) for key, _ in made.state):
            tree.update((key, self.plain(value)) for key, value in made.state)
        elif made.state is not None:
            tree["<state>"] = self.plain(made.state)
        if made.items:
            tree["<items>"] = [self.plain(item) for item in made.items]
        if made.pairs:
            tree["<pairs>"] = self.mapping(made.pairs, made.pairs)
        return tree


def numpy_array(values: Values, made: Made) -> object:
    """`_reconstruct` and its state: version, shape, dtype, Fortran order, data."""
    if not isinstance(made.state, tuple) or len(made.state) != 5:
        return values.instance(made)
    _, shape, dtype, fortran, raw = made.state
    if isinstance(raw, list):
        return values.plain(raw)
    return tensor(array_of(raw, dtype_of(dtype), shape, "F" if fortran else "C"))


def numpy_buffer(values: Values, made: Made) -> object:
    """`_frombuffer`: buffer, dtype, shape, order."""
    raw, dtype, shape, order = made.args
    return tensor(array_of(raw, dtype_of(dtype), shape, order))


def numpy_scalar(values: Values, made: Made) -> object:
    """`scalar`: dtype and bytes."""
    dtype = dtype_of(made.args[0])
    value = array_of(made.args[1], dtype, (1,), "C")[0]
    return value.item() if dtype.kind in "biuf" else str(value)


def torch_tensor(values: Values, made: Made) -> object:
    """`_rebuild_tensor` and its second version: storage, offset, size, stride, and whether it has a gradient."""
    storage, offset, size, stride = made.args[:4]
    flat = values.plain(storage)
    if not isinstance(flat, Tensor):
        raise ValueError("a tensor without a storage")
    # Called with 2 arguments for a parameter, 4 by the first version.
    grad = bool(made.args[4]) if len(made.args) > 4 else False
    return Tensor(strided(flat.array, int(offset), tuple(size), tuple(stride)), flat.dtype, gradient(grad))


def torch_parameter(values: Values, made: Made) -> object:
    """`_rebuild_parameter`: a tensor, and whether it has a gradient."""
    data = values.plain(made.args[0])
    if not isinstance(data, Tensor):
        return values.instance(made)
    return Tensor(data.array, data.dtype, gradient(bool(made.args[1])))


def gradient(needed: bool) -> str:
    return "with gradient" if needed else "without gradient"


def ordered(values: Values, made: Made) -> object:
    """A dict that keeps its order."""
    return values.mapping(made, made.pairs) if not made.args else values.instance(made)


def members(values: Values, made: Made) -> object:
    """A set, which has no order that means anything."""
    return values.plain(Members(made.args[0])) if made.args else []


def empty_bytes(values: Values, made: Made) -> object:
    """How old protocols write bytes of which there are none."""
    return values.instance(made) if made.args else Opaque(b"")


def complex_text(values: Values, made: Made) -> object:
    """A complex number, as Python writes it."""
    return str(complex(*made.args))


CALLS: dict[str, Callable[[Values, Made], object]] = {
    "collections.OrderedDict": ordered,
    "builtins.set": members, "builtins.frozenset": members, "__builtin__.set": members,
    "builtins.complex": complex_text, "__builtin__.complex": complex_text,
    "builtins.bytes": empty_bytes, "__builtin__.bytes": empty_bytes,
    "_codecs.encode": lambda _, made: Opaque(encoded(made)),
    "numpy.core.multiarray._reconstruct": numpy_array, "numpy._core.multiarray._reconstruct": numpy_array,
    "numpy.core.numeric._frombuffer": numpy_buffer, "numpy._core.numeric._frombuffer": numpy_buffer,
    "numpy.core.multiarray.scalar": numpy_scalar, "numpy._core.multiarray.scalar": numpy_scalar,
    "torch._utils._rebuild_tensor": torch_tensor, "torch._utils._rebuild_tensor_v2": torch_tensor,
    "torch._utils._rebuild_parameter": torch_parameter,
}  # fmt: skip
"""What the calls that make plain data make."""
