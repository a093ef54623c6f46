"""Compares results: outputs by name, metrics, what was printed, and how the run ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from reproof.compare.comparators import choose
from reproof.compare.evidence import Comparator, Evidence, Findings, Pair
from reproof.compare.pairing import pair_outputs
from reproof.compare.rules import Rules
from reproof.compare.text import TEXT
from reproof.errors import ReproofError
from reproof.model.base import Blob
from reproof.model.comparison import Result
from reproof.model.policy import matches
from reproof.model.snapshot import Command, Metric, Output, Snapshot

Reader = Callable[[str], bytes]
"""From a digest to the bytes. Raises ReproofError when they cannot be had."""
LINE = 200
"""Characters of a line of stderr that are shown."""


def compare_results(original: Snapshot, replayed: Snapshot, read: Reader, rules: Rules) -> tuple[Result, ...]:
    """Return every result of either run, outputs first."""
    return (
        *compare_outputs(original, replayed, read, rules),
        *compare_metrics(original, replayed, rules),
        *compare_streams(original.command, replayed.command, read, rules),
        *compare_endings(original.command, replayed.command, read, rules),
    )


def compare_outputs(original: Snapshot, replayed: Snapshot, read: Reader, rules: Rules) -> Iterator[Result]:
    """Yield the outputs that count, matched by name, then the declared ones that nobody wrote."""
    pairs = pair_outputs(original.outputs, replayed.outputs)
    for left, right in pairs:
        name = left.name if left else right.name if right else ""
        if not rules.counts(name):
            continue
        alone = Result(name=name, kind="output", status="missing", comparator="")
        if right is None:
            yield alone.model_copy(update={"detail": f"{rules.second} did not write it"})
        elif left is None:
            yield alone.model_copy(update={"status": "extra", "detail": f"only {rules.second} wrote it"})
        else:
            yield compare_output(left, right, read, rules)
    names = [output.name for pair in pairs for output in pair if output]
    metrics = [metric.name for metric in original.metrics]
    for pattern in rules.policy.results:
        if not matches([*names, *metrics], (pattern,)):
            yield Result(name=pattern, kind="output", status="not compared", comparator="",
                         detail="declared as a result, but neither run wrote it")  # fmt: skip


def compare_output(a: Output, b: Output, read: Reader, rules: Rules) -> Result:
    """Return how an output of one name compares."""
    for output, side in ((a, "the original"), (b, rules.second)):
        if a.digest != b.digest and not output.kept:
            why = f"the bytes of {side} were not kept"
            return Result(name=a.name, kind="output", status="not compared", comparator="", detail=why)
    blobs = Blob(digest=a.digest, size=a.size), Blob(digest=b.digest, size=b.size)
    return compare_blobs(
        Result(name=a.name, kind="output", status="identical", comparator="digest"), blobs, read, rules
    )


def compare_streams(a: Command, b: Command, read: Reader, rules: Rules) -> Iterator[Result]:
    """Yield what was printed."""
    for stream, blobs in (("stdout", (a.stdout, b.stdout)), ("stderr", (a.stderr, b.stderr))):
        if not matches((stream,), rules.policy.ignore):
            named = Result.model_validate(
                {"name": stream, "kind": stream, "status": "identical", "comparator": "digest"}
            )
            yield compare_blobs(named, blobs, read, rules, TEXT)


def compare_blobs(
    same: Result, blobs: tuple[Blob, Blob], read: Reader, rules: Rules, comparator: Comparator | None = None
) -> Result:
    """Return `same` when the digests agree; otherwise what a comparator of the format finds."""
    if blobs[0].digest == blobs[1].digest:
        return same
    used = comparator.name if comparator else ""
    try:
        pair = Pair(same.name, read(blobs[0].digest), read(blobs[1].digest), rules)
        comparator = comparator or choose(pair.name, pair.original)
        used = comparator.name
        found = comparator.compare(pair)
    except ReproofError as error:
        return same.model_copy(update={"status": "not compared", "comparator": used, "detail": error.message})
    except Exception as error:  # noqa: BLE001 (a comparator that breaks, on whatever bytes, must not decide)
        why = f"the {used} comparator could not read it: {error or type(error).__name__}"
        return same.model_copy(update={"status": "not compared", "comparator": used, "detail": why})
    return with_evidence(same, used, found)


def with_evidence(result: Result, comparator: str, found: Evidence) -> Result:
    """Return a result with what a comparator found."""
    fields = {name: getattr(found, name) for name in Evidence.__dataclass_fields__}
    return result.model_copy(update={"comparator": comparator, **fields})


def compare_metrics(original: Snapshot, replayed: Snapshot, rules: Rules) -> Iterator[Result]:
    """Yield the metrics whose source counts, or that are declared by name."""
    repeated = Counter(metric.name for metric in original.metrics)
    right = {(metric.source, metric.name): metric for metric in replayed.metrics}
    left = {(metric.source, metric.name): metric for metric in original.metrics}
    for key, metric in {**right, **left}.items():
        if not rules.counts(metric.name, metric.source) or is_read_elsewhere(metric, rules):
            continue
        label = metric.name if repeated[metric.name] <= 1 else f"{metric.source}:{metric.name}"
        named = Result(name=label, kind="metric", status="identical", comparator="number")
        if key not in right:
            yield named.model_copy(update={"status": "missing", "detail": f"{rules.second} did not report it"})
        elif key not in left:
            yield named.model_copy(update={"status": "extra", "detail": f"only {rules.second} reported it"})
        else:
            yield compare_metric(named, left[key], right[key], rules)


def is_read_elsewhere(metric: Metric, rules: Rules) -> bool:
    """Say whether a metric's number is compared where it was read: in printed text, or in a log of steps.

    Only a report of final numbers, and a metric that is declared by name, are results of their own.
    """
    return (metric.step is not None or metric.source == "stdout") and not matches((metric.name,), rules.policy.results)


def compare_metric(named: Result, a: Metric, b: Metric, rules: Rules) -> Result:
    """Return how one metric compares."""
    findings = Findings(rules, "values")
    tolerance = rules.tolerance(a.source, f"{a.source}:{a.name}", a.name)
    findings.keyed_number(a.name, a.name.rsplit(".", 1)[-1], tolerance, (a.value, b.value))
    if not (findings.differing or findings.within or findings.volatile):
        return named.model_copy(update={"detail": f"{a.value}"})
    found = findings.evidence()
    return with_evidence(named, "number", found).model_copy(update={"detail": f"{a.value} -> {b.value}"})


def compare_endings(a: Command, b: Command, read: Reader, rules: Rules) -> Iterator[Result]:
    """Yield the exit code and, when the original failed, its last words: a run must fail in the same way."""
    same = (a.exit_code, a.signal) == (b.exit_code, b.signal)
    detail = ending(a) if same else f"{ending(a)} -> {ending(b)}"
    last = last_line(b.stderr, read) if not same and ending(b) != "0" else ""
    yield Result(name="exit code", kind="exit code", status="identical" if same else "different", comparator="exact",
                 detail=f"{detail}: {last}" if last else detail)  # fmt: skip
    if same and ending(a) != "0" and a.stderr.digest != b.stderr.digest:
        words = tuple(last_line(blob, read) for blob in (a.stderr, b.stderr))
        named = Result(name="last line of stderr", kind="exit code", status="identical", comparator="text")
        if words[0] != words[1]:
            pair = Pair("stderr", words[0].encode(), words[1].encode(), rules)
            named = with_evidence(named, "text", TEXT.compare(pair))
        yield named


def ending(command: Command) -> str:
    """Return how a command ended, in a word or two."""
    if command.signal is not None:
        return f"signal {command.signal}"
    return "unknown" if command.exit_code is None else str(command.exit_code)


def last_line(blob: Blob, read: Reader) -> str:
    """Return the last line that is not empty, cut; the empty text when there is none or it cannot be read."""
    try:
        lines = read(blob.digest).decode(errors="replace").split("\n")
    except ReproofError:
        return ""
    return next((line.strip()[:LINE] for line in reversed(lines) if line.strip()), "")
