"""What the text of a `setup.py` says, without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetupWords:
    """What the text of a `setup.py` says: `setup_requires`, and the modules that it cannot do without."""

    requires: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()


def setup_words(text: bytes) -> SetupWords:
    """Return what a `setup.py` says in plain words; what it computes, or writes for Python 2, stays unknown."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return SetupWords()
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    requires: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg == "setup_requires":
                    requires += _strings(named.get(keyword.value.id) if isinstance(keyword.value, ast.Name)
                                         else keyword.value)  # fmt: skip
    return SetupWords(tuple(requires), tuple(dict.fromkeys(_imports(tree))))


def _strings(node: ast.expr | None) -> list[str]:
    """Return the strings of a literal list, or of one literal string with a requirement in each line."""
    try:
        value = ast.literal_eval(node) if node is not None else ()
    except (ValueError, TypeError):
        return []
    lines = value.splitlines() if isinstance(value, str) else value if isinstance(value, list | tuple) else ()
    return [line.strip() for line in lines if isinstance(line, str) and line.strip()]


def _imports(tree: ast.Module) -> Iterator[str]:
    """Yield the top names of what is imported unconditionally at the start."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]
