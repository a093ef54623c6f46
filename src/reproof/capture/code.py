"""Python code as its syntax tree: what was imported under which name, and where each expression stands."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from reproof.model.snapshot import LoadedFile, SourceFile
from reproof.store.blobs import Blobs

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


@dataclass(frozen=True)
class Code:
    """One parsed file. `aliases` are the full names behind imported names: `np` -> `numpy`."""

    path: str
    tree: ast.Module
    aliases: dict[str, str]
    lines: tuple[str, ...]
    parents: dict[ast.AST, ast.AST] = field(repr=False)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node below the module, parents before their children."""
        return tuple(self.parents)

    @cached_property
    def bound(self) -> frozenset[str]:
        """The names that the file itself gives to something, parameters included."""
        names = {node.id for node in self.nodes if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        names |= {node.arg for node in self.nodes if isinstance(node, ast.arg)}
        return frozenset(names | {node.name for node in self.nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)})

    def name(self, node: ast.expr) -> str | None:
        """Return the dotted name of an expression, imports resolved; None for anything that is not plainly named."""
        return full_name(node, self.aliases)

    def builtin(self, node: ast.expr) -> str | None:
        """Return the name of a built-in function; None for any other expression, or if the file has its own."""
        plain = isinstance(node, ast.Name) and node.id not in self.aliases and node.id not in self.bound
        return node.id if plain and isinstance(node, ast.Name) else None

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a node stands in, from the inside out."""
        while node in self.parents:
            node = self.parents[node]
            yield node

    def scope(self, node: ast.AST) -> Scope:
        """Return the function, class or module that a node stands in."""
        return next((outer for outer in self.above(node) if isinstance(outer, Scope)), self.tree)


def read_code(files: Iterable[SourceFile], loaded: Iterable[LoadedFile], blobs: Blobs) -> tuple[Code, ...]:
    """Return the project's Python files that the run loaded, parsed; one that does not parse is left out."""
    used = {file.path for file in loaded if file.kind == "module"}
    wanted = (file for file in files if file.path in used and file.path.endswith(".py"))
    parsed = (parse(blobs.get(file.digest), file.path) for file in wanted)
    return tuple(code for code in parsed if code is not None)


def parse(content: bytes, path: str) -> Code | None:
    """Return a file's code; None if it is not the Python of this interpreter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the user's code: not for the terminal of whoever records it
            tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    parents: dict[ast.AST, ast.AST] = {}
    waiting: list[ast.AST] = [tree]
    for node in waiting:
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, ast.expr_context):  # one object stands for all of its kind
                parents[child] = node
                waiting.append(child)
    lines = tuple(content.decode("utf-8", "replace").splitlines())
    return Code(path, tree, collect_aliases(waiting), lines, parents)


def collect_aliases(nodes: Iterable[ast.AST]) -> dict[str, str]:
    """Return the full names behind a file's imported names: `np` -> `numpy`, `seed` -> `random.seed`."""
    aliases: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for item in node.names:
                top = item.name.split(".")[0]
                aliases[item.asname or top] = item.name if item.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for item in node.names:
                aliases[item.asname or item.name] = f"{node.module}.{item.name}"
    return aliases


def full_name(node: ast.expr, aliases: dict[str, str]) -> str | None:
    """Return the dotted name of an expression, imports resolved; None for anything that is not plainly named."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in aliases:
        return None
    return ".".join([aliases[node.id], *reversed(parts)])
