"""Two runs side by side on a terminal: what changed, section by section, and one line that sums it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.console import Group, RenderableType
from rich.text import Text

from reproof.model.snapshot import Snapshot
from reproof.report.changes import Changes
from reproof.report.rows import ChangeRows
from reproof.report.words import command_title, duration, ending, moment, plural, short

NAMED = 20
"""Rows of a section that are printed; `--all` prints the rest."""
NAMES = 4
"""Things that do not count and are still named in the last line."""


class Difference(NamedTuple):
    """What there is to show: both runs, the sections that were asked for, and the patch of the code if it was."""

    runs: tuple[Snapshot, Snapshot]
    sections: Sequence[Changes]
    patch: Sequence[str] = ()


def diff_view(found: Difference, everything: bool) -> RenderableType:
    """Return the view. Sections in which nothing counts are named in the last line alone, unless `everything`."""
    parts: list[RenderableType] = list(header(found.runs))
    for changes in found.sections:
        if changes.counted or changes.unknown or everything:
            parts += section_lines(changes, everything)
        if changes.section == "code" and found.patch:
            parts += [Text(), *(patch_line(line) for line in found.patch)]
    return Group(*parts, Text(), *summary(found, everything))


def header(runs: tuple[Snapshot, Snapshot]) -> Iterator[RenderableType]:
    """Yield both runs, what they have in columns: the duration is told here, and is no difference."""
    columns = zip(*(facts(run) for run in runs), strict=True)
    widths = [max(len(value) for value in column) for column in columns]
    for letter, run, colour in zip("AB", runs, ("red", "green"), strict=True):
        told = [f"{value:<{width}}" for value, width in zip(facts(run), widths, strict=True) if width]
        yield Text.assemble((letter, f"bold {colour}"), "  ", (short(run.id), "bold"), "  ", "  ".join(told).rstrip())
    commands = dict.fromkeys(command_title(run.command.argv) for run in runs)
    for letter, line in zip("AB", commands, strict=False):
        yield Text.assemble((f"{letter}  " if len(commands) > 1 else "   ", "dim"), (line, "dim"))


def facts(run: Snapshot) -> tuple[str, str, str]:
    """Return when a run was, what it took, and how it ended."""
    if run.kind == "capture":
        return moment(run.command.started), "", "captured, not run"
    ended = ending(run).replace("exit code", "exit") + (", a replay" if run.replay_of else "")
    return moment(run.command.started), duration(run.command.duration_s), ended


def section_lines(changes: Changes, everything: bool) -> Iterator[RenderableType]:
    """Yield a section's title and rows, a long list cut and counted."""
    yield Text()
    if not changes.rows:
        yield Text.assemble((changes.section, "bold"), ("  the same", "dim"))
        return
    yield Text(changes.section, style="bold")
    shown = changes.rows if everything else changes.rows[:NAMED]
    yield ChangeRows(shown)
    if len(shown) < len(changes.rows):
        yield Text(f"    and {len(changes.rows) - len(shown):,} more; --all lists them", style="dim")


def patch_line(line: str) -> Text:
    """Return a line of a patch in its colour."""
    styles = (("+++", "bold"), ("---", "bold"), ("@@", "cyan"), ("+", "green"), ("-", "red"))
    return Text(line, style=next((style for start, style in styles if line.startswith(start)), ""))


def summary(found: Difference, everything: bool) -> Iterator[Text]:
    """Yield what differs, what differs without counting, and what is the same."""
    differing = [changes for changes in found.sections if changes.counted]
    total = sum(changes.counted for changes in differing)
    if total:
        told = ", ".join(f"{changes.counted:,} {changes.section}" for changes in differing)
        yield Text.assemble((plural(total, "difference"), "bold red"), f": {told}")
    else:
        yield Text("nothing that counts differs", style="bold green")
    unknown = [name for changes in found.sections for name in changes.unknown]
    if unknown:
        yield Text(f"could not be compared: {', '.join(unknown)}", style="magenta")
    quiet = [row.name for changes in found.sections for row in changes.rows if not row.counts and row.mark != "?"]
    if quiet and not everything:
        rest = f" and {len(quiet) - NAMES:,} more" if len(quiet) > NAMES else ""
        yield Text(f"differs, does not count: {', '.join(quiet[:NAMES])}{rest}", style="dim")
    same = [changes.section for changes in found.sections if not changes.rows]
    captured = any(run.kind == "capture" for run in found.runs)
    if captured and "results" in same:
        same.remove("results")
        yield Text("results were not compared: one of them was captured, not run", style="dim")
    if same:
        yield Text(f"the same: {', '.join(same)}", style="dim")
