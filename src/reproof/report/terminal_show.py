"""A record on a terminal: its sections one below the other, long lists cut and counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reproof.model.requirements import Requirements
from reproof.model.snapshot import Snapshot
from reproof.report.show import Entry, sections_of
from reproof.report.words import command_title, short, spelled

NAMED = 12
"""Entries of a section that are shown; `--all` shows the rest. Warnings are never cut: each may be the one."""
TITLES = {"gaps": "what could not be learned", "kept": "what is kept", "libraries": "native libraries",
          "needs": "what it needs"}  # fmt: skip
SENTENCES = ("warnings", "gaps")
"""Sections whose entries are sentences, not names with values."""


def show_view(
    snapshot: Snapshot, only: Collection[str] = (), everything: bool = False, requirements: Requirements | None = None
) -> RenderableType:
    """Return the sections that were named, or all of them; an empty one is left out unless it was named.

    `requirements` is what an old project needs, if the snapshot is of one.
    """
    parts: list[RenderableType] = [
        Text.assemble((short(snapshot.id), "bold"), "  ", command_title(snapshot.command.argv))
    ]
    for section in sections_of(requirements):
        if only and section.name not in only:
            continue
        entries = [Entry(*map(spelled, entry)) for entry in section.entries(snapshot)]
        if entries or only:
            parts += [Text(), title(section.name, len(entries))]
            shown = entries if everything or only or section.name == "warnings" else entries[:NAMED]
            parts += body(section.name, shown)
            if len(shown) < len(entries):
                rest = f"  and {len(entries) - len(shown):,} more"
                step = f": reproof show {short(snapshot.id)} --section {section.name}"
                parts.append(Text(rest + step, style="dim"))
    return Group(*parts)


def title(name: str, count: int) -> Text:
    """Return a section's title; of warnings and gaps with their number, and of an empty section that it is."""
    style = "bold yellow" if name == "warnings" and count else "bold"
    told = "  none" if not count else f"  {count:,}" if name in SENTENCES else ""
    return Text.assemble((TITLES.get(name, name), style), (told, "dim"))


def body(name: str, entries: Sequence[Entry]) -> Iterator[RenderableType]:
    """Yield the entries of a section."""
    if entries:
        yield Padding(sentences(name, entries) if name in SENTENCES else columns(entries), (0, 0, 0, 2))


def sentences(name: str, entries: Sequence[Entry]) -> Table:
    """Return each entry as a sentence behind a mark."""
    mark, colour = ("!", "yellow") if name == "warnings" else ("?", "magenta")
    table = Table.grid(padding=(0, 1, 0, 0))
    for entry in entries:
        effect = f"; {entry.note}" if entry.note else ""
        table.add_row(Text(mark, style=colour), Text.assemble(entry.name, (effect, "dim")))
    return table


def columns(entries: Sequence[Entry]) -> Table:
    """Return entries with their names, values and notes below each other."""
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False, pad_edge=False)
    for style in ("", "", "dim"):
        table.add_column(overflow="fold", style=style)
    for entry in entries:
        table.add_row(Text(entry.name), Text(entry.value), Text(entry.note))
    return table
