"""JSON: every value by its key path; numbers by tolerance; types, lengths and the order of keys by name."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reproof.compare.evidence import Comparator, Evidence, Findings, Pair, short

KINDS = {
    dict: "object",
    list: "array",
    str: "text",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is named and formed like JSON."""
    if not name.lower().endswith((".json", ".geojson")):
        return False
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return False
    return True


def compare(pair: Pair) -> Evidence:
    """Return how two JSON files differ. Raises ValueError when one of them is damaged."""
    findings = Findings(pair.rules, "values")
    compare_values(findings, pair.name, Place(), json.loads(pair.original), json.loads(pair.replayed))
    return findings.evidence()


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a JSON value: the path, the last key on it, and the record that it lies in, if there are several."""

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


def compare_values(findings: Findings, name: str, place: Place, a: object, b: object) -> None:
    """Compare two values and all below them."""
    kinds = KINDS[type(a)], KINDS[type(b)]
    if kinds[0] != kinds[1]:
        findings.form(place.where, f"{kinds[0]} {shown(a)} -> {kinds[1]} {shown(b)}")
    elif isinstance(a, dict) and isinstance(b, dict):
        compare_objects(findings, name, place, a, b)
    elif isinstance(a, list) and isinstance(b, list):
        if len(a) != len(b):
            findings.form(place.where, f"{len(a):,} items -> {len(b):,} items")
        for index, (left, right) in enumerate(zip(a, b, strict=False)):
            compare_values(findings, name, place[index], left, right)
    elif isinstance(a, str) and isinstance(b, str):
        findings.text(place.where, place.key, (a, b))
    elif isinstance(a, bool) or isinstance(b, bool) or a is None:
        findings.compared += 1
        if a is not b:
            findings.value(place.where, f"{shown(a)} -> {shown(b)}")
    elif isinstance(a, int | float) and isinstance(b, int | float):
        tolerance = findings.rules.tolerance(name, f"{name}:{place.path}", place.path)
        findings.keyed_number(place.where, place.key, tolerance, (a, b))


def compare_objects(findings: Findings, name: str, place: Place, a: dict[str, object], b: dict[str, object]) -> None:
    """Compare two objects by key, and name the keys that only one has."""
    for key in a:
        if key in b:
            compare_values(findings, name, place / key, a[key], b[key])
        else:
            findings.form((place / key).where, f"missing in {findings.rules.second}")
    for key in b:
        if key not in a:
            findings.form((place / key).where, f"only in {findings.rules.second}")
    findings.rewritten = findings.rewritten or list(a) != list(b)


def shown(value: object) -> str:
    """Return a value as JSON, cut where it is long."""
    return short(json.dumps(value))


JSON = Comparator("json", recognizes, compare)
