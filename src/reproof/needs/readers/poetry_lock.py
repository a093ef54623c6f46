"""`poetry.lock`, from version 1.0 on: hashes in `metadata.hashes`, in `metadata.files` or at the package."""

from __future__ import annotations

from typing import Any

from packaging.utils import canonicalize_name

from reproof.model.project import Project
from reproof.model.requirements import Requirement
from reproof.needs.found import Found, merged
from reproof.needs.locked import Locked, by_line
from reproof.needs.reader import Reader
from reproof.needs.readers.lock_entries import chosen, declared_roots, edges_of_table, sha256s
from reproof.needs.readers.places import array, load_toml, table, texts, unparsed
from reproof.needs.readers.poetry import python_signs, specifier_of
from reproof.needs.spelling import without_credentials


def recognizes(path: str) -> bool:
    """Say whether a file is Poetry's lock."""
    return path.rpartition("/")[2] == "poetry.lock"


def read(project: Project, path: str) -> Found:
    """Return the packages that the main dependencies need; those of development are hints."""
    text = project.text(path) or ""
    try:
        data = load_toml(text)
    except ValueError as error:
        return unparsed(path, error)
    metadata, lines = table(data.get("metadata")), by_line(text, "name")
    packages: list[Locked] = []
    others: list[Requirement] = []
    for entry in map(table, array(data.get("package"))):
        if isinstance(entry.get("name"), str) and isinstance(entry.get("version"), str):
            source = f"{path}:{lines.get(entry['name'], 1)}"
            one = Locked(
                requirement_of(entry, metadata, source), tuple(edges_of_table(table(entry.get("dependencies"))))
            )
            if entry.get("category", "main") == "main" and "main" in (texts(entry.get("groups")) or ["main"]):
                packages.append(one)
            else:
                others.append(one.requirement)
    python = metadata.get("python-versions")
    signs = python_signs(specifier_of(python)[0], path) if isinstance(python, str) else []
    ranges = tuple(sign for sign in signs if sign.kind == "range")
    roots = declared_roots(project, path)
    return merged((chosen(packages, roots), Found(hints=tuple(others), pythons=ranges)))


def requirement_of(entry: dict[str, Any], metadata: dict[str, Any], source: str) -> Requirement:
    """Return a package as the lock pins it."""
    name = entry["name"]
    files = entry.get("files") or table(metadata.get("files")).get(name) or table(metadata.get("hashes")).get(name)
    marker = entry.get("markers") or entry.get("marker")
    return Requirement(
        name=canonicalize_name(name),
        kind="locked",
        source=source,
        specifier=f"=={entry['version']}",
        marker=marker if isinstance(marker, str) else None,
        url=url_of(table(entry.get("source"))),
        hashes=sha256s(files),
    )


def url_of(source: dict[str, Any]) -> str | None:
    """Return the address of a package that comes from no index."""
    url, kind = source.get("url"), source.get("type")
    if not isinstance(url, str) or kind not in ("git", "url", "directory", "file"):
        return None
    revision = source.get("resolved_reference") or source.get("reference")
    return without_credentials(f"git+{url}@{revision}" if kind == "git" else url)


POETRY_LOCK = Reader("poetry.lock", recognizes, read)
