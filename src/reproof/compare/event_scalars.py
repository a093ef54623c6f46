"""TensorBoard event files: each tag's scalars by step, all else in a summary by its bytes. Wall times do not count.

Graphs and the notes on a session, which hold addresses and paths of their run, are not compared.
"""

from __future__ import annotations

from collections.abc import Iterable

from reproof.compare.evidence import Comparator, Evidence, Findings, Pair
from reproof.event_files import EventFile, Other, Scalar, begins_as_event_file, is_event_file, read_event_file

Series = dict[str, list[tuple[int, float | str]]]
"""Steps and values (of what is no number, digests) by tag."""


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is named like an event file, and begins as one."""
    return is_event_file(name) and begins_as_event_file(data)


def compare(pair: Pair) -> Evidence:
    """Return how two event files differ. Raises ValueError: one of them is damaged."""
    findings = Findings(pair.rules, "values")
    a, b = read(pair.original, "original"), read(pair.replayed, "replay")
    for left, right in ((series_of(a.scalars), series_of(b.scalars)), (series_of(a.others), series_of(b.others))):
        for tag in dict.fromkeys([*left, *right]):
            compare_series(findings, pair.name, tag, (left.get(tag, []), right.get(tag, [])))
    return findings.evidence()


def read(data: bytes, side: str) -> EventFile:
    """Return an event file. Raises ValueError: it is damaged or cut off."""
    found = read_event_file(data)
    if found.damage:
        raise ValueError(f"of the {side}, {found.damage}")
    return found


def series_of(values: Iterable[Scalar | Other]) -> Series:
    """Return values by tag, in the order in which they were written."""
    found: Series = {}
    for tag, step, value in values:
        found.setdefault(tag, []).append((step, value))
    return found


def compare_series(
    findings: Findings, name: str, tag: str, sides: tuple[list[tuple[int, float | str]], list[tuple[int, float | str]]]
) -> None:
    """Compare what both runs reported under one tag."""
    a, b = sides
    if not a or not b:
        findings.form(tag, f"missing in {findings.rules.second}" if a else f"only in {findings.rules.second}")
    elif len(a) != len(b):
        findings.form(tag, f"{len(a):,} steps -> {len(b):,} steps")
    tolerance = findings.rules.tolerance(name, f"{name}:{tag}", tag)
    for (step, left), (other, right) in zip(a, b, strict=False):
        if step != other:
            findings.form(tag, f"step {step} -> step {other}")
            return
        if isinstance(left, float) and isinstance(right, float):
            findings.keyed_number(f"{tag} at step {step}", tag, tolerance, (left, right))
        else:
            findings.compared += 1
            if left != right:
                findings.value(f"{tag} at step {step}", "other bytes")


EVENT_FILE = Comparator("tensorboard", recognizes, compare)
