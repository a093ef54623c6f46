"""Reads the numbers that a run reported out of the JSON files it wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from reproof.model.snapshot import Metric, Output
from reproof.store.blobs import Blobs

NAMES = re.compile(r"(metric|result|score|eval|summary|report)[^/]*\.json$", re.IGNORECASE)
LARGEST = 1 << 20
"""Bytes; a file of numbers about a run is small, a larger one is data."""


def learn_metrics(outputs: Iterable[Output], blobs: Blobs) -> tuple[Metric, ...]:
    """Return the numbers in the kept outputs that report metrics. Raises StoreError."""
    reports = (output for output in outputs if output.kept and is_metrics_file(output.name, output.size))
    return tuple(metric for report in reports for metric in read_metrics(blobs.get(report.digest), report.name))


def is_metrics_file(name: str, size: int) -> bool:
    """Say whether an output looks like a report of metrics."""
    return size <= LARGEST and NAMES.search(name) is not None


def read_metrics(data: bytes, source: str) -> tuple[Metric, ...]:
    """Return the numbers of a JSON file, named by their path (`test.accuracy`); none if it is not JSON."""
    try:
        value = json.loads(data)
    except ValueError:
        return ()
    return tuple(Metric(name=name, value=number, source=source) for name, number in walk(value, ""))


def walk(value: object, name: str) -> Iterator[tuple[str, float]]:
    """Yield the numbers below a JSON value. Booleans are no metrics."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, f"{name}[{index}]")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, float(value)
