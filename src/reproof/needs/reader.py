"""What a reader is: how one convention of saying what a project needs is recognized and read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reproof.model.project import Project
from reproof.needs.found import Found


@dataclass(frozen=True, slots=True)
class Reader:
    """A convention. `recognizes` takes a path in the project; `read` is pure and raises nothing for what a file holds.

    What a `weak` one says of packages (a README's install line, a CI file) counts only for what the code imports.
    """

    name: str
    recognizes: Callable[[str], bool]
    read: Callable[[Project, str], Found]
    weak: bool = False
