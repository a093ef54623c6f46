"""Ranks what may have made the difference, from what the two records hold.

Each rule looks at one kind of evidence and gives candidates with a weight. The order: the replay broke off; chance
that the code itself shows; another input or other code, which must change results; other packages or another
interpreter, which usually do; other arithmetic (kernel, threads, CPU), which changes last bits; surroundings
(variables, locale), which rarely do. A generator that ended in another state is a symptom as often as a cause: it
ranks above arithmetic only when the error is larger than rounding. A seed that was set is never blamed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from reproof.judge.cause_rules import (
    arithmetic,
    broken_replay,
    changed_code,
    changed_inputs,
    changed_packages,
    hash_order,
    surroundings,
)
from reproof.judge.randomness import changed_seeds, unseeded_code, unseeded_generators, used_unseeded
from reproof.judge.weigh import decides
from reproof.model.comparison import Comparison
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Cause

ROUNDING = 1e-4
"""A relative error up to here looks like another order of summation; a larger one like other numbers."""
TELLING = 20
"""A candidate below this weight is worth a look, and explains nothing by itself."""
HONEST = Cause(
    what="nothing recorded explains the difference",
    evidence="code, inputs, packages, libraries and settings are the same in both records",
    where="look for time, network, uninitialised memory, races between threads, files that native code reads",
)


class Candidate(NamedTuple):
    """A cause and how much speaks for it, from 0 to 100."""

    weight: int
    cause: Cause


def rank_causes(original: Snapshot, replayed: Snapshot, comparison: Comparison) -> tuple[Cause, ...]:
    """Return the possible causes, most likely first; if nothing recorded differs, that is said."""
    found = sorted(candidates(original, replayed, comparison), key=lambda candidate: -candidate.weight)
    causes = tuple(candidate.cause for candidate in found)
    strong = any(candidate.weight >= TELLING for candidate in found)
    return causes if strong else (*causes, HONEST)


def candidates(original: Snapshot, replayed: Snapshot, comparison: Comparison) -> Iterator[Candidate]:
    """Yield the candidates of every rule."""
    fields = {field.field: field for field in comparison.fields}
    yield from (Candidate(100, cause) for cause in broken_replay(comparison))
    yield from (Candidate(weight, cause) for weight, cause in unseeded_code(original))
    yield from (Candidate(weight, cause) for weight, cause in used_unseeded(original))
    yield from (Candidate(weight, cause) for weight, cause in changed_seeds(original, replayed))
    yield from (Candidate(weight, cause) for weight, cause in changed_inputs(comparison))
    yield from (Candidate(80, cause) for cause in changed_code(original, replayed, comparison))
    yield from (Candidate(weight, cause) for weight, cause in changed_packages(comparison))
    yield from (Candidate(weight, cause) for weight, cause in arithmetic(fields))
    above = 66 if worst_relative(comparison) > ROUNDING else 40
    yield from (Candidate(above, cause) for cause in unseeded_generators(original, fields))
    yield from (Candidate(weight, cause) for weight, cause in surroundings(fields))
    yield from (Candidate(10, cause) for cause in hash_order(original, fields))


def worst_relative(comparison: Comparison) -> float:
    """Return the largest relative error; a difference that is no number counts as large."""
    errors = [
        1.0 if result.max_relative is None else result.max_relative
        for result in comparison.results
        if decides(result) and result.status in ("different", "tolerated", "missing", "extra")
    ]
    return max(errors, default=0.0)
