"""`Pipfile` and `Pipfile.lock`."""

from __future__ import annotations

import json
from typing import Any

from packaging.utils import canonicalize_name

from reproof.model.project import Project
from reproof.model.requirements import Requirement
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.reader import Reader
from reproof.needs.readers.lock_entries import sha256s
from reproof.needs.readers.places import array, load_toml, table, texts, unparsed, where
from reproof.needs.readers.poetry import marker_of, read_table, url_of
from reproof.needs.spelling import without_credentials


def read_pipfile(project: Project, path: str) -> Found:
    """Return what a Pipfile says; packages for development are hints."""
    text = project.text(path) or ""
    try:
        data = load_toml(text)
    except ValueError as error:
        return unparsed(path, error)
    return merged((
        Found(pythons=python_of(table(data.get("requires")), where(path, text, "[requires]"))),
        Found(places=places_of(data.get("source"))),
        read_table(table(data.get("packages")), path, text),
        read_table(table(data.get("dev-packages")), path, text).as_hints(),
    ))  # fmt: skip


def read_lock(project: Project, path: str) -> Found:
    """Return what a Pipfile.lock pins; packages for development are hints."""
    text = project.text(path) or ""
    try:
        data = table(json.loads(text))
    except (ValueError, RecursionError) as error:
        return unparsed(path, error)
    meta = table(data.get("_meta"))
    return merged((
        Found(pythons=python_of(table(meta.get("requires")), path), places=places_of(meta.get("sources"))),
        Found(requirements=tuple(pinned(table(data.get("default")), path, text))),
        Found(hints=tuple(pinned(table(data.get("develop")), path, text))),
    ))  # fmt: skip


def pinned(packages: dict[str, Any], path: str, text: str) -> list[Requirement]:
    """Return the packages of one part of a lock."""
    found = []
    for name, entry in ((name, table(value)) for name, value in packages.items()):
        version = entry.get("version")
        found.append(
            Requirement(
                name=canonicalize_name(name),
                kind="locked",
                source=where(path, text, f'"{name}"'),
                specifier=version if isinstance(version, str) and version != "*" else "",
                extras=tuple(sorted(texts(entry.get("extras")))),
                marker=marker_of(entry),
                url=url_of(entry),
                hashes=sha256s(entry.get("hashes")),
            )
        )
    return found


def python_of(requires: dict[str, Any], source: str) -> tuple[PythonSign, ...]:
    """Return the version of Python that is asked for."""
    version = requires.get("python_full_version") or requires.get("python_version")
    return (PythonSign("exact", version, source),) if isinstance(version, str) else ()


def places_of(sources: object) -> tuple[str, ...]:
    """Return the addresses of indexes."""
    urls = (table(one).get("url") for one in array(sources))
    return tuple(without_credentials(url) for url in urls if isinstance(url, str))


PIPFILE = Reader("Pipfile", lambda path: path.rpartition("/")[2] == "Pipfile", read_pipfile)
PIPFILE_LOCK = Reader("Pipfile.lock", lambda path: path.rpartition("/")[2] == "Pipfile.lock", read_lock)
