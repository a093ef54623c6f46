"""Values within values: every leaf by its path; numbers by tolerance; types, lengths and the order of keys by name.

A tree is made of what JSON knows, and of what a file of tensors or objects may hold beside: `Tensor` and `Opaque`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from reproof.compare.arrays import Array, compare_arrays
from reproof.compare.evidence import Evidence, Findings, Pair, short


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """An array, and how its file calls its type and what else it says of it."""

    array: Array
    dtype: str
    notes: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """Bytes whose meaning is not known."""

    data: bytes


KINDS = {
    dict: "object",
    list: "array",
    str: "text",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
    Tensor: "tensor",
    Opaque: "bytes",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a tree: the path, the last key on it, and the record that it lies in, if there are several."""

    path: str = ""
    key: str = ""
    record: str = ""

    @property
    def where(self) -> str:
        """The place for people."""
        return f"{self.record}: {self.path}" if self.record and self.path else self.record or self.path

    def __truediv__(self, key: str) -> Place:
        return Place(f"{self.path}.{key}" if self.path else key, key, self.record)

    def __getitem__(self, index: int) -> Place:
        return Place(f"{self.path}[{index}]", self.key, self.record)


@dataclass(slots=True)
class Trees:
    """Compares two trees of the result `name`. Values that lie in several places are compared once."""

    findings: Findings
    name: str
    seen: set[tuple[int, int]] = field(default_factory=set)

    def compare(self, place: Place, a: object, b: object) -> None:
        """Compare two values and all below them."""
        kinds = KINDS[type(a)], KINDS[type(b)]
        if kinds[0] != kinds[1]:
            self.findings.form(place.where, f"{kinds[0]} {shown(a)} -> {kinds[1]} {shown(b)}")
        elif isinstance(a, dict | list | Tensor):
            if (id(a), id(b)) not in self.seen:
                self.seen.add((id(a), id(b)))
                self.containers(place, a, b)
        else:
            self.leaf(place, a, b)

    def containers(self, place: Place, a: object, b: object) -> None:
        """Compare two values of one kind that hold others."""
        if isinstance(a, dict) and isinstance(b, dict):
            self.objects(place, a, b)
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                self.findings.form(place.where, f"{len(a):,} items -> {len(b):,} items")
            for index, (left, right) in enumerate(zip(a, b, strict=False)):
                self.compare(place[index], left, right)
        elif isinstance(a, Tensor) and isinstance(b, Tensor):
            for left, right in ((a.dtype, b.dtype), (a.notes, b.notes)):
                if left != right:
                    self.findings.form(place.where, f"{left} -> {right}")
            if a.dtype == b.dtype:
                tolerance = self.findings.rules.tolerance(self.name, f"{self.name}:{place.path}", place.path)
                compare_arrays(self.findings, place.where, tolerance, (a.array, b.array))

    def objects(self, place: Place, a: dict[str, object], b: dict[str, object]) -> None:
        """Compare two objects by key, and name the keys that only one has."""
        for key in a:
            if key in b:
                self.compare(place / key, a[key], b[key])
            else:
                self.findings.form((place / key).where, f"missing in {self.findings.rules.second}")
        for key in b:
            if key not in a:
                self.findings.form((place / key).where, f"only in {self.findings.rules.second}")
        self.findings.rewritten = self.findings.rewritten or list(a) != list(b)

    def leaf(self, place: Place, a: object, b: object) -> None:
        """Compare two values of one kind that hold no others."""
        findings = self.findings
        if isinstance(a, str) and isinstance(b, str):
            findings.text(place.where, place.key, (a, b))
        elif isinstance(a, bool) or isinstance(b, bool) or a is None:
            findings.compared += 1
            if a is not b:
                findings.value(place.where, f"{shown(a)} -> {shown(b)}")
        elif isinstance(a, int | float) and isinstance(b, int | float):
            tolerance = findings.rules.tolerance(self.name, f"{self.name}:{place.path}", place.path)
            findings.keyed_number(place.where, place.key, tolerance, (a, b))
        elif isinstance(a, Opaque) and isinstance(b, Opaque):
            findings.compared += 1
            if a.data != b.data:
                findings.value(place.where, f"{shown(a)} -> other bytes, {shown(b)}")


def compare_trees(findings: Findings, name: str, place: Place, a: object, b: object) -> None:
    """Compare two trees of the result `name`, from `place` on."""
    Trees(findings, name).compare(place, a, b)


Load = Callable[[bytes], object]
"""From the bytes of a file to its tree. Raises ValueError for damage."""


def parses(load: Load, data: bytes) -> bool:
    """Say whether bytes can be read as a tree."""
    try:
        load(data)
    except (ValueError, RecursionError):
        return False
    return True


def compare_files(pair: Pair, load: Load, unit: str) -> Evidence:
    """Return how two files differ as trees; `unit` is what is counted. Raises ValueError when one is damaged."""
    findings = Findings(pair.rules, unit)
    compare_trees(findings, pair.name, Place(), load(pair.original), load(pair.replayed))
    return findings.evidence()


def shown(value: object) -> str:
    """Return a value in a few words, cut where it is long."""
    if isinstance(value, Tensor):
        return f"{value.dtype}{list(value.array.shape)}"
    if isinstance(value, Opaque):
        return f"{len(value.data):,} bytes"
    if isinstance(value, dict | list):
        return f"of {len(value):,}"
    return short(json.dumps(value))
