"""CSV and TSV: cell by cell; numbers by tolerance; columns renamed, reordered, added or missing by name."""

from __future__ import annotations

import csv
import io
from itertools import zip_longest
from typing import NoReturn

from reproof.compare.evidence import Comparator, Evidence, Findings, Pair
from reproof.compare.numbers import parse_number

DELIMITERS = {".csv": ",", ".tsv": "\t"}
LARGEST_CELL = 1 << 24
"""Characters; the library's own limit is too small for a cell that holds an array."""

Table = list[list[str]]


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is named like a table and is text."""
    if not name.lower().endswith(tuple(DELIMITERS)) or b"\0" in data:
        return False
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def compare(pair: Pair) -> Evidence:
    """Return how two tables differ. Raises ValueError or csv.Error when one of them is damaged."""
    findings = Findings(pair.rules, "cells")
    delimiter = DELIMITERS[pair.name.lower()[-4:]]
    a, b = read_table(pair.original, delimiter), read_table(pair.replayed, delimiter)
    columns = header(a) or header(b)
    if columns is not None and not same_columns(findings, a[:1], b[:1]):
        return findings.evidence()
    body = int(columns is not None)
    if len(a) != len(b):
        findings.form("", f"{len(a) - body:,} rows -> {len(b) - body:,} rows")
    for number, (left, right) in enumerate(zip(a[body:], b[body:], strict=False), 1):
        compare_rows(findings, pair.name, (number, columns or []), (left, right))
    return findings.evidence()


def read_table(data: bytes, delimiter: str) -> Table:
    """Return the rows of a table, empty ones left out."""
    csv.field_size_limit(LARGEST_CELL)
    text = data.decode("utf-8-sig")
    if "\0" in text:
        refuse("a zero byte in a table")
    return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]


def refuse(why: str) -> NoReturn:
    raise ValueError(why)


def header(table: Table) -> list[str] | None:
    """Return the names of the columns; None when the first row holds a number, and so is data."""
    if not table or any(parse_number(cell) is not None for cell in table[0]):
        return None
    return table[0]


def same_columns(findings: Findings, a: Table, b: Table) -> bool:
    """Compare two headers; name what changed."""
    left, right = (table[0] if table else [] for table in (a, b))
    if left == right:
        return True
    if sorted(left) == sorted(right):
        findings.form("header", f"columns reordered: {', '.join(left)} -> {', '.join(right)}")
        return False
    for name, place in ((n, f"missing in {findings.rules.second}") for n in left if n not in right):
        findings.form("header", f"column {name!r} {place}")
    for name in right:
        if name not in left:
            findings.form("header", f"column {name!r} only in {findings.rules.second}")
    if not findings.structure:
        findings.form("header", f"{len(left)} columns -> {len(right)} columns")
    return False


def compare_rows(findings: Findings, name: str, at: tuple[int, list[str]], rows: tuple[list[str], list[str]]) -> None:
    """Compare two rows, cell by cell."""
    number, columns = at
    if len(rows[0]) != len(rows[1]):
        findings.form(f"row {number}", f"{len(rows[0])} cells -> {len(rows[1])} cells")
        return
    for index, (column, a, b) in enumerate(zip_longest(columns[: len(rows[0])], *rows), 1):
        label = column if column is not None else str(index)
        where = f"row {number}, column {label}"
        x, y = parse_number(a), parse_number(b)
        if a == b or x is None or y is None:
            findings.text(where, column or "", (a, b))
            continue
        findings.rewritten = findings.rewritten or x == y
        findings.keyed_number(where, column or "", findings.rules.tolerance(name, f"{name}:{label}"), (x, y))


CSV = Comparator("csv", recognizes, compare)
