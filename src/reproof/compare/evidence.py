"""What a comparator is given, what it says, and the collector that all of them share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from reproof.compare.numbers import Number, agree, distance
from reproof.compare.rules import Rules
from reproof.compare.volatile import differing_volatiles, is_volatile_value
from reproof.model.policy import Tolerance

LISTED = 200
"""Volatile texts that are listed one by one; the rest is counted."""
SHOWN = 60
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The bytes of one result in both runs, under its name."""

    name: str
    original: bytes
    replayed: bytes
    rules: Rules


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a comparator found. `max_absolute` is None when no number differed."""

    status: Literal["identical", "tolerated", "different"]
    detail: str = ""
    max_absolute: float | None = None
    max_relative: float | None = None
    where: str = ""
    volatile: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparator:
    """One format. `recognizes` looks at the name and the original's bytes, `compare` may raise on damaged bytes."""

    name: str
    recognizes: Callable[[str, bytes], bool]
    compare: Callable[[Pair], Evidence]


@dataclass(slots=True)
class Findings:
    """Collects what differs between two results, value by value."""

    rules: Rules
    unit: str
    """What is counted, in the plural: `values`, `cells`, `lines`."""
    compared: int = 0
    differing: int = 0
    within: int = 0
    first: tuple[str, str] | None = None
    worst: tuple[float, str, str] | None = None
    relative: float | None = None
    structure: list[tuple[str, str]] = field(default_factory=list)
    volatile: list[str] = field(default_factory=list)
    rewritten: bool = False
    """True when equal values were seen in another form, so that volatile text does not explain the other bytes."""

    def number(self, where: str, tolerance: Tolerance, pair: tuple[Number, Number]) -> None:
        """Compare two numbers."""
        a, b = pair
        self.compared += 1
        absolute, relative = distance(a, b)
        if absolute:
            self.grade(where, f"{a} -> {b}", (absolute, relative), agree(a, b, tolerance))

    def keyed_number(self, where: str, key: str, tolerance: Tolerance, pair: tuple[Number, Number]) -> None:
        """Compare two numbers that stand under a key, which may say that they measure time."""
        a, b = pair
        if distance(a, b)[0] and self.volatile_by(key, (str(a), str(b))):
            self.compared += 1
            self.changes(where, str(a), str(b))
        else:
            self.number(where, tolerance, pair)

    def volatile_by(self, key: str, pair: tuple[str, str]) -> bool:
        """Say whether a key makes both values volatile."""
        clocks = (self.rules.original, self.rules.replayed)
        return all(is_volatile_value(key, value, clock) for value, clock in zip(pair, clocks, strict=True))

    def grade(self, where: str, what: str, errors: tuple[float, float | None], agrees: bool) -> None:
        """Count an error that was measured, and remember the largest."""
        absolute, relative = errors
        self.within += agrees
        self.differing += not agrees
        if self.worst is None or absolute > self.worst[0]:
            self.worst = (absolute, where, what)
        if relative is not None:
            self.relative = relative if self.relative is None else max(self.relative, relative)
        if not agrees and self.first is None:
            self.first = (where, what)

    def text(self, where: str, key: str, pair: tuple[str, str]) -> None:
        """Compare two texts that stand under a key: volatile by the key's name, or by what they hold."""
        a, b = pair
        self.compared += 1
        if a == b:
            return
        if self.volatile_by(key, pair):
            self.changes(where, a, b)
        elif (parts := differing_volatiles(a, b, (self.rules.original, self.rules.replayed))) is not None:
            for left, right in parts:
                self.changes(where, left, right)
        else:
            self.value(where, f"{short(a)} -> {short(b)}")

    def changes(self, where: str, a: str, b: str) -> None:
        """List a text that is recognised as changing from run to run."""
        self.volatile.append(f"{where}: {short(a)} -> {short(b)}")

    def value(self, where: str, what: str) -> None:
        """Count a value that differs and is no number."""
        self.differing += 1
        self.first = self.first or (where, what)

    def form(self, where: str, what: str) -> None:
        """Name a difference of form: a type, a shape, an order, something missing or added."""
        self.structure.append((where, what))

    def evidence(self) -> Evidence:
        """Return the whole. Equal values in other bytes are tolerated with an error of zero."""
        different = bool(self.differing or self.structure)
        quiet = not different and not self.within
        if quiet and self.volatile and not self.rewritten:
            count = len(self.volatile)
            detail = f"identical except for {count:,} volatile {'text' if count == 1 else 'texts'}"
            return Evidence("tolerated", detail, volatile=self.listed())
        if quiet:
            return Evidence("tolerated", "the same values, written differently", 0.0, 0.0, volatile=self.listed())
        worst = self.worst
        return Evidence(
            status="different" if different else "tolerated",
            detail=self.detail(),
            max_absolute=worst[0] if worst else None,
            max_relative=self.relative,
            where=self.place(),
            volatile=self.listed(),
        )

    def place(self) -> str:
        """Return the largest error's place when only numbers differ, else that of the first difference."""
        if self.structure:
            return self.structure[0][0]
        if self.worst is not None and (self.first is None or math.isfinite(self.worst[0])):
            return self.worst[1]
        return self.first[0] if self.first else ""

    def detail(self) -> str:
        """Return one line that says how much differs, and the first or worst of it."""
        parts = [f"{where}: {what}" if where else what for where, what in self.structure[:3]]
        if len(self.structure) > 3:
            parts.append(f"{len(self.structure) - 3:,} more differences of form")
        if self.differing:
            parts.append(f"{self.differing:,} of {self.compared:,} {self.unit} differ")
        elif self.within:
            parts.append(f"{self.within:,} of {self.compared:,} {self.unit} within tolerance")
        if (self.differing or self.within) and not self.structure:
            where, what = self.worst[1:] if self.worst and self.place() == self.worst[1] else self.first or ("", "")
            parts.append(f"{where}: {what}" if where else what)
        if self.volatile:
            parts.append(f"{len(self.volatile):,} volatile")
        return "; ".join(parts)

    def listed(self) -> tuple[str, ...]:
        """Return the volatile texts, a long list cut and counted."""
        rest = len(self.volatile) - LISTED
        return (*self.volatile[:LISTED], *((f"and {rest:,} more",) if rest > 0 else ()))


def short(text: str) -> str:
    """Return a text in at most SHOWN characters."""
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
