"""What one Python file imports, and how much it depends on it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Need = Literal["always", "later", "optional", "instead"]
"""`always`: when the file is loaded. `later`: when a function is called. `optional`: the code goes on without it, or
another version of Python or another system wants it. `instead`: when an optional one is missing."""
CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException", "OSError"})
ENDING = frozenset({"exit", "quit", "_exit", "abort"})
CONDITIONS = re.compile(r"\b(sys\.version|version_info|PY2|PY3|python_version|sys\.platform|os\.name|platform\.)")
STATEMENT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<base>\.*[\w.]*)[ \t]+import[ \t]+\(?(?P<names>[\w*., \t\n]+)"
    r"|import[ \t]+(?P<modules>[\w.]+(?:[ \t]+as[ \t]+\w+)?(?:[ \t]*,[ \t]*[\w.]+(?:[ \t]+as[ \t]+\w+)?)*))",
    re.M,
)
TEXTS = re.compile(r"(?s)(\"\"\"|''')(?:\\.|.)*?\1")


@dataclass(frozen=True, slots=True)
class Import:
    """One module that a file names. `level` counts the dots of a relative import; `names` are taken from the module."""

    module: str
    line: int
    need: Need = "always"
    level: int = 0
    names: tuple[str, ...] = ()
    instead_of: tuple[str, ...] = ()
    """The modules that it stands in for."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What the statements around an import make of it."""

    need: Need = "always"
    instead_of: tuple[str, ...] = ()


def parse(text: str) -> ast.Module | None:
    """Return a file's syntax tree; None if it is not the Python of this interpreter."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the user's code
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def read_imports(text: str, tree: ast.Module | None) -> tuple[Import, ...]:
    """Return what a file imports. One that does not parse, Python 2 for example, is searched line by line."""
    if tree is None:
        return tuple(search(text))
    try:
        return tuple(walk(tree.body, Guard()))
    except RecursionError:
        return tuple(search(text))


def walk(nodes: Iterable[ast.AST], guard: Guard) -> Iterator[Import]:
    """Yield the imports in statements and expressions, each with what stands around it taken into account."""
    for node in nodes:
        match node:
            case ast.Import():
                for item in node.names:
                    yield Import(item.name, node.lineno, guard.need, instead_of=guard.instead_of)
            case ast.ImportFrom():
                names = tuple(item.name for item in node.names)
                yield Import(node.module or "", node.lineno, guard.need, node.level, names, guard.instead_of)
            case ast.Try() | ast.TryStar():
                yield from walk_try(node, guard)
            case ast.If():
                yield from walk_if(node, guard)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
                yield from walk(ast.iter_child_nodes(node), at_most(guard, "later"))
            case ast.Call():
                yield from dynamic(node, guard)
                yield from walk(ast.iter_child_nodes(node), guard)
            case _:
                yield from walk(ast.iter_child_nodes(node), guard)


def at_most(guard: Guard, need: Need) -> Guard:
    """Return a guard under which nothing is needed more than so."""
    more = ("always", "later") if need == "optional" else ("always",)
    return replace(guard, need=need) if guard.need in more else guard


def walk_try(node: ast.Try | ast.TryStar, guard: Guard) -> Iterator[Import]:
    """Yield the imports of a `try`: optional if a missing module is caught and the code goes on."""
    catching = [handler for handler in node.handlers if catches(handler)]
    goes_on = any(not gives_up(handler.body) for handler in catching)
    tried = list(walk(node.body, at_most(guard, "optional") if goes_on else guard))
    yield from tried
    modules = tuple(one.module for one in tried if one.module and not one.level)
    for handler in node.handlers:
        stands_in = handler in catching and modules and guard.need in ("always", "later")
        yield from walk(handler.body, Guard("instead", modules) if stands_in else guard)
    yield from walk(node.orelse, at_most(guard, "optional") if goes_on and tried else guard)
    yield from walk(node.finalbody, guard)


def catches(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler sees that a module is missing."""
    if handler.type is None:
        return True
    return any(
        isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node).rpartition(".")[2] in CAUGHT
        for node in ast.walk(handler.type)
    )


def gives_up(body: Sequence[ast.stmt]) -> bool:
    """Say whether statements end in an error or the program's end."""
    last = body[-1]
    if isinstance(last, ast.Raise):
        return True
    call = last.value if isinstance(last, ast.Expr) else None
    return isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in ENDING


def walk_if(node: ast.If, guard: Guard) -> Iterator[Import]:
    """Yield the imports of an `if`: none of what only type checkers see; what depends on the platform is optional."""
    test = ast.unparse(node.test)
    if re.fullmatch(r"(\w+\.)?TYPE_CHECKING", test):
        yield from walk(node.orelse, guard)
        return
    inner = at_most(guard, "optional") if CONDITIONS.search(test) else guard
    yield from walk([node.test], guard)
    yield from walk(node.body, inner)
    yield from walk(node.orelse, inner)


def dynamic(node: ast.Call, guard: Guard) -> Iterator[Import]:
    """Yield the module of `importlib.import_module("name")` and `__import__("name")`."""
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    first = node.args[0] if node.args else None
    if name not in ("import_module", "__import__") or not isinstance(first, ast.Constant):
        return
    if isinstance(first.value, str) and re.fullmatch(r"\w+(\.\w+)*", first.value):
        yield Import(first.value, node.lineno, at_most(guard, "later").need, instead_of=guard.instead_of)


def search(text: str) -> Iterator[Import]:
    """Yield what the import statements of a text name; nothing is known of what stands around them but the indent."""
    plain = TEXTS.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    plain = re.sub(r"\\\n", " ", plain)
    for found in STATEMENT.finditer(plain):
        line = plain.count("\n", 0, found.start()) + 1
        need = need_at(plain, found)
        if found["modules"]:
            for module in found["modules"].split(","):
                yield Import(module.split()[0], line, need)
        elif found["base"]:
            base = found["base"].lstrip(".")
            names = tuple(re.findall(r"(?:^|,)\s*([\w*]+)", found["names"]))
            yield Import(base, line, need, len(found["base"]) - len(base), names)


def need_at(plain: str, found: re.Match[str]) -> Need:
    """Return how much a statement is needed as far as its indent and the line before it tell."""
    indent = re.match(r"[ \t]*", found[0])
    if not indent or not indent[0]:
        return "always"
    before = plain[: found.start()].rstrip().rpartition("\n")[2].strip()
    return "optional" if before.startswith(("try:", "except")) else "later"
