"""Recorded runs, and the pre-flight, as rich renderables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from reproof.report.words import command_title, duration, moment, short, size, spelled

STATUS_COLOURS = {"REPRODUCED": "green", "recorded": "cyan", "DIFFERENT": "red", "damaged": "red", "failed": "red"}
CHECK_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}
METRICS = 3


class Check(Protocol):
    """One line of the pre-flight."""

    @property
    def subject(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def effect(self) -> str: ...
    @property
    def remedy(self) -> str: ...


def runs_table(rows: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Return recorded runs, a row each: the mappings that `ls --json` prints.

    SIZE is what a run needs in the store, OWN the part of it that no other run needs.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    for name in ("ID", "RECORDED", "STATUS"):
        table.add_column(name, no_wrap=True)
    for name in ("TOOK", "SIZE", "OWN"):
        table.add_column(name, no_wrap=True, justify="right")
    table.add_column("COMMAND", overflow="fold")
    table.add_column("METRICS", overflow="fold")
    for row in rows:
        command, status = row["command"], str(row["status"])
        table.add_row(
            Text(short(row["id"]), style="bold"),
            Text(moment(row["created"])),
            Text(status, style=STATUS_COLOURS.get(status, "yellow")),
            Text(duration(row["duration_s"]) if "duration_s" in row else ""),
            Text(size(row["size"]) if "size" in row else ""),
            Text(size(row["own_size"]) if "own_size" in row else "", style="dim"),
            Text(spelled(command) if isinstance(command, str) else command_title(command)),
            Text(spelled(metrics_text(row["metrics"])), style="dim"),
        )
    return table


def metrics_text(metrics: Mapping[str, float]) -> str:
    """Return the first metrics in one line."""
    shown = [f"{name} {value:.4g}" for name, value in list(metrics.items())[:METRICS]]
    return ", ".join(shown) + (", …" if len(metrics) > METRICS else "")


def checks_view(checks: Iterable[Check]) -> RenderableType:
    """Return the pre-flight, a line each, and below a complaint its effect and remedy."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks:
        mark, colour = CHECK_MARKS[check.state]
        table.add_row(Text(f"{mark} {check.subject}", style=colour), Text(check.detail))
        for line in filter(None, (check.effect, check.remedy)):
            table.add_row("", Text(line, style="dim"))
    return table
