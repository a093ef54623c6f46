"""Projects for the tests: files by name, without a disk."""

from __future__ import annotations

from collections.abc import Mapping

from reproof.model.project import Project
from reproof.model.requirements import Requirement, Requirements
from reproof.needs import Wanted, find_needs


def project(files: Mapping[str, str], **facts: object) -> Project:
    return Project(name="old", paths=frozenset(files), texts=dict(files), **facts)  # type: ignore[arg-type]


def needs(files: Mapping[str, str], command: str = "python train.py", **facts: object) -> Requirements:
    facts.setdefault("modified", dict.fromkeys(files, "2019-06-01T12:00:00Z"))
    return find_needs(project(files, **facts), Wanted(tuple(command.split())))


def named(requirements: tuple[Requirement, ...], kind: str | None = None) -> dict[str, str]:
    """Return the specifiers of the requirements of a kind by name."""
    return {one.name: one.specifier for one in requirements if kind in (None, one.kind)}
