"""Progress for people: bars on a terminal, a line when a task starts elsewhere, nothing with --quiet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from reproof.progress import Progress, Task


class PlainProgress(Progress):
    """One line when a task starts; for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def note(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()

    @contextmanager
    def task(self, label: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        amount = "" if total is None else f" ({total:,} {unit})"
        self.note(f"{label}{amount}")
        yield Task()


def choose_progress(stream: TextIO, quiet: bool) -> Progress:
    """Return how progress is told on this stream."""
    if quiet:
        return Progress()
    if not stream.isatty():
        return PlainProgress(stream)
    from rich.console import Console

    from reproof.cli.bars import TerminalProgress

    return TerminalProgress(Console(file=stream))
