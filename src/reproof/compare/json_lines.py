"""JSON lines: record by record, each as JSON."""

from __future__ import annotations

import json

from reproof.compare.evidence import Comparator, Evidence, Findings, Pair
from reproof.compare.trees import Place, compare_trees


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is named like JSON lines and its first record is JSON."""
    if not name.lower().endswith((".jsonl", ".ndjson")):
        return False
    try:
        json.loads(next(iter(data.splitlines()), b"{}"))
    except (ValueError, RecursionError):
        return False
    return True


def compare(pair: Pair) -> Evidence:
    """Return how two files of records differ. Raises ValueError naming a line that is damaged."""
    findings = Findings(pair.rules, "values")
    a, b = records(pair.original, "original"), records(pair.replayed, "replay")
    if len(a) != len(b):
        findings.form("", f"{len(a):,} records -> {len(b):,} records")
    for (number, left), (_, right) in zip(a, b, strict=False):
        compare_trees(findings, pair.name, Place(record=f"line {number}"), left, right)
    return findings.evidence()


def records(data: bytes, side: str) -> list[tuple[int, object]]:
    """Return the records and the numbers of their lines. Raises ValueError."""
    found: list[tuple[int, object]] = []
    for number, line in enumerate(data.decode().split("\n"), 1):
        if line.strip():
            try:
                found.append((number, json.loads(line)))
            except ValueError as error:
                raise ValueError(f"line {number} of the {side} is no JSON: {error}") from error
    return found


JSON_LINES = Comparator("jsonl", recognizes, compare)
