"""The numbers that a run reported: the last ones as metrics, those of every step as series."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reproof.capture.learned import Learned
from reproof.capture.printed import read_printed
from reproof.capture.series import Point, Reported, gather_series, last_values
from reproof.capture.stepped import is_number, read_csv, read_json, read_json_lines
from reproof.event_files import is_event_file, read_event_file
from reproof.model.base import Blob, Gap
from reproof.model.snapshot import Metric, Output, Series
from reproof.store.blobs import Blobs

NAMES = re.compile(r"(metric|result|score|eval|summary|report)[^/]*\.json$", re.IGNORECASE)
LARGEST = 1 << 20
"""Bytes; a JSON file of numbers about a run is small, a larger one is data."""
LARGEST_LOG = 32 << 20
"""Bytes of a log of steps, or of what was printed, that is read."""
LARGEST_EVENTS = 256 << 20
"""Bytes; event files hold images too, which are skipped."""
MOST_METRICS = 1000

Read = Callable[[bytes], Reported]


@dataclass(frozen=True, slots=True)
class Results:
    """What a run reported of itself."""

    metrics: tuple[Metric, ...]
    series: tuple[Series, ...]


def learn_results(outputs: Iterable[Output], stdout: Blob, blobs: Blobs) -> Learned[Results]:
    """Return the numbers in the kept outputs that report them, and in what was printed. Raises StoreError.

    Every number of a JSON report is a metric. Of what has steps (CSV, JSON lines, event files, printed lines) the last
    value is, unless a metric of that name was found before: the same number is often written to several places.
    """
    metrics: list[Metric] = []
    series: list[Series] = []
    gaps: list[Gap] = []
    kept = [output for output in outputs if output.kept]
    for report in (output for output in kept if is_metrics_file(output.name, output.size)):
        found = read_metrics(blobs.get(report.digest), report.name)
        metrics += found or ()
        gaps += [unread(report.name)] if found is None else []
    for name, blob, (read, largest) in logs(kept, stdout):
        if blob.size > largest:
            gaps += left_out(name, blob, blobs)
            continue
        reported = read(blobs.get(blob.digest))
        gathered = gather_series(reported.points, name)
        series += gathered
        gaps += told(reported, name)
        if not name.lower().endswith(".json"):
            known = {metric.name for metric in metrics}
            metrics += (metric for metric in last_values(gathered) if metric.name not in known)
    cut = cut_to(MOST_METRICS, metrics, "metrics") + cut_to(MOST_METRICS, series, "series of metrics")
    return Learned(Results(tuple(metrics[:MOST_METRICS]), tuple(series[:MOST_METRICS])), (*gaps, *cut))


def logs(kept: Iterable[Output], stdout: Blob) -> Iterator[tuple[str, Blob, tuple[Read, int]]]:
    """Yield what may hold metrics with their steps: its name, its bytes, how to read it and how much is read."""
    for output in kept:
        reader = reader_of(output)
        if reader is not None:
            yield output.name, Blob(digest=output.digest, size=output.size), reader
    yield "stdout", stdout, (read_printed, LARGEST_LOG)


def read_events(data: bytes) -> Reported:
    """Return the scalars of an event file; a file that is damaged before the first one is none."""
    read = read_event_file(data)
    points = tuple(Point(*scalar) for scalar in read.scalars)
    return Reported(points, read.damage if points else "")


def reader_of(output: Output) -> tuple[Read, int] | None:
    """Return how to read an output of a known format."""
    name = output.name.lower()
    if is_event_file(name):
        return read_events, LARGEST_EVENTS
    if name.endswith(".json"):
        return (read_json, LARGEST) if output.size <= LARGEST else None
    return next((reader for suffix, reader in FORMATS.items() if name.endswith(suffix)), None)


FORMATS: dict[str, tuple[Read, int]] = {
    ".csv": (lambda data: read_csv(data, ","), LARGEST_LOG),
    ".tsv": (lambda data: read_csv(data, "\t"), LARGEST_LOG),
    ".jsonl": (read_json_lines, LARGEST_LOG),
    ".ndjson": (read_json_lines, LARGEST_LOG),
}


def left_out(name: str, blob: Blob, blobs: Blobs) -> Iterator[Gap]:
    """Yield a gap for a log that is too large to be read; a large table without steps is no log."""
    reader = FORMATS.get(name[name.rfind(".") :].lower())
    if reader is not None:
        with blobs.path(blob.digest).open("rb") as file:
            head = file.read(1 << 16).rpartition(b"\n")[0]
        if not reader[0](head).points:
            return
    effect = "they are not among the metrics; the file itself is kept and compared"
    yield Gap(what=f"the metrics in {name}", why=f"it has {blob.size:,} bytes, too many to be read", effect=effect)


def told(reported: Reported, name: str) -> Iterator[Gap]:
    """Yield what could not be read of a log in which some metrics were found."""
    if reported.damage:
        yield Gap(what=f"the metrics in {name}", why=reported.damage, effect="only those before that place are told")


def unread(name: str) -> Gap:
    """Return the gap of a report that is no JSON, or has numbers or levels without end."""
    effect = "its numbers are not among the metrics; the file itself is kept and compared"
    return Gap(what=f"the metrics in {name}", why="it cannot be read as JSON", effect=effect)


def cut_to(most: int, found: list[Metric] | list[Series], what: str) -> tuple[Gap, ...]:
    """Return a gap if more was found than is kept."""
    if len(found) <= most:
        return ()
    why = f"the run reported {len(found):,}, of which the first {most:,} are kept"
    return (Gap(what=what, why=why, effect="the files that hold the others are kept and compared"),)


def is_metrics_file(name: str, size: int) -> bool:
    """Say whether an output looks like a report of metrics."""
    return size <= LARGEST and NAMES.search(name) is not None


def read_metrics(data: bytes, source: str) -> tuple[Metric, ...] | None:
    """Return the numbers of a JSON file, named by their path (`test.accuracy`); None if it cannot be read as JSON."""
    try:
        return tuple(Metric(name=name, value=number, source=source) for name, number in walk(json.loads(data), ""))
    except (ValueError, RecursionError):
        return None


def walk(value: Any, name: str) -> Iterator[tuple[str, float]]:
    """Yield the numbers below a JSON value. Booleans are no metrics; a whole number beyond all floats is none."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, f"{name}[{index}]")
    elif is_number(value):
        yield name, float(value)
