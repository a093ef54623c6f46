"""The rules of the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reproof.judge.causes import rank_causes
from reproof.judge.reasons import counted, explain
from reproof.judge.weigh import decides, differs, is_exact
from reproof.model.base import Frozen, Gap
from reproof.model.comparison import Comparison, Result
from reproof.model.policy import Policy
from reproof.model.resolution import Obstacle, Try
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


class Account(Frozen):
    """How an old project was brought back, and what its run came to."""

    tries: tuple[Try, ...]
    packages: int
    failure: Obstacle | None
    """What ended the run, as far as what it printed tells; None if it ended well, or if that tells nothing."""
    cells: tuple[str, ...] = ()
    """Errors of notebook cells, with the notebook's name."""


def judge_capture(original: Snapshot, replayed: Snapshot, account: Account | None = None) -> Judgement:
    """Return what the replay of a project amounts to that was captured without a run: it shows that it can be run."""
    command = replayed.command
    ended = f"signal {command.signal}" if command.signal is not None else f"exit code {command.exit_code}"
    return Judgement(
        outcome="INCONCLUSIVE",
        exactness=None,
        reasons=(
            "there is no recorded result to compare with: the project was captured, not run",
            *(brought_back(account) if account else ()),
            f"it was built and run, and ended with {ended}",
            *(run_reasons(account) if account else ()),
        ),
        causes=(),
        gaps=tuple(dict.fromkeys([*original.gaps, *replayed.gaps])),
    )


def brought_back(account: Account) -> Iterator[str]:
    """Yield for which date and Python an old project was built, and whether its imports succeed there."""
    for reached in ("imported", "built"):
        if done := next((one for one in account.tries if one.reached == reached), None):
            break
    else:
        return
    yield f"built for {done.instant[:10]} with Python {done.python}: {counted(account.packages, 'package')}"
    if done.reached == "imported":
        yield "all that the command's code imports can be imported in the image"
    for obstacle in done.obstacles:
        yield f"not all imports succeed: {obstacle.what}; {obstacle.remedy}"


def run_reasons(account: Account) -> Iterator[str]:
    """Yield why the run failed, and what failed although the exit code does not tell."""
    if account.failure is not None:
        yield f"{account.failure.kind}: {account.failure.what}; {account.failure.remedy}"
    if account.cells:
        more = f" (and {len(account.cells) - 1} more)" if len(account.cells) > 1 else ""
        count = counted(len(account.cells), "cell")
        yield f"{count} of a notebook failed, whatever the exit code says: {account.cells[0]}{more}"


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
