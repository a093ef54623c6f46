"""What one result says, before all are put together."""

from __future__ import annotations

from reproof.model.comparison import Result

BROKEN = ("different", "missing", "extra")


def decides(result: Result) -> bool:
    """Say whether a result can make the outcome. Warnings carry paths and times, so stderr is only noted."""
    return result.kind != "stderr"


def differs(result: Result) -> bool:
    """Say whether a result is not what it was."""
    return result.status in BROKEN


def is_exact(result: Result) -> bool:
    """Say whether a result came back bit for bit, recognised volatile text aside."""
    return result.status == "identical" or is_volatile_only(result)


def is_volatile_only(result: Result) -> bool:
    """Say whether nothing but volatile text differs: then no error was measured."""
    return result.status == "tolerated" and bool(result.volatile) and result.max_absolute is None


def place(result: Result) -> str:
    """Return a result's name, and where in it the difference is."""
    return f"{result.name} at {result.where}" if result.where and result.kind != "metric" else result.name
