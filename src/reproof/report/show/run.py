"""The run itself: its command, results, parameters and data, and what of it is kept."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence

from reproof.model.snapshot import Column, Dataset, Input, Profile, Series, Snapshot
from reproof.report.show.entry import Entry, inside, joined
from reproof.report.words import command_line, duration, ending, moment, plural, short, size

BARS = "▁▂▃▄▅▆▇█"
POINTS = 24
"""Columns of a curve."""
COLUMNS = 4
"""Columns of a table that are described in its line."""
UNSEEN = {
    "shim": "raw system calls; what the C library opens for itself (locale, time zone, names)",
    "hooks": "what native code opens outside the working directory",
}
"""What a level cannot see, whatever a run does; what `complete` does not see is a gap where it comes up."""
RESULTS_FIRST = {"data": 0, "model": 1, "configuration": 2, "other": 3}


def command(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield what was started, where, and how it went."""
    run = snapshot.command
    yield Entry("command", command_line(run.argv))
    yield Entry("folder", run.cwd)
    if snapshot.kind == "capture":
        yield Entry("captured", moment(run.started), "nothing was run")
        return
    yield Entry("recorded", f"{moment(run.started)}, took {duration(run.duration_s)}, {ending(snapshot)}")
    used = joined(f"{size(run.peak_memory)} of memory at most" if run.peak_memory else "",
                  f"{duration(run.cpu_s)} of CPU time" if run.cpu_s is not None else "")  # fmt: skip
    if used:
        yield Entry("used", used)
    terminals = f"on a terminal: {', '.join(run.terminals)}" if run.terminals else ""
    yield Entry("as", f"{run.user or run.uid}", joined(f"uid {run.uid}, gid {run.gid}", terminals))
    yield Entry("watched", f"level {snapshot.level}", f"by {snapshot.generator}")
    if snapshot.level in UNSEEN:
        yield Entry("not seen", UNSEEN[snapshot.level])
    if snapshot.replay_of:
        yield Entry("replay of", f"plan {short(snapshot.replay_of)}")


def results(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the metrics with their curves, what was written, and what was printed."""
    curves = {(series.source, series.name): series for series in snapshot.series}
    for metric in snapshot.metrics:
        series = curves.pop((metric.source, metric.name), None)
        step = f"step {metric.step}" if metric.step is not None else ""
        yield Entry(metric.name, f"{metric.value:.6g}", joined(metric.source, step, curve(series)))
    for series in curves.values():
        yield Entry(
            series.name, f"{series.values[-1]:.6g}" if series.values else "", joined(series.source, curve(series))
        )
    for output in snapshot.outputs:
        yield Entry(output.name, size(output.size), "output" if output.kept else "output, by hash alone")
    for name, blob in (("stdout", snapshot.command.stdout), ("stderr", snapshot.command.stderr)):
        if blob.size:
            yield Entry(name, size(blob.size), "printed")
    if snapshot.temporaries:
        yield Entry("temporary", plural(len(snapshot.temporaries), "file"), "made and removed again, not kept")


def curve(series: Series | None) -> str:
    """Return how a metric moved, as bars; nothing for one that was reported once."""
    if series is None or len(series.values) < 2:
        return ""
    return f"{sparkline(series.values)} {len(series.values):,} steps"


def sparkline(values: Sequence[float]) -> str:
    """Return numbers as a row of bars, at most POINTS of them; a blank for what is not finite."""
    step = max(1, math.ceil(len(values) / POINTS))
    shown = [*values[:-1:step], values[-1]]
    finite = [value for value in shown if math.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(BARS[round((value - low) * scale)] if math.isfinite(value) else " " for value in shown)


def parameters(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield each parameter with where it was given."""
    for given in snapshot.parameters:
        value = given.value if isinstance(given.value, str) else json.dumps(given.value)
        yield Entry(given.name, value, inside(snapshot, given.source))


def data(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield inputs and data sets, the data first, with what is in them."""
    for file in sorted(snapshot.inputs, key=lambda file: RESULTS_FIRST[file.role]):
        state = "" if file.kept else "by hash alone" if file.digest else "could not be read"
        role = "" if file.role == "data" else file.role
        changed = "CHANGED during the run" if file.changed else ""
        yield Entry(inside(snapshot, file.path), size(file.size),
                    joined(changed, role, state, pointer(file), contents(file.profile)))  # fmt: skip
    for folder in snapshot.datasets:
        state = "" if folder.kept else "by hash alone"
        changed = f"{folder.changed:,} CHANGED during the run" if folder.changed else ""
        managed = pointer(folder)
        yield Entry(f"{inside(snapshot, folder.path)}/", size(folder.size),
                    joined(plural(folder.files, "file"), changed, state, managed))  # fmt: skip


def pointer(file: Input | Dataset) -> str:
    """Return where a file or a folder can be fetched again."""
    if file.pointer is None:
        return ""
    place = file.pointer
    what = place.manager if place.pulled else f"a pointer of {place.manager}, NOT its data"
    return " ".join(part for part in (what, place.location, place.revision and f"at {place.revision}") if part)


def contents(profile: Profile | None) -> str:
    """Return what a table or an archive holds, in short."""
    if profile is None:
        return ""
    every = [column_text(column) for column in profile.columns[:COLUMNS]]
    rest = len(profile.columns) - COLUMNS + profile.omitted
    more = f", and {rest:,} more columns" if rest > 0 else ""
    rows = f" of {plural(profile.rows, 'row')}" if profile.rows is not None else ""
    return f"{profile.format}{rows}{', sampled' if profile.sampled else ''}: {'; '.join(every)}{more}"


def column_text(column: Column) -> str:
    """Return a column in a few words."""
    shape = f" {'×'.join(str(length) for length in column.shape)}" if column.shape else ""
    middle = f" mean {column.mean:.4g}" if column.mean is not None else ""
    kinds = f" {column.distinct:,} values" if column.counts and column.distinct else ""
    missing = f" {column.missing:,} missing" if column.missing else ""
    return f"{column.name} {column.type}{shape}{middle}{kinds}{missing}"


def kept(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield what the store holds of the run, and what it does not: nothing else is kept."""
    files = snapshot.source.files
    yield Entry("code", plural(len(files), "file"), size(sum(file.size for file in files)))
    yield share("inputs", [(file.kept, file.size) for file in snapshot.inputs])
    if snapshot.datasets:
        yield share("data sets", [(folder.kept, folder.size) for folder in snapshot.datasets])
    yield share("outputs", [(output.kept, output.size) for output in snapshot.outputs])
    printed = snapshot.command.stdout.size + snapshot.command.stderr.size
    yield Entry("printed", size(printed), "known token shapes are redacted")
    environment = snapshot.environment
    yield Entry("variables", f"{len(environment.variables):,} by value",
                f"{len(environment.withheld):,} as a salted hash alone")  # fmt: skip
    if snapshot.policy.allowed_secrets:
        yield Entry("allowed", ", ".join(snapshot.policy.allowed_secrets), "no secret, by reproof.yaml")


def share(name: str, parts: Sequence[tuple[bool, int]]) -> Entry:
    """Return how much of something is kept."""
    held = [amount for whether, amount in parts if whether]
    rest = sum(amount for whether, amount in parts if not whether)
    note = f"{size(rest)} by hash alone" if len(held) < len(parts) else ""
    return Entry(name, f"{len(held):,} of {len(parts):,}", joined(size(sum(held)) if held else "", note))
