"""What is asked of a solver, and what it answers, whichever tool it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from reproof.model.target import Target

PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;#]+)(?:\s*#\s*via\s+(?P<via>.*))?"
)


@dataclass(frozen=True)
class Question:
    """Requirements as lines of a requirements file. `overrides` hold whatever any package asks for."""

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    prereleases: bool = False
    """Take a pre-release also where nobody asks for one."""


@dataclass(frozen=True)
class Chosen:
    """A version that a solver chose, and the packages that need it; none when only the project does."""

    name: str
    version: str
    needed_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What was chosen, by name; or, in the solver's words, why nothing could be."""

    chosen: tuple[Chosen, ...] = ()
    failure: str | None = None


class Solver(Protocol):
    """A tool that chooses versions from an index."""

    @property
    def name(self) -> str:
        """The tool and its version."""
        ...

    def solve(self, question: Question, target: Target, index_url: str) -> Answer:
        """Return what it chooses for a target from an index of stand-ins (see `dated.server`)."""
        ...


def parse_pins(lines: Iterable[str]) -> tuple[Chosen, ...]:
    """Return the pins of a compiled requirements file with annotations at the end of lines, by name."""
    found = {}
    for match in filter(None, map(PINNED.match, lines)):
        name = re.sub(r"[-_.]+", "-", match["name"]).lower()
        via = tuple(word for word in re.split(r",\s*", (match["via"] or "").strip()) if word and word[0] not in "-(")
        found[name] = Chosen(name, match["version"], via)
    return tuple(found[name] for name in sorted(found))
