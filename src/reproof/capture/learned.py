"""What a step of capture gives to the next: a value, and beside it what could not be learned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from reproof.model.base import Gap

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Learned(Generic[T]):
    """A value, and the gaps in it."""

    value: T
    gaps: tuple[Gap, ...] = ()


def gather(learned: Iterable[Learned[T]]) -> Learned[tuple[T, ...]]:
    """Return many values as one, all their gaps with them."""
    every = tuple(learned)
    return Learned(tuple(one.value for one in every), tuple(gap for one in every for gap in one.gaps))
