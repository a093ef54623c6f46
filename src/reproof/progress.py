"""How long work tells that it goes on. The silent one is here; `cli` shows bars on a terminal and lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Task:
    """A piece of work under way."""

    def advance(self, amount: int = 1) -> None:
        """Count `amount` more units as done."""

    def describe(self, text: str) -> None:
        """Say what is being done right now."""


class Progress:
    """Receives what happens; this one keeps it to itself."""

    def note(self, text: str) -> None:
        """Tell something worth a line of its own."""

    @contextmanager
    def task(self, label: str, total: int | None = None, unit: str = "") -> Iterator[Task]:
        """Yield a task of `total` units (`B` for bytes, or a plural such as `wheels`); None when nobody knows."""
        yield Task()
