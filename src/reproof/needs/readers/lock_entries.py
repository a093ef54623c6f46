"""What the locks of Poetry, PDM and uv have in common: packages with a version, files with hashes, and sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from reproof.model.project import Project, beside
from reproof.needs.found import Found, merged
from reproof.needs.locked import Edge, Locked, reach
from reproof.needs.readers.places import array, load_toml, table, texts
from reproof.needs.readers.poetry import marker_of


def sha256s(files: object) -> tuple[str, ...]:
    """Return the hashes of a list of files, or of a list of hashes."""
    told = (one if isinstance(one, str) else table(one).get("hash") for one in array(files))
    return tuple(one if one.startswith("sha256:") else f"sha256:{one}" for one in told
                 if isinstance(one, str) and (one.startswith("sha256:") or len(one) == 64))  # fmt: skip


def edge_of(line: str) -> Edge | None:
    """Return what a requirement, written as in PEP 508, asks of a graph; None if it is none."""
    try:
        parsed = Requirement(line)
    except InvalidRequirement:
        return None
    return Edge(canonicalize_name(parsed.name), str(parsed.marker) if parsed.marker else None)


def edges_of(lines: Iterable[object]) -> Iterator[Edge]:
    """Yield the edges of requirements."""
    for line in lines:
        edge = edge_of(line) if isinstance(line, str) else None
        if edge:
            yield edge


def edges_of_table(dependencies: dict[str, Any]) -> Iterator[Edge]:
    """Yield the edges of Poetry's table of dependencies; optional ones belong to extras."""
    for name, value in dependencies.items():
        for one in value if isinstance(value, list) else [value]:
            entry = table(one)
            if canonicalize_name(name) != "python" and entry.get("optional") is not True:
                yield Edge(canonicalize_name(name), marker_of(entry))


def declared_roots(project: Project, path: str) -> tuple[Edge, ...] | None:
    """Return what the `pyproject.toml` beside a lock declares; None if there is none that can be read."""
    text = project.text(beside(path, "pyproject.toml") or "")
    if text is None:
        return None
    try:
        data = load_toml(text)
    except ValueError:
        return None
    declared = table(data.get("project"))
    poetry = table(table(data.get("tool")).get("poetry"))
    return (*edges_of(texts(declared.get("dependencies"))), *edges_of_table(table(poetry.get("dependencies"))))


def chosen(packages: Iterable[Locked], roots: Iterable[Edge] | None) -> Found:
    """Return the packages that the roots reach as requirements, the others as hints; all without roots."""
    every = tuple(packages)
    if roots is None:
        return Found(requirements=tuple(one.requirement for one in every))
    needed, others = reach(every, roots)
    return merged((Found(requirements=needed), Found(hints=others)))
