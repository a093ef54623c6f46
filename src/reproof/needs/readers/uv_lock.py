"""`uv.lock`: a graph from the project's own package to all that it needs on every platform."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from packaging.utils import canonicalize_name

from reproof.model.project import Project
from reproof.model.requirements import Requirement
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.locked import Edge, Locked, by_line
from reproof.needs.reader import Reader
from reproof.needs.readers.lock_entries import chosen, sha256s
from reproof.needs.readers.places import array, load_toml, table, unparsed
from reproof.needs.spelling import without_credentials


def recognizes(path: str) -> bool:
    """Say whether a file is uv's lock."""
    return path.rpartition("/")[2] == "uv.lock"


def read(project: Project, path: str) -> Found:
    """Return the packages that the project itself needs; those of groups and extras are hints."""
    text = project.text(path) or ""
    try:
        data = load_toml(text)
    except ValueError as error:
        return unparsed(path, error)
    lines = by_line(text, "name")
    packages: list[Locked] = []
    roots: list[Edge] = []
    for entry in map(table, array(data.get("package"))):
        if not isinstance(entry.get("name"), str):
            continue
        edges = tuple(edges_of_list(entry.get("dependencies")))
        if is_own(table(entry.get("source"))):
            roots += edges
        elif isinstance(entry.get("version"), str):
            packages.append(Locked(requirement_of(entry, f"{path}:{lines.get(entry['name'], 1)}"), edges))
    python = data.get("requires-python")
    signs = (PythonSign("range", python, f"requires-python in {path}"),) if isinstance(python, str) else ()
    return merged((chosen(packages, roots or None), Found(pythons=signs)))


def is_own(source: dict[str, Any]) -> bool:
    """Say whether a package is the project, or another in its workspace."""
    return "virtual" in source or "editable" in source


def edges_of_list(dependencies: object) -> Iterator[Edge]:
    """Yield what a package of the lock needs."""
    for entry in map(table, array(dependencies)):
        if isinstance(entry.get("name"), str):
            yield Edge(canonicalize_name(entry["name"]), entry.get("marker"), entry.get("version"))


def requirement_of(entry: dict[str, Any], source: str) -> Requirement:
    """Return a package as the lock pins it."""
    origin = table(entry.get("source"))
    address = next(
        (origin[key] for key in ("git", "url", "path", "directory") if isinstance(origin.get(key), str)), None
    )
    if address and "git" in origin:
        parts = urlsplit(address)  # `https://…?rev=v1#<commit>`
        plain = urlunsplit(parts._replace(query="", fragment=""))
        address = f"git+{plain}@{parts.fragment}" if parts.fragment else f"git+{plain}"
    return Requirement(
        name=canonicalize_name(entry["name"]),
        kind="locked",
        source=source,
        specifier=f"=={entry['version']}",
        url=without_credentials(address) if address else None,
        hashes=sha256s([*array(entry.get("wheels")), entry.get("sdist")]),
    )


UV_LOCK = Reader("uv.lock", recognizes, read)
