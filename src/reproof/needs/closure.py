"""The code of a command: from where it enters the project, all that is imported there, as far as it lies in it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from reproof.facts.imports import import_names
from reproof.facts.standard_library import is_standard
from reproof.model.project import Project
from reproof.needs.imports import Import, parse, read_imports
from reproof.needs.notebook import code_of

COMPILED = (".so", ".pyd", ".pyx", ".pxd", ".cpp", ".cu", ".c")
"""Endings of files that become modules when the project is built."""
USUAL_ROOTS = ("", "src", "lib", "python", "code")


@dataclass(frozen=True, slots=True)
class CodeFile:
    """One file of the project's code. `tree` is None if it does not parse."""

    path: str
    text: str
    tree: ast.Module | None
    imports: tuple[Import, ...]
    certain: bool = True
    """Whether it is loaded whatever happens; otherwise only by a function or an optional import."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A module that the project does not hold, and where it is imported."""

    module: str
    where: str
    """`train.py:12`."""
    need: str
    names: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Closure:
    """The files that a command's code consists of, in the order of import, and the modules that come from elsewhere.

    `installed` are packages of the project that are found only once it is installed.
    """

    files: tuple[CodeFile, ...] = ()
    foreign: tuple[Foreign, ...] = ()
    installed: tuple[str, ...] = ()


@dataclass
class Walk:
    """Follows imports through a project. `roots` are the folders that are on the path when the command runs.

    Packages of a `released` project bring their own requirements once it is installed: they are not followed.
    """

    project: Project
    roots: tuple[str, ...]
    released: bool = False
    seen: dict[str, CodeFile] = field(default_factory=dict)
    foreign: list[Foreign] = field(default_factory=list)
    installed: dict[str, None] = field(default_factory=dict)

    @cached_property
    def folders(self) -> frozenset[str]:
        """Every folder that holds a module, and those above them."""
        found: set[str] = set()
        for path in self.project.paths:
            if path.endswith((".py", *COMPILED)):
                parts = path.split("/")[:-1]
                found |= {"/".join(parts[:length]) for length in range(1, len(parts) + 1)}
        return frozenset(found)

    @cached_property
    def anywhere(self) -> dict[str, str]:
        """The folder in which a top-level module of each name lies nearest to the project's root."""
        found: dict[str, str] = {}
        for path in sorted(self.project.paths, key=lambda path: (path.count("/"), path)):
            folder, _, name = path.rpartition("/")
            if name == "__init__.py":
                above, _, package = folder.rpartition("/")
                found.setdefault(package, above)
            elif name.endswith(".py"):
                found.setdefault(name[:-3], folder)
        return found

    def follow(self, paths: Iterable[str]) -> Closure:
        """Return all that the files at these paths consist of."""
        waiting = [(path, True) for path in paths]
        while waiting:
            path, certain = waiting.pop(0)
            if path in self.seen and (self.seen[path].certain or not certain):
                continue
            text = self.project.text(path)
            if text is None:
                continue
            code = read_code(path, text, certain)
            self.seen[path] = code
            for one in code.imports:
                sure = certain and one.need in ("always", "instead")
                waiting += ((found, sure) for found in self.resolve(one, code))
        return Closure(tuple(self.seen.values()), tuple(dict.fromkeys(self.foreign)), tuple(self.installed))

    def resolve(self, one: Import, code: CodeFile) -> Iterator[str]:
        """Yield the project's files that an import loads; note the module if it comes from elsewhere."""
        folder = code.path.rpartition("/")[0]
        if one.level:
            parts = folder.split("/") if folder else []
            base = "/".join(parts[: len(parts) - one.level + 1])
            yield from self.files(base, one)
            return
        top = one.module.split(".")[0]
        if not top:
            return
        root = self.root_of(top, code)
        if self.released and top in self.installed:
            return
        if root is None:
            need = one.need if code.certain or one.need == "optional" else "later"
            self.foreign.append(Foreign(one.module, f"{code.path}:{one.line}", need, one.names, one.instead_of))
        else:
            yield from self.files(root, one)

    def root_of(self, top: str, code: CodeFile) -> str | None:
        """Return the folder in which a top-level module of the project is found; None if it is not the project's.

        A folder without `__init__.py` yields to an installed package of its name, as it does when Python looks.
        """
        foreign = is_known(top)
        implicit = code.tree is None or not foreign  # Python 2 looks beside the file that imports
        beside: tuple[str, ...] = (code.path.rpartition("/")[0],) if implicit else ()
        for root in dict.fromkeys((*self.roots, *beside)):
            if self.holds(root, top, bare=not foreign):
                return root
        if is_standard(top):
            return None
        for root in USUAL_ROOTS:
            if self.holds(root, top, bare=not foreign):
                self.installed[top] = None
                return root
        return None if foreign else self.anywhere.get(top)

    def holds(self, root: str, top: str, bare: bool) -> bool:
        """Say whether a folder has a module or package of this name; a `bare` package has no `__init__.py`."""
        stem = f"{root}/{top}" if root else top
        if f"{stem}.py" in self.project.paths or f"{stem}/__init__.py" in self.project.paths:
            return True
        return bare and (stem in self.folders or any(f"{stem}{ending}" in self.project.paths for ending in COMPILED))

    def files(self, root: str, one: Import) -> Iterator[str]:
        """Yield the files of a module below a root: its packages, itself, and the submodules that are taken from it."""
        stem = root
        for part in filter(None, one.module.split(".")):
            stem = f"{stem}/{part}" if stem else part
            yield from self.own(stem)
        for name in one.names:
            yield from self.own(f"{stem}/{name}" if stem else name)

    def own(self, stem: str) -> Iterator[str]:
        yield from (path for path in (f"{stem}/__init__.py", f"{stem}.py") if path in self.project.texts)


def is_known(top: str) -> bool:
    """Say whether a top-level module is of the standard library or of a distribution that the table has."""
    return is_standard(top) or top in import_names()


def read_code(path: str, text: str, certain: bool) -> CodeFile:
    """Return a file's code; of a notebook, that of its cells."""
    if path.endswith(".ipynb"):
        text = code_of(text)
    tree = parse(text)
    return CodeFile(path, text, tree, read_imports(text, tree), certain)
