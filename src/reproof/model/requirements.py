"""Requirements: what a project says or shows that it needs, and of when. Made by `needs`, before any index is asked."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Document, Frozen, Gap

RequirementKind = Literal["declared", "locked", "constraint", "imported", "build"]


class Requirement(Frozen):
    """A distribution that the project needs, where it is said, and how firmly.

    `declared`: a person wrote it. `locked`: a tool wrote it, with all that it needs. `constraint`: only if something
    else wants it. `imported`: nobody declared it, a module of the project imports it. `build`: needed to build another.
    """

    name: str
    """As in PEP 503: lower case, hyphens."""
    kind: RequirementKind
    source: str
    """Where it is said, relative to the project: `requirements/base.txt:3`, `train.py:12`."""
    specifier: str = ""
    """PEP 440, as written: `>=1.2,<2`; empty for any version."""
    extras: tuple[str, ...] = ()
    marker: str | None = None
    url: str | None = None
    """Of a direct reference, without credentials: `git+…@<commit>`, an archive, a folder relative to the project."""
    hashes: tuple[str, ...] = ()
    """`sha256:<hex>` of the files that a lock admits."""
    optional: bool = False
    """Only a function of the code imports it: the command may do without, should it not be had."""


class DateChoice(Frozen):
    """An instant that the project may be of (`2019-06-01T23:59:59Z`), and the evidence for it."""

    instant: str
    reason: str


class PythonChoice(Frozen):
    """A version of Python that the project may need (`3.6`, or `3.6.9` when it says so), and the evidence for it."""

    version: str
    reason: str


class Requirements(Document):
    """What a project needs. Where there is a choice, the best comes first and the others are tried after it."""

    SCHEMA: ClassVar[str] = "reproof/requirements/1"

    project: str
    dates: tuple[DateChoice, ...]
    pythons: tuple[PythonChoice, ...]
    requirements: tuple[Requirement, ...]
    places: tuple[str, ...] = ()
    """Indexes and find-links places that the project itself names, without credentials."""
    system_packages: tuple[str, ...] = ()
    """Distribution packages that its Dockerfile, CI file or documentation installs."""
    imports: tuple[str, ...] = ()
    """Modules that the command's code imports and the project does not hold: they must be there before it is run."""
    gaps: tuple[Gap, ...] = ()
