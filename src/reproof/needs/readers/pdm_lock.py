"""`pdm.lock`, from version 2 on: files at the package or in `metadata.files`, groups and markers if it has them."""

from __future__ import annotations

from typing import Any

from packaging.utils import canonicalize_name

from reproof.model.project import Project
from reproof.model.requirements import Requirement
from reproof.needs.found import Found, merged
from reproof.needs.locked import Locked, by_line
from reproof.needs.reader import Reader
from reproof.needs.readers.lock_entries import chosen, declared_roots, edges_of, sha256s
from reproof.needs.readers.places import array, load_toml, table, texts, unparsed
from reproof.needs.spelling import without_credentials


def recognizes(path: str) -> bool:
    """Say whether a file is PDM's lock."""
    return path.rpartition("/")[2] == "pdm.lock"


def read(project: Project, path: str) -> Found:
    """Return the packages of the default group; the others are hints."""
    text = project.text(path) or ""
    try:
        data = load_toml(text)
    except ValueError as error:
        return unparsed(path, error)
    files, lines = table(table(data.get("metadata")).get("files")), by_line(text, "name")
    main: list[Locked] = []
    others: list[Requirement] = []
    grouped = False
    for entry in map(table, array(data.get("package"))):
        if isinstance(entry.get("name"), str) and isinstance(entry.get("version"), str):
            source = f"{path}:{lines.get(entry['name'], 1)}"
            one = Locked(requirement_of(entry, files, source), tuple(edges_of(array(entry.get("dependencies")))))
            grouped = grouped or "groups" in entry
            if "default" in (texts(entry.get("groups")) or ["default"]):
                main.append(one)
            else:
                others.append(one.requirement)
    roots = None if grouped else declared_roots(project, path)
    return merged((chosen(main, roots), Found(hints=tuple(others))))


def requirement_of(entry: dict[str, Any], files: dict[str, Any], source: str) -> Requirement:
    """Return a package as the lock pins it."""
    hashes = entry.get("files") or files.get(f"{entry['name']} {entry['version']}")
    git, url = entry.get("git"), entry.get("url") or entry.get("path")
    if isinstance(git, str):
        url = f"git+{git}@{entry.get('revision') or entry.get('ref') or ''}".rstrip("@")
    return Requirement(
        name=canonicalize_name(entry["name"]),
        kind="locked",
        source=source,
        specifier=f"=={entry['version']}",
        extras=tuple(sorted(texts(entry.get("extras")))),
        marker=entry["marker"] if isinstance(entry.get("marker"), str) else None,
        url=without_credentials(url) if isinstance(url, str) else None,
        hashes=sha256s(hashes),
    )


PDM_LOCK = Reader("pdm.lock", recognizes, read)
