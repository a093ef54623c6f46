"""The rules of the verdict."""

from __future__ import annotations

from collections.abc import Sequence

from reproof.judge.causes import rank_causes
from reproof.judge.reasons import explain
from reproof.judge.weigh import decides, differs, is_exact
from reproof.model.base import Frozen, Gap
from reproof.model.comparison import Comparison, Result
from reproof.model.policy import Policy
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Cause, Exactness, Outcome

NOTHING = (
    "the run left nothing to compare: no outputs, no metrics, no printed text",
    "let it write a file, or name its results in reproof.yaml: results: [metrics.json]",
)


class Judgement(Frozen):
    """The answer, as it goes into the verdict."""

    outcome: Outcome
    exactness: Exactness | None
    reasons: tuple[str, ...]
    causes: tuple[Cause, ...]
    gaps: tuple[Gap, ...]


def judge_capture(original: Snapshot, replayed: Snapshot) -> Judgement:
    """Return what the replay of a project amounts to that was captured without a run: it shows that it can be run."""
    command = replayed.command
    ended = f"signal {command.signal}" if command.signal is not None else f"exit code {command.exit_code}"
    return Judgement(
        outcome="INCONCLUSIVE",
        exactness=None,
        reasons=(
            "there is no recorded result to compare with: the project was captured, not run",
            f"it was built and run, and ended with {ended}",
        ),
        causes=(),
        gaps=tuple(dict.fromkeys([*original.gaps, *replayed.gaps])),
    )


def judge(original: Snapshot, replayed: Snapshot, comparison: Comparison, policy: Policy) -> Judgement:
    """Return what the comparison amounts to under a policy.

    A difference in an output, a metric, what was printed or the exit code decides. What could not be compared, and a
    run that was interrupted, leave the question open; they never count as a difference.
    """
    results = [result for result in comparison.results if decides(result)]
    partial = interruptions(original, replayed)
    empty = () if leaves_something(original, replayed, results) else NOTHING
    outcome = decide(results, bool(partial), bool(empty))
    exact = outcome == "REPRODUCED" and all(is_exact(result) for result in results)
    exactness: Exactness | None = None if outcome != "REPRODUCED" else "bitwise" if exact else "tolerance"
    explained = outcome == "DIFFERENT" or exactness == "tolerance"
    return Judgement(
        outcome=outcome,
        exactness=exactness,
        reasons=(*partial, *empty, *explain(original, comparison, policy)),
        causes=rank_causes(original, replayed, comparison) if explained else (),
        gaps=tuple(dict.fromkeys([*original.gaps, *replayed.gaps])),
    )


def decide(results: Sequence[Result], partial: bool, empty: bool) -> Outcome:
    """Return the outcome. A partial run proves nothing; then a difference decides; then comes what is missing."""
    if partial:
        return "INCONCLUSIVE"
    if any(differs(result) for result in results):
        return "DIFFERENT"
    if empty or any(result.status == "not compared" for result in results):
        return "INCONCLUSIVE"
    return "REPRODUCED"


def interruptions(original: Snapshot, replayed: Snapshot) -> tuple[str, ...]:
    """Return which of the runs did not come to their end."""
    runs = ((original, "recorded run"), (replayed, "replay"))
    return tuple(
        f"the {side} was interrupted, so its results are partial" for run, side in runs if run.command.interrupted
    )


def leaves_something(original: Snapshot, replayed: Snapshot, results: Sequence[Result]) -> bool:
    """Say whether there is evidence: a file, a number, text that is not empty; of a failed run, how it failed."""
    commands = original.command, replayed.command
    failed = commands[0].exit_code != 0 or commands[0].signal is not None
    printed = any(command.stdout.size for command in commands)
    kinds = {result.kind for result in results}
    return failed or bool(kinds & {"output", "metric"}) or ("stdout" in kinds and printed)
