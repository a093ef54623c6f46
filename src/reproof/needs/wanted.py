"""What is asked of an old project: a command, and what the user already knows of its time."""

from __future__ import annotations

from dataclasses import dataclass

from reproof.model.requirements import DateChoice


@dataclass(frozen=True, slots=True)
class Wanted:
    """`argv` is the command, `folder` where in the project it runs (`""` for its root)."""

    argv: tuple[str, ...]
    folder: str = ""
    as_of: DateChoice | None = None
    """The instant that the user gave."""
    python: str | None = None
    """The version of Python that the user gave."""
