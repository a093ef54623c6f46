"""Hazards of places: names made by chance, and results that go to somebody's home folder."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from reproof.capture import hazard_names as names
from reproof.capture.code import Code
from reproof.capture.hazard_order import method_of


def random_names(code: Code) -> Iterator[ast.expr]:
    """Yield where a name is made by chance and a file is written under it."""
    yield from (node for node in reach_files(code, is_random_name))


def home(code: Code) -> Iterator[ast.expr]:
    """Yield where the home folder is looked up and a file is written below it."""
    yield from (node for node in reach_files(code, is_home))


def is_random_name(code: Code, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and code.name(node.func) in names.RANDOM_NAMES


def is_home(code: Code, node: ast.expr) -> bool:
    """Say whether an expression is the home folder, or a path in it."""
    match node:
        case ast.Subscript(value=owner, slice=ast.Constant(value="HOME")):
            return code.name(owner) == "os.environ"
        case ast.Call(func=function, args=[ast.Constant(value="HOME"), *_]):
            return code.name(function) in names.HOME_VARIABLES
        case ast.Call(func=function, args=arguments):
            expands = isinstance(function, ast.Attribute) and function.attr == "expanduser" and not arguments
            return expands or code.name(function) in names.HOMES
    return False


def reach_files(code: Code, is_source: Callable[[Code, ast.expr], bool]) -> Iterator[ast.expr]:
    """Yield the sources whose value is in what a writing call is given, through any assignments in the file.

    Names are followed by their text through the whole file: a path that is made in one function and written to in
    another one is found, and two names that are alike are taken for one.
    """
    sources = [node for node in code.nodes if isinstance(node, ast.expr) and is_source(code, node)]
    if not sources:
        return
    written = written_names(code)
    for source in sources:
        if is_written(code, source) or followed(code, source) & written:
            yield source


def followed(code: Code, source: ast.expr) -> frozenset[str]:
    """Return the names that hold what a source gave, or what was made of it."""
    found: set[str] = set(stored(code, source))
    size = -1
    while size != len(found):
        size = len(found)
        for node in code.nodes:
            if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load) and label(node) in found:
                found |= stored(code, node)
    return frozenset(found)


def stored(code: Code, node: ast.AST) -> frozenset[str]:
    """Return the names that the statement around an expression assigns to, or the function that returns it."""
    for outer in code.above(node):
        match outer:
            case ast.Assign(targets=targets):
                return frozenset(name for target in targets if (name := label(target)))
            case ast.AnnAssign(target=target) | ast.NamedExpr(target=target) | ast.withitem(optional_vars=target):
                return frozenset(name for name in [label(target)] if name)
            case ast.Return():
                scope = code.scope(outer)
                return frozenset({scope.name} if isinstance(scope, ast.FunctionDef) else ())
            case ast.stmt():
                return frozenset()
    return frozenset()


def label(node: ast.AST | None) -> str | None:
    """Return the name or the attribute that is read or assigned to."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return None


def written_names(code: Code) -> frozenset[str]:
    """Return the names in what writing calls are given, or called on (`path.mkdir()`)."""
    found: set[str] = set()
    for call in code.nodes:
        if isinstance(call, ast.Call) and writes(code, call):
            for part in path_parts(call):
                found |= {name for node in ast.walk(part) if (name := label(node))}
    return frozenset(found)


def is_written(code: Code, source: ast.expr) -> bool:
    """Say whether a source stands in what a writing call is given, or is what it is called on."""
    inner: ast.AST = source
    for outer in code.above(source):
        if isinstance(outer, ast.Call) and writes(code, outer):
            return inner in path_parts(outer) or inner is outer.func
        if isinstance(outer, ast.stmt):
            return False
        inner = outer
    return False


def path_parts(call: ast.Call) -> list[ast.expr]:
    """Return the expressions of a writing call that may be its path; what is saved is not looked for in a lambda."""
    parts = [*call.args, *(keyword.value for keyword in call.keywords)]
    return [*parts, call.func.value] if isinstance(call.func, ast.Attribute) else parts


def writes(code: Code, call: ast.Call) -> bool:
    """Say whether a call leaves a file: by what it is called, or by the mode that it opens with."""
    if code.builtin(call.func) == "open" or method_of(call) == "open":
        given = [*call.args, *(k.value for k in call.keywords if k.arg == "mode")]
        modes = [node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        return any(len(mode) <= 3 and set(mode) & set("wax+") for mode in modes)
    return method_of(call) in names.WRITERS
