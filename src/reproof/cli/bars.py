"""Progress on a terminal: bars that go away when their task ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.progress import Task as Bar
from rich.text import Text

from reproof.progress import Progress, Task


class Amount(ProgressColumn):
    """Bytes as `12.3/60.1 MB`, anything else as `3/14 wheels`, nothing while the total is unknown."""

    def __init__(self) -> None:
        super().__init__()
        self._bytes, self._items = DownloadColumn(), MofNCompleteColumn()

    def render(self, task: Bar) -> Text:
        """Return the text of one bar."""
        if task.total is None:
            return Text("")
        unit = task.fields["unit"]
        return self._bytes.render(task) if unit == "B" else Text.assemble(self._items.render(task), f" {unit}")


class BarTask(Task):
    """A task shown as a bar."""

    def __init__(self, bars: Bars, task: TaskID) -> None:
        self._bars, self._task = bars, task

    def advance(self, amount: int = 1) -> None:
        self._bars.advance(self._task, amount)

    def describe(self, text: str) -> None:
        self._bars.update(self._task, detail=text)


class TerminalProgress(Progress):
    """Bars that go away when their task ends; notes stay."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bars: Bars | None = None

    def note(self, text: str) -> None:
        self._console.print(text, highlight=False, markup=False)

    @contextmanager
    def task(self, label: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        if self._bars is not None:
            task = self._bars.add_task(label, total=total, unit=unit, detail="")
            try:
                yield BarTask(self._bars, task)
            finally:
                self._bars.remove_task(task)
            return
        columns = (
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), Amount(), TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}"),
        )  # fmt: skip
        with Bars(*columns, console=self._console, transient=True) as self._bars:
            try:
                with self.task(label, total, unit) as task_:
                    yield task_
            finally:
                self._bars = None
