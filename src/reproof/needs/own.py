"""The project as a distribution of its own: where the command's code imports it as one that is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from reproof.model.project import Project
from reproof.model.requirements import Requirement
from reproof.needs.closure import Closure, Walk
from reproof.needs.entry import Entry
from reproof.needs.found import Found
from reproof.needs.readers.pkg_info import release_of
from reproof.needs.readers.places import load_toml, table
from reproof.needs.undeclared import find_undeclared

BUILDS = ("setup.py", "pyproject.toml", "setup.cfg")


def own_distribution(project: Project, closure: Closure) -> Iterator[Requirement]:
    """Yield the requirement for the project itself, if its packages are found only once it is installed.

    A source distribution is asked for by its version, since an index may have its wheels; any other as the folder `.`.
    """
    build = next((name for name in BUILDS if name in project.paths), None)
    if not closure.installed or build is None:
        return
    release = release_of(project)
    if release:
        name, version = release
        yield Requirement(name=canonicalize_name(name), kind="imported", source="PKG-INFO", specifier=f"=={version}")
    else:
        name = canonicalize_name(name_of(project) or closure.installed[0])
        yield Requirement(name=name, kind="imported", source=build, url=".")


def needs_of_release(
    project: Project, entry: Entry, found: Found, known: tuple[Requirement, ...]
) -> Iterator[Requirement]:
    """Yield what the packages of a source distribution import whatever happens, if it declares nothing itself.

    Until about 2018 many asked for numpy and scipy in their `setup.py` by importing them.
    """
    if release_of(project) is None or any(one.kind == "declared" for one in found.requirements):
        return
    closure = Walk(project, entry.roots).follow(entry.files)
    certain = tuple(one for one in closure.foreign if one.need == "always")
    names = {one.name for one in known}
    for one in find_undeclared(Closure(foreign=certain), found.requirements, found.hints).requirements:
        if one.name not in names:
            yield one


def name_of(project: Project) -> str | None:
    """Return the name in the declaration; None if it says none that can be read."""
    try:
        data = load_toml(project.text("pyproject.toml") or "")
    except ValueError:
        data = {}
    named = table(data.get("project")).get("name") or table(table(data.get("tool")).get("poetry")).get("name")
    said = re.search(r"""^\s*name\s*=\s*["']?([A-Za-z0-9][\w.\-]*)["']?,?\s*$""", said_in(project), re.M)
    return named if isinstance(named, str) else said[1] if said else None


def said_in(project: Project) -> str:
    return "\n".join(filter(None, (project.text("setup.cfg"), project.text("setup.py"))))
