"""Two snapshots side by side -> Comparison: results by format, loaded files by hash, settings by name."""

from __future__ import annotations

from reproof.compare.closure import compare_closure
from reproof.compare.code import compare_code
from reproof.compare.data import data_changes
from reproof.compare.fields import compare_fields, described
from reproof.compare.places import relocate
from reproof.compare.results import Reader, compare_results
from reproof.compare.rules import Clock, Rules
from reproof.model.comparison import Comparison
from reproof.model.policy import Policy
from reproof.model.snapshot import Snapshot


def compare(original: Snapshot, replayed: Snapshot, read: Reader, policy: Policy) -> Comparison:
    """Return everything in which two runs agree or differ.

    `read` gives a blob's bytes by its digest. When it raises a ReproofError, or a comparator breaks, the result is
    "not compared" with the reason; nothing is raised.
    """
    second = "the replay" if replayed.replay_of else "the other run"
    rules = Rules(policy, Clock.of(original.command), Clock.of(replayed.command), second)
    moved = relocate(replayed, original)
    data = data_changes(original, moved, read)
    return Comparison(
        original=original.id,
        replayed=replayed.id,
        results=compare_results(original, replayed, read, rules) if both_ran(original, replayed) else (),
        closure=compare_closure(original, replayed),
        fields=(*compare_code(original, moved, read), *described(compare_fields(original, moved), data)),
        data=data,
    )


def both_ran(original: Snapshot, replayed: Snapshot) -> bool:
    """Say whether there are results: of a project that was only captured there are none."""
    return original.kind == replayed.kind == "run"
