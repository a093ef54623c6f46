"""Logs that hold a record for each step: CSV, JSON lines, and lists in JSON."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from reproof.capture.series import Point, Reported, record_points, step_name

DEEPEST = 8
"""Levels of a record; a deeper one is no record of a step."""
LARGEST_CELL = 1 << 20


def read_csv(data: bytes, delimiter: str) -> Reported:
    """Return the numbers of a table that has a column of steps; nothing of another table."""
    csv.field_size_limit(LARGEST_CELL)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Reported(())
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    points: list[Point] = []
    try:
        header = [name.strip() for name in next(rows, [])]
        if step_name(header) is None:
            return Reported(())
        for row in rows:
            points += record_points(dict(numbers(zip(header, row, strict=False))))
    except csv.Error as error:
        return Reported(tuple(points), f"line {rows.line_num:,} is damaged: {error}" if points else "")
    return Reported(tuple(points))


def numbers(cells: Iterable[tuple[str, str]]) -> Iterator[tuple[str, float]]:
    """Yield the cells that are numbers. An empty cell is one that the step did not report."""
    for name, cell in cells:
        try:
            value = float(cell)
        except ValueError:
            continue
        if name and "_" not in cell:
            yield name, value


def read_json_lines(data: bytes) -> Reported:
    """Return the numbers of records that say their step. The lines before a damaged one count."""
    points: list[Point] = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            return Reported(tuple(points), f"line {number:,} is damaged" if points else "")
        points += record_points(dict(flat(record, "", 0)))
    return Reported(tuple(points))


def read_json(data: bytes) -> Reported:
    """Return the numbers of a JSON file's lists of records that say their step, and of its lists of numbers.

    These are what `log_history` of a trainer's state and Keras's `history` look like.
    """
    try:
        root = json.loads(data)
    except (ValueError, RecursionError):
        return Reported(())
    return Reported(tuple(listed(root, "", 0)))


def listed(value: object, name: str, depth: int) -> Iterator[Point]:
    """Yield the numbers of lists below a JSON value."""
    if isinstance(value, dict) and depth < DEEPEST:
        for key, item in value.items():
            yield from listed(item, f"{name}.{key}" if name else str(key), depth + 1)
    elif isinstance(value, list) and len(value) > 1:
        if all(isinstance(item, dict) for item in value):
            for item in value:
                yield from record_points(dict(flat(item, "", 0)))
        elif name and all(is_number(item) for item in value):
            yield from (Point(name, None, float(item)) for item in value)


def flat(value: Any, name: str, depth: int) -> Iterator[tuple[str, float]]:
    """Yield the numbers of one record, named by their path; lists are no numbers of a step."""
    if isinstance(value, dict) and depth < DEEPEST:
        for key, item in value.items():
            yield from flat(item, f"{name}.{key}" if name else str(key), depth + 1)
    elif name and is_number(value):
        yield name, float(value)


def is_number(value: object) -> bool:
    """Say whether a JSON value is a number that a float can hold; truth values are none."""
    if isinstance(value, int):
        return not isinstance(value, bool) and value.bit_length() < sys.float_info.max_exp
    return isinstance(value, float)
