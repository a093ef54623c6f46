"""`setup.py`, read as a syntax tree: it is never executed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from reproof.model.base import Gap
from reproof.model.project import Project, beside
from reproof.model.requirements import RequirementKind
from reproof.needs.found import Found, merged
from reproof.needs.imports import parse
from reproof.needs.reader import Reader
from reproof.needs.readers.classifiers import requires_python, signs_of_classifiers
from reproof.needs.readers.places import texts, where
from reproof.needs.readers.requirements_txt import read as read_requirements
from reproof.needs.spelling import read_requirement
from reproof.needs.static import Reading, Scope, Untold, Value, is_setup

LISTS: tuple[tuple[str, RequirementKind, bool], ...] = (
    ("install_requires", "declared", True),
    ("requires", "declared", False),
    ("setup_requires", "build", True),
    ("tests_require", "declared", False),
)
"""Arguments of `setup`, and whether what they name is firm; `requires` of distutils names modules."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A file with its names, and the arguments of its call of `setup`: each an expression, or a value."""

    project: Project
    path: str
    text: str
    scope: Scope
    arguments: dict[str, ast.expr | Value]

    def value(self, name: str) -> Value:
        """Return what an argument comes to, None if it is not there. Raises Untold."""
        given = self.arguments.get(name)
        return self.scope.value(given) if isinstance(given, ast.expr) else given


def recognizes(path: str) -> bool:
    """Say whether a file is a distribution's script."""
    return path.rpartition("/")[2] == "setup.py"


def read(project: Project, path: str) -> Found:
    """Return what the arguments of `setup` say; a gap for each that only running the file would tell."""
    text = project.text(path) or ""
    tree = parse(text)
    if tree is None:
        return lost(path, "what it declares", "it does not parse under this Python")
    call = next((node for node in ast.walk(tree) if isinstance(node, ast.Call) and is_setup(node)), None)
    if call is None:
        return Found()
    scope = Scope()
    try:
        scope.run(tree.body)
        setup = Setup(project, path, text, scope, dict(arguments(call, scope)))
        return merged((*(read_list(setup, *one) for one in LISTS), read_extras(setup), read_python(setup)))
    except RecursionError:
        return lost(path, "what it declares", "it is nested too deeply")


def arguments(call: ast.Call, scope: Scope) -> Iterator[tuple[str, ast.expr | Value]]:
    """Yield the arguments of the call by name, those of `**metadata` included."""
    for word in call.keywords:
        if word.arg is not None:
            yield word.arg, word.value
            continue
        try:
            held = scope.value(word.value)
        except Untold:
            continue
        if isinstance(held, dict):
            yield from ((str(name), value) for name, value in held.items())


def read_list(setup: Setup, name: str, kind: RequirementKind, firm: bool) -> Found:
    """Return what one argument lists."""
    try:
        found = read_value(setup, setup.value(name), kind)
    except Untold as untold:
        return lost(f"{setup.path}:{untold.line}", name, "only running the file would tell")
    given = setup.arguments.get(name)
    doubtful = setup.scope.doubtful.get(given.id) if isinstance(given, ast.Name) else None
    if doubtful:
        found = merged(
            (found, lost(f"{setup.path}:{doubtful}", f"a part of {name}", "only running the file would tell"))
        )
    return found if firm else found.as_hints()


def read_value(setup: Setup, value: Value, kind: RequirementKind) -> Found:
    """Return what a list, a text with lines, or a file that is read says."""
    if isinstance(value, Reading):
        return read_requirements(setup.project, beside(setup.path, value.path) or value.path)
    if isinstance(value, str):
        value = [line.strip() for line in value.split("\n") if line.strip()]
    parts = []
    for one in value if isinstance(value, list) else []:
        if isinstance(one, Reading):
            parts.append(read_value(setup, one, kind))
        elif isinstance(one, str) and one.strip():
            parts.append(read_requirement(one, where(setup.path, setup.text, one.partition(" ;")[0]), kind))
    return merged(parts)


def read_extras(setup: Setup) -> Found:
    """Return what the extras name, as hints."""
    try:
        extras = setup.value("extras_require")
    except Untold:
        return Found()  # nothing of it is needed for certain
    values = extras.values() if isinstance(extras, dict) else ()
    return merged(read_value(setup, value, "declared").as_hints() for value in values)


def read_python(setup: Setup) -> Found:
    """Return the versions of Python that are named."""
    try:
        python = setup.value("python_requires")
    except Untold:
        python = None
    try:
        classifiers = setup.value("classifiers")
    except Untold:
        classifiers = None
    lines = classifiers.split("\n") if isinstance(classifiers, str) else texts(classifiers)
    return Found(pythons=(
        *requires_python(python, where(setup.path, setup.text, "python_requires")),
        *signs_of_classifiers(lines, where(setup.path, setup.text, "Programming Language :: Python")),
    ))  # fmt: skip


def lost(source: str, what: str, why: str) -> Found:
    """Return the gap for what the file does not tell."""
    return Found(gaps=(Gap(what=f"{source}: {what}", why=why, effect="only imports tell what is needed"),))


SETUP_PY = Reader("setup.py", recognizes, read)
