"""What each opcode of the pickle machine does to its stack; `pickletools` documents them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reproof.compare.pickle_parts import MARK, Global, Members, Pairs, Persistent

if TYPE_CHECKING:
    from reproof.compare.pickle_machine import Machine

PUSHED = frozenset((
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "STRING", "BINSTRING", "SHORT_BINSTRING",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "FLOAT", "BINFLOAT",
))  # fmt: skip
NOTHING = frozenset(("PROTO", "FRAME", "STOP", "READONLY_BUFFER"))
CONSTANTS: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": Pairs,
    "EMPTY_SET": Members,
    "MARK": lambda: MARK,
}


def global_(machine: Machine, arg: Any) -> None:
    machine.stack.append(Global(str(arg).replace(" ", ".")))


def stack_global(machine: Machine, arg: Any) -> None:
    machine.stack.append(Global(".".join(map(str, machine.take(2)))))


def from_mark(machine: Machine, arg: Any) -> None:
    """OBJ: a class and its arguments stand above the mark."""
    maker, *args = machine.pop_mark()
    machine.make(maker, tuple(args))


def dictionary(machine: Machine, arg: Any) -> None:
    pairs = Pairs()
    machine.set(pairs, machine.pop_mark())
    machine.stack.append(pairs)


def pop(machine: Machine, arg: Any) -> None:
    machine.take(1)


def pop_mark(machine: Machine, arg: Any) -> None:
    machine.pop_mark()


def append(machine: Machine, items: list[Any]) -> None:
    machine.put(machine.stack[-1], items)


ACTIONS: dict[str, Callable[[Machine, Any], None]] = {
    "POP": pop,
    "POP_MARK": pop_mark,
    "DUP": lambda m, _: m.stack.append(m.stack[-1]),
    "TUPLE": lambda m, _: m.stack.append(tuple(m.pop_mark())),
    "TUPLE1": lambda m, _: m.stack.append(m.take(1)),
    "TUPLE2": lambda m, _: m.stack.append(m.take(2)),
    "TUPLE3": lambda m, _: m.stack.append(m.take(3)),
    "LIST": lambda m, _: m.stack.append(m.pop_mark()),
    "DICT": dictionary,
    "FROZENSET": lambda m, _: m.stack.append(Members(m.pop_mark())),
    "APPEND": lambda m, _: append(m, list(m.take(1))),
    "APPENDS": lambda m, _: append(m, m.pop_mark()),
    "ADDITEMS": lambda m, _: append(m, m.pop_mark()),
    "SETITEM": lambda m, _: (lambda flat: m.set(m.stack[-1], flat))(list(m.take(2))),
    "SETITEMS": lambda m, _: (lambda flat: m.set(m.stack[-1], flat))(m.pop_mark()),
    "GLOBAL": global_,
    "STACK_GLOBAL": stack_global,
    "REDUCE": lambda m, _: m.make(*m.take(2)),
    "NEWOBJ": lambda m, _: m.make(*m.take(2)),
    "NEWOBJ_EX": lambda m, _: m.make(*m.take(3)),
    "INST": lambda m, arg: m.make(Global(str(arg).replace(" ", ".")), tuple(m.pop_mark())),
    "OBJ": from_mark,
    "PERSID": lambda m, arg: m.stack.append(Persistent(arg)),
    "BINPERSID": lambda m, _: m.stack.append(Persistent(*m.take(1))),
    "EXT1": lambda m, arg: m.stack.append(Global(f"extension {arg}")),
    "EXT2": lambda m, arg: m.stack.append(Global(f"extension {arg}")),
    "EXT4": lambda m, arg: m.stack.append(Global(f"extension {arg}")),
}  # fmt: skip
"""What each opcode does to the machine; those that push what they carry, and the memo's, are in `Machine.step`."""
