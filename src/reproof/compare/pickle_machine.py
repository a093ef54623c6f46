"""Reads a pickle without executing it: what it would call becomes a value that names the call.

The opcodes are those of `pickletools`, which documents the pickle machine; this one has its stack and its memo, and in
place of every import and call a `Global` or a `Made`. Nothing is imported, whatever the bytes say.
"""

from __future__ import annotations

import pickletools
from collections.abc import Callable
from io import BytesIO
from typing import Any, Final

from reproof.compare.pickle_opcodes import ACTIONS, CONSTANTS, NOTHING, PUSHED
from reproof.compare.pickle_parts import MARK, Made

LONGEST: Final = 50_000_000
"""Opcodes; more of them is no model that anybody keeps as one pickle."""
After = Callable[[Made, BytesIO], Any]
"""Called when a `Made` got its state: may read what follows in the stream, and returns what stands in its place."""


def read_pickle(data: bytes, after: After | None = None) -> Any:
    """Return what a pickle holds, with `Global`, `Made` and `Persistent` for what would be executed.

    Raises:
        ValueError: it is no whole pickle, or something follows it.
    """
    stream = BytesIO(data)
    machine = Machine(stream, after)
    try:
        for count, (opcode, arg, _) in enumerate(pickletools.genops(stream)):
            if count > LONGEST:
                raise ValueError("the pickle is too long")
            machine.step(opcode.name, arg)
    except (IndexError, KeyError, TypeError, AttributeError, OverflowError, UnicodeDecodeError) as error:
        raise ValueError(f"it is no valid pickle: {error or type(error).__name__}") from error
    if stream.tell() != len(data):
        raise ValueError(f"{len(data) - stream.tell():,} bytes follow the pickle")
    if len(machine.stack) != 1 or machine.stack[0] is MARK:
        raise ValueError("the pickle leaves no value")
    return machine.stack[0]


class Machine:
    """The stack and the memo of the pickle machine."""

    def __init__(self, stream: BytesIO, after: After | None) -> None:
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}
        self._kept: dict[int, list[int]] = {}
        self._stream = stream
        self._after = after

    def step(self, name: str, arg: Any) -> None:
        """Execute one opcode. Raises ValueError for one that is not known, and the stack's own errors."""
        if name in PUSHED:
            self.stack.append(arg)
        elif name in CONSTANTS:
            self.stack.append(CONSTANTS[name]())
        elif name in ("PUT", "BINPUT", "LONG_BINPUT"):
            self.keep(arg)
        elif name == "MEMOIZE":
            self.keep(len(self.memo))
        elif name in ("GET", "BINGET", "LONG_BINGET"):
            self.stack.append(self.memo[arg])
        elif name == "BUILD":
            self.build()
        elif name in ACTIONS:
            ACTIONS[name](self, arg)
        elif name not in NOTHING:
            raise ValueError(f"unknown opcode {name}")

    def keep(self, key: int) -> None:
        """Remember the top of the stack."""
        self.memo[key] = self.stack[-1]
        if isinstance(self.stack[-1], Made):
            self._kept.setdefault(id(self.stack[-1]), []).append(key)

    def pop_mark(self) -> list[Any]:
        """Take the items above the last mark, and the mark."""
        at = len(self.stack) - 1
        while self.stack[at] is not MARK:
            at -= 1
            if at < 0:
                raise IndexError("no mark")
        items = self.stack[at + 1 :]
        del self.stack[at:]
        return items

    def take(self, count: int) -> tuple[Any, ...]:
        """Take that many items off the stack, in their order."""
        if count > len(self.stack):
            raise IndexError("the stack is empty")
        items = tuple(self.stack[len(self.stack) - count :])
        del self.stack[len(self.stack) - count :]
        return items

    def make(self, maker: Any, args: Any, keywords: Any = None) -> None:
        """Push what a call would have made."""
        if not isinstance(args, tuple):
            raise TypeError("arguments are no tuple")
        self.stack.append(Made(maker, args, keywords or None))

    def put(self, target: Any, items: list[Any]) -> None:
        """Append items to a list, a set, or what would be one."""
        (target.items if isinstance(target, Made) else target).extend(items)

    def set(self, target: Any, flat: list[Any]) -> None:
        """Set keys and values of a dict, or of what would be one."""
        pairs = list(zip(flat[::2], flat[1::2], strict=True))
        if isinstance(target, Made):
            target.pairs.extend(pairs)
        else:
            target.extend(pairs)

    def build(self) -> None:
        """Give an object its state."""
        target, state = self.take(2)
        if not isinstance(target, Made):
            raise TypeError("a state for what is no object")
        target.state = state if target.state is None else (target.state, state)
        built = self._after(target, self._stream) if self._after else target
        self.stack.append(built)
        self.memo.update(dict.fromkeys(self._kept.get(id(target), ()), built))
