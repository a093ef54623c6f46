"""The corpus of dated requirement sets, as frozen records. README.md beside this file tells where they come from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DECLARED = re.compile(
    r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[(?P<extras>[^\]]*)\])?\s*"
    r"(?P<specifier>\(?\s*[<>=!~][^;]*?)?\s*(?:;\s*(?P<marker>.+))?$"
)
"""A requirement as people wrote it: also `pytz (>=2011k)` and `torch>=1.7.*`, which PEP 508 does not know."""


@dataclass(frozen=True)
class Declared:
    """The parts of one requirement; `specifier` is as written, without parentheses around it."""

    name: str
    extras: tuple[str, ...]
    specifier: str
    marker: str | None


@dataclass(frozen=True)
class RequirementSet:
    """What one project required on one date, and the modules that must be importable once that is installed."""

    id: str
    project: str
    date: str
    python: str
    python_from: str
    kind: str
    file: str
    machine_learning: bool
    requirements: tuple[str, ...]
    imports: tuple[str, ...]
    version: str | None = None
    commit: str | None = None
    undeclared: tuple[str, ...] = ()
    """Modules that the project's programs import although no requirement brings them: they are tried as well."""
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def year(self) -> int:
        """The year of its date."""
        return int(self.date[:4])

    @property
    def modules(self) -> tuple[str, ...]:
        """All the modules to be imported."""
        return self.imports + self.undeclared


def parse_declared(text: str) -> Declared:
    """Return the parts of a requirement.

    Raises:
        ValueError: it has no name that a distribution could have.
    """
    match = DECLARED.match(text.strip())
    if match is None:
        raise ValueError(f"no requirement: {text!r}")
    extras = tuple(word.strip() for word in (match["extras"] or "").split(",") if word.strip())
    return Declared(match["name"], extras, (match["specifier"] or "").strip("() "), match["marker"])


def load(folder: Path = FOLDER) -> tuple[RequirementSet, ...]:
    """Return all sets, the oldest year first.

    Raises:
        ValueError: a file is no JSON, or a set has a field that there is none of, or lacks one.
    """
    files = sorted(folder.glob("*.json"))
    return tuple(_read(entry) for path in files for entry in json.loads(path.read_text("utf-8")))


def _read(entry: dict[str, Any]) -> RequirementSet:
    known = {one.name for one in fields(RequirementSet)}
    if unknown := sorted(entry.keys() - known):
        raise ValueError(f"{entry.get('id')}: unknown fields: {', '.join(unknown)}")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    try:
        return RequirementSet(**values)
    except TypeError as error:
        raise ValueError(f"{entry.get('id')}: {error}") from error
