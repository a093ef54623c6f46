"""Finds which output of one run is which of the other: by name, or by what of a name is the same in every run."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reproof.model.snapshot import Output

PART = re.compile(r"(?P<start>(.*/)?[^/]*tfevents)\.\d+\.[^/]*?(?P<end>\.v2|\.profile-empty)?$")
"""The name of an event file: after its start come time, host, process and a count (tensorboard's `EventFileWriter`)."""

Two = tuple[Output | None, Output | None]


def pair_outputs(original: Iterable[Output], replayed: Iterable[Output]) -> list[Two]:
    """Return the outputs two by two, None where the other run has none; the original's order, then what is new.

    Event files whose names differ in time, host and process alone are paired in the order of their names.
    """
    left, right = ({output.name: output for output in outputs} for outputs in (original, replayed))
    partners = {name: name for name in left if name in right}
    for group, names in grouped(name for name in left if name not in right).items():
        others = grouped(name for name in right if name not in left).get(group, [])
        partners.update(zip(names, others, strict=False))
    pairs: list[Two] = [(output, right.get(partners.get(name, ""))) for name, output in left.items()]
    taken = set(partners.values())
    return pairs + [(None, output) for name, output in right.items() if name not in taken]


def grouped(names: Iterable[str]) -> dict[tuple[str, str], list[str]]:
    """Return the names of event files, sorted, by what does not change of them."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in sorted(names):
        if match := PART.fullmatch(name):
            found.setdefault((match["start"], match["end"] or ""), []).append(name)
    return found
