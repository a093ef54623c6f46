"""The sentences that a verdict rests on, each with its counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reproof.judge.weigh import decides, differs, is_exact, is_volatile_only
from reproof.model.comparison import Comparison, Result
from reproof.model.policy import Policy, matches
from reproof.model.snapshot import Snapshot

NAMED = 5
"""Results and settings that are named one by one; the rest is counted."""


def explain(original: Snapshot, comparison: Comparison, policy: Policy) -> Iterator[str]:
    """Yield what speaks for and against, most telling first."""
    results = [result for result in comparison.results if decides(result)]
    yield from count_results(results)
    yield from endings(comparison.results)
    yield from (f"{result.name} {result.detail}" for result in results if is_volatile_only(result))
    yield closure_sentence(comparison)
    yield from hardware(comparison)
    yield from notes(comparison.results)
    yield from ignored(original, policy)


def count_results(results: Sequence[Result]) -> Iterator[str]:
    """Yield how many results came back, and each that did not."""
    exact = sum(is_exact(result) for result in results)
    yield f"{exact:,} of {len(results):,} results identical"
    near = [result for result in results if result.status == "tolerated" and not is_exact(result)]
    if near:
        yield f"{counted(len(near), 'result')} within the declared tolerance, the largest error {largest(near)}"
    different = [result for result in results if differs(result)]
    yield from (describe(result) for result in different[:NAMED])
    if len(different) > NAMED:
        yield f"{counted(len(different) - NAMED, 'more result')} not as recorded"
    yield from (f"{r.name} was not compared: {r.detail}" for r in results if r.status == "not compared")


def describe(result: Result) -> str:
    """Return what is wrong with a result."""
    if result.status == "missing":
        return f"{result.name} is missing: {result.detail}"
    if result.status == "extra":
        return f"{result.name} is new: {result.detail}"
    return f"{result.name} differs: {result.detail}"


def largest(results: Sequence[Result]) -> str:
    """Return the largest absolute error of some results, and where it is."""
    worst = max(results, key=lambda result: result.max_absolute or 0.0)
    where = f" ({worst.where})" if worst.where and worst.where != worst.name else ""
    return f"{worst.max_absolute or 0.0:.3g} in {worst.name}{where}"


def endings(results: Sequence[Result]) -> Iterator[str]:
    """Yield how both runs ended, if they ended alike."""
    for result in results:
        if result.name == "exit code" and result.status == "identical":
            if result.detail == "0":
                yield "both runs ended with exit code 0"
            else:
                word = result.detail if result.detail.startswith("signal") else f"exit code {result.detail}"
                yield f"the run failed when it was recorded, and its replay failed too: {word}"


def closure_sentence(comparison: Comparison) -> str:
    """Return how many of the loaded files are the same."""
    closure = comparison.closure
    text = f"{closure.identical:,} of {closure.total:,} loaded files identical"
    if closure.extra:
        text += f", {len(closure.extra):,} more loaded by the replay alone"
    return text


def hardware(comparison: Comparison) -> Iterator[str]:
    """Yield a warning when the machines are of different classes: bits need not be equal then."""
    fields = {field.field: field for field in comparison.fields}
    for name, what in (("hardware.cpu_model", "CPU"), ("accelerator.gpus[0].name", "GPU")):
        if name in fields:
            field = fields[name]
            yield f"bit-for-bit equality is not expected here: another {what} ({field.original} -> {field.replayed})"


def notes(results: Sequence[Result]) -> Iterator[str]:
    """Yield what is told and does not decide."""
    for result in results:
        if not decides(result) and result.status not in ("identical", "tolerated"):
            yield f"note: {result.name} {'differs' if differs(result) else 'was not compared'}: {result.detail}"


def ignored(original: Snapshot, policy: Policy) -> Iterator[str]:
    """Yield the outputs that were written but do not count: as declared, or because they are a tool's own."""
    left_out = [output.name for output in original.outputs if not policy.counts(output.name)]
    own = [name for name in left_out if not policy.results and not matches((name,), policy.ignore)]
    declared = [name for name in left_out if name not in own]
    for names, why in ((declared, "as declared"), (own, "files that tools keep for themselves")):
        if names:
            shown = ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
            yield f"{counted(len(names), 'output')} not judged, {why}: {shown}"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun in the right number."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
