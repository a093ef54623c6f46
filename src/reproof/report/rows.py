"""Rows of what changed, old beside new in columns; values that do not fit beside each other go below each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Literal, NamedTuple

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderableType
from rich.text import Text

Mark = Literal["+", "-", "~", "?", "≈", "·"]
COLOURS: dict[Mark, str] = {"+": "green", "-": "red", "~": "yellow", "?": "magenta", "≈": "cyan", "·": "dim"}
WIDEST = 44
"""Columns of a value or name that still stands in a line with others."""


class Row(NamedTuple):
    """One thing that was added, removed or changed. A row that does not count is dimmed."""

    mark: Mark
    name: str
    old: str = ""
    new: str = ""
    detail: str = ""
    counts: bool = True


class ChangeRows:
    """Rows as a renderable: how they are laid out depends on the width that they are given."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        room = options.max_width
        name = min(max((cell_len(row.name) for row in self.rows), default=0), WIDEST, max(room // 3, 12))
        beside, columns = side_by_side([row for row in self.rows if fits(row, name, room)], name, room)
        for row in self.rows:
            if row in beside:
                yield from one_line(row, columns, room)
            else:
                yield from stacked(row, room)


def side_by_side(rows: list[Row], name: int, room: int) -> tuple[list[Row], tuple[int, int, int]]:
    """Return the rows that stand in common columns, and the columns' widths; the widest leave until the rest fits."""
    rows = sorted(rows, key=lambda row: cell_len(row.old) + cell_len(row.new))
    while True:
        old = max((cell_len(row.old) for row in rows), default=0)
        new = max((cell_len(row.new) for row in rows), default=0)
        if not rows or 4 + name + 2 + old + 3 + new <= room:
            return rows, (name, old, new)
        rows.pop()


def fits(row: Row, name: int, room: int) -> bool:
    """Say whether old and new go into one line with the name."""
    widths = cell_len(row.old), cell_len(row.new)
    return max(widths) <= WIDEST and 4 + max(name, cell_len(row.name)) + 2 + sum(widths) + 3 <= room


def one_line(row: Row, columns: tuple[int, int, int], room: int) -> Iterator[Text]:
    """Yield a row in one line; a detail for which there is no room goes below."""
    name, old, new = columns
    line = Text.assemble("  ", (row.mark, colour(row)), " ", (padded(row.name, name), "bold" if row.counts else "dim"))
    if row.old or row.new:
        arrow = " → " if row.old and row.new else "   "
        line.append("  ")
        line.append(padded(row.old, old), "red" if row.counts else "dim")
        line.append(arrow, "dim")
        line.append(padded(row.new, new) if row.detail else row.new, "green" if row.counts else "dim")
    if row.detail and "\n" not in row.detail and cell_len(line.plain) + 2 + cell_len(row.detail) <= room:
        yield line + Text("  ") + detail(row.detail)
        return
    line.rstrip()
    yield line
    yield from indented(row.detail, room)


def indented(text: str, room: int) -> Iterator[Text]:
    """Yield a text below a name, in lines as long as there is room for."""
    for line in text.splitlines():
        for part in wrap(line, max(room - 6, 8)):
            yield Text("      ") + detail(part)


def stacked(row: Row, room: int) -> Iterator[Text]:
    """Yield a row in lines of its own for old and new, folded below each other."""
    yield Text.assemble("  ", (row.mark, colour(row)), " ", (row.name, "bold" if row.counts else "dim"))
    for sign, value, style in (("-", row.old, "red"), ("+", row.new, "green")):
        for index, part in enumerate(chop_cells(value, max(room - 8, 8)) if value else ()):
            start = f"      {sign} " if index == 0 else " " * 8
            yield Text.assemble((start, "dim"), (part, style if row.counts else "dim"))
    yield from indented(row.detail, room)


def detail(text: str) -> Text:
    """Return a detail; counts of lines in the colours of a patch."""
    told = Text(text, style="dim")
    told.highlight_regex(r"(?<!\S)\+[\d,]+(?!\S)", "not dim green")
    told.highlight_regex(r"(?<!\S)-[\d,]+(?!\S)", "not dim red")
    return told


def colour(row: Row) -> str:
    """Return the colour of a row's mark."""
    return COLOURS[row.mark] if row.counts else "dim"


def padded(text: str, width: int) -> str:
    """Return a text filled up to a number of columns; wide characters take two."""
    return text + " " * (width - cell_len(text))
