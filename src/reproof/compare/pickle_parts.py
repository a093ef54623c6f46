"""What stands for the objects of a pickle that is read and not executed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False, slots=True)
class Global:
    """A class or function that the pickle names."""

    name: str


@dataclass(eq=False, slots=True)
class Persistent:
    """Something that lies outside the pickle, by the key under which it lies there."""

    key: Any


@dataclass(eq=False, slots=True)
class Made:
    """What a call would have made: the callable, its arguments, and what was put in afterwards."""

    maker: Any
    args: tuple[Any, ...]
    state: Any = None
    items: list[Any] = field(default_factory=list)
    pairs: list[tuple[Any, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the callable; empty when it is none that the pickle names."""
        return self.maker.name if isinstance(self.maker, Global) else ""


class Mark:
    """Where a run of items begins on the stack."""


MARK = Mark()


class Pairs(list[tuple[Any, Any]]):
    """The keys and values of a dict, in order: its keys may be anything, as long as nothing is executed."""


class Members(list[Any]):
    """The members of a set."""
