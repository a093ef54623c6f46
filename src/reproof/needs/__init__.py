"""What an old project needs, of when it is, and which Python it was run with: `find_needs`, pure.

`readers` says what files declare, `closure` what the command's code imports, `dates` and `pythons` choose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reproof.facts.standard_library import is_standard
from reproof.model.base import Gap
from reproof.model.project import Project
from reproof.model.requirements import Requirement, Requirements
from reproof.needs.closure import Closure, Walk
from reproof.needs.dates import find_dates, undated
from reproof.needs.entry import Entry, find_entry
from reproof.needs.found import Found, PythonSign, merged, unique
from reproof.needs.own import needs_of_release, own_distribution
from reproof.needs.pythons import find_pythons, python2_gap
from reproof.needs.readers import READERS
from reproof.needs.readers.pkg_info import release_of
from reproof.needs.scope import is_for_other_purpose, split_scope
from reproof.needs.settle import settle
from reproof.needs.syntax import signs_of
from reproof.needs.undeclared import find_undeclared
from reproof.needs.wanted import Wanted

__all__ = ["Wanted", "find_needs", "is_wanted"]

CODE = (".py", ".ipynb", ".sh", ".bash")
PLAIN = (".txt", ".in", ".pip")
"""Texts that a requirements file may include, whatever their name."""


def is_wanted(path: str) -> bool:
    """Say whether the text of a project's file is needed to tell what it needs."""
    included = path.endswith(PLAIN) and path.count("/") < 2
    return included or path.endswith(CODE) or any(reader.recognizes(path) for reader in READERS)


def find_needs(project: Project, wanted: Wanted) -> Requirements:
    """Return what a command of a project needs, as far as the project says or shows it."""
    entry = find_entry(project, wanted)
    closure, more = follow(project, entry)
    saying, found = declared(project, entry, (*entry.roots, wanted.folder))
    settled = settle((*found.requirements, *brought(entry), *own_distribution(project, closure)))
    undeclared = find_undeclared(closure, settled.requirements, found.hints)
    beneath = needs_of_release(project, entry, found, undeclared.requirements)
    requirements = (*settled.requirements, *undeclared.requirements, *beneath)
    signs = (*found.pythons, *code_signs(closure))
    dates = find_dates(project, wanted.as_of, saying, entry.files, [file.path for file in closure.files])
    pythons = find_pythons(signs, requirements, dates[0].instant if dates else None, wanted.python)
    return Requirements(
        project=project.name,
        dates=dates,
        pythons=pythons,
        requirements=requirements,
        places=found.places,
        system_packages=found.system_packages,
        imports=must_import(closure),
        gaps=unique((
            *project.gaps, *more, *found.gaps, *settled.gaps, *undeclared.gaps, *python2_gap(pythons, signs),
            *undated(dates),
        )),
    )  # fmt: skip


def declared(project: Project, entry: Entry, folders: tuple[str, ...]) -> tuple[tuple[str, ...], Found]:
    """Return the files that say firmly what the command needs, and what all files say."""
    saying: list[str] = []
    parts: list[Found] = []
    for reader in READERS:
        near, others = split_scope((path for path in project.texts if reader.recognizes(path)), folders)
        for path in near:
            found = reader.read(project, path)
            if reader.weak and path not in entry.files:
                parts.append(found.weakened())
            else:
                parts.append(found)
                saying.append(path)
        parts += [reader.read(project, path).from_afar() for path in others]
    return tuple(saying), merged(parts)


def follow(project: Project, entry: Entry) -> tuple[Closure, tuple[Gap, ...]]:
    """Return the code of a command; where it enters the project nowhere, all code but tests and documentation.

    Of a source distribution its own packages are left out: once it is installed, it brings what they need.
    """
    if entry.files or entry.modules:
        return Walk(project, entry.roots, released=release_of(project) is not None).follow(entry.files), ()
    paths = [path for path in sorted(project.texts) if path.endswith(".py") and not is_for_other_purpose(path)]
    paths = [path for path in paths if path.rpartition("/")[2] not in ("setup.py", "conftest.py")]
    roots = tuple(dict.fromkeys(path.rpartition("/")[0] for path in paths))
    gap = Gap(
        what="which code the command runs",
        why="it names no script, notebook or module of the project",
        effect=f"the imports of all {len(paths)} Python files that are no tests are taken",
    )
    return Walk(project, roots).follow(paths), (gap,)


def brought(entry: Entry) -> Iterator[Requirement]:
    """Yield the distributions whose programs and modules the command itself names."""
    for name in entry.programs:
        yield Requirement(name=name, kind="imported", source="the command")


def code_signs(closure: Closure) -> Iterable[PythonSign]:
    """Yield what the code that is certainly loaded says of its Python, each thing once."""
    seen: set[tuple[str, str]] = set()
    for file in closure.files:
        for sign in signs_of(file) if file.certain else ():
            kind = (sign.value, sign.where.partition(" in ")[0])
            if kind not in seen:
                seen.add(kind)
                yield sign


def must_import(closure: Closure) -> tuple[str, ...]:
    """Return the modules from elsewhere that are imported whatever happens, the standard library left out."""
    names = (one.module for one in closure.foreign if one.need == "always")
    return tuple(dict.fromkeys(name for name in names if not is_standard(name.split(".")[0])))
