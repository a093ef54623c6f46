"""What the expressions of a `setup.py` come to, as far as that can be told without executing it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

UNKNOWN_CONDITION = "unknown"
FILE = re.compile(r"[\w./\-]+\.(txt|in|pip)")


class Untold(Exception):
    """An expression depends on what only running it would tell; `node` is where."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__(ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else "")
        self.line = getattr(node, "lineno", 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """That a value is made from the lines of a file."""

    path: str


Value = object
"""A text, number, None, list, dict, or `Reading`. Texts that hold under a condition end in a marker."""


@dataclass
class Scope:
    """Names and their values, functions by name. A name that was given something untold is not in it."""

    values: dict[str, Value] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    doubtful: dict[str, int] = field(default_factory=dict)
    """Names that got more under a condition that is no marker, and the line."""

    def run(self, statements: Iterable[ast.stmt], marker: str | None = None) -> None:
        """Take in assignments, appended items and functions, in their order."""
        for node in statements:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.assign(name, value, marker)
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.assign(name, value, marker)
                case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name), slice=key)], value=value):
                    self.set_item(name, key, value)
                case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                    self.extend(name, value, marker, node)
                case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[value])):
                    if method in ("append", "extend"):
                        listed = ast.List([value], ast.Load()) if method == "append" else value
                        self.extend(name, listed, marker, node)
                case ast.FunctionDef():
                    self.functions[node.name] = node
                    if any(is_setup(inner) for inner in ast.walk(node)):
                        self.run(node.body, marker)
                case ast.If():
                    inner, other = conditions(node.test)
                    self.run(node.body, joined(marker, inner))
                    self.run(node.orelse, joined(marker, other))
                case ast.With():
                    for item in node.items:
                        if isinstance(item.optional_vars, ast.Name):
                            self.assign(item.optional_vars.id, item.context_expr, marker)
                    self.run(node.body, marker)
                case ast.Try() | ast.For():
                    self.run(node.body, marker)

    def assign(self, name: str, value: ast.expr, marker: str | None) -> None:
        """Give a name its value; one that is untold takes the old one away, unless a condition stands before it."""
        try:
            told = self.value(value)
        except Untold:
            if marker is None:
                self.values.pop(name, None)
            return
        if marker is None or name not in self.values:
            self.values[name] = told

    def set_item(self, name: str, key: ast.expr, value: ast.expr) -> None:
        """Take in `name[key] = value`."""
        held = self.values.get(name)
        if isinstance(held, dict) and isinstance(key, ast.Constant):
            try:
                self.values[name] = {**held, key.value: self.value(value)}
            except Untold:
                self.values[name] = {kept: one for kept, one in held.items() if kept != key.value}

    def extend(self, name: str, value: ast.expr, marker: str | None, node: ast.stmt) -> None:
        """Add to a list, each item under the condition that it stands under."""
        held = self.values.get(name)
        if marker == UNKNOWN_CONDITION:
            self.doubtful[name] = node.lineno
            return
        try:
            more = self.value(value)
        except Untold:
            self.doubtful[name] = node.lineno
            return
        if isinstance(held, list) and isinstance(more, list):
            self.values[name] = [*held, *(under(one, marker) for one in more)]

    def value(self, node: ast.expr | None) -> Value:
        """Return what an expression comes to. Raises Untold."""
        match node:
            case ast.Constant():
                return node.value
            case ast.List() | ast.Tuple() | ast.Set():
                return [part for item in node.elts for part in self.items(item)]
            case ast.Dict():
                return {self.value(key): self.value(value) for key, value in zip(node.keys, node.values, strict=True)
                        if isinstance(key, ast.Constant)}  # fmt: skip
            case ast.Name() if node.id in self.values:
                return self.values[node.id]
            case ast.BinOp(op=ast.Add()):
                return added(self.value(node.left), self.value(node.right), node)
            case ast.BinOp(op=ast.Mod()):
                return formatted(self.value(node.left), self.value(node.right), node)
            case ast.JoinedStr():
                return "".join(str(self.value(part)) for part in node.values)
            case ast.FormattedValue(format_spec=None):
                return self.value(node.value)
            case ast.Subscript():
                return self.item(node)
            case ast.Call():
                return self.call(node)
            case ast.ListComp() | ast.GeneratorExp():
                return self.comprehension(node)
            case ast.expr():
                return self.file_in(node)
        raise Untold(node or ast.Constant(None))

    def items(self, node: ast.expr) -> Iterator[Value]:
        """Yield the items that an element of a list stands for. Raises Untold."""
        value = self.value(node.value) if isinstance(node, ast.Starred) else [self.value(node)]
        if not isinstance(value, list):
            raise Untold(node)
        yield from value

    def item(self, node: ast.Subscript) -> Value:
        """Return one item of a list or dict. Raises Untold."""
        held, key = self.value(node.value), self.value(node.slice) if isinstance(node.slice, ast.expr) else None
        try:
            return held[key]  # type: ignore[index]
        except (KeyError, IndexError, TypeError):
            raise Untold(node) from None

    def call(self, node: ast.Call) -> Value:
        """Return what a call comes to: of the project's own function, a conversion, or of one that reads a file."""
        name = ast.unparse(node.func).rpartition(".")[2]
        if name == "dict" and not node.args:
            return {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        if name in ("list", "tuple", "set", "sorted", "str") and len(node.args) == 1:
            return self.value(node.args[0])
        if name in ("split", "splitlines", "strip") and isinstance(node.func, ast.Attribute):
            text = self.value(node.func.value)
            return text.split() if name == "split" and isinstance(text, str) and not node.args else lines_of(text, name)
        if isinstance(node.func, ast.Name) and node.func.id in self.functions:
            return self.called(self.functions[node.func.id], node)
        return self.file_in(node)

    def called(self, function: ast.FunctionDef, node: ast.Call) -> Value:
        """Return what a function of the file returns: a value that it builds, or the file that it or its call names."""
        inner = Scope(dict(self.values), {name: one for name, one in self.functions.items() if name != function.name})
        for argument, given in zip(function.args.args, node.args, strict=False):
            inner.assign(argument.arg, given, None)
        inner.run(function.body)
        for one in ast.walk(function):
            if isinstance(one, ast.Return) and one.value is not None:
                try:
                    return inner.value(one.value)
                except Untold:
                    continue
        return self.file_in(node, function)

    def comprehension(self, node: ast.ListComp | ast.GeneratorExp) -> Value:
        """Return the list that is gone through, if nothing but empty and comment lines can be lost. Raises Untold."""
        source = self.value(node.generators[0].iter)
        if isinstance(source, Reading) or (isinstance(node.elt, ast.Name | ast.Call) and isinstance(source, list)):
            return source
        raise Untold(node)

    def file_in(self, *nodes: ast.AST) -> Value:
        """Return the one file that is named somewhere in the nodes. Raises Untold."""
        for node in nodes:
            for one in ast.walk(node):
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and FILE.fullmatch(one.value):
                    return Reading(one.value)
                if isinstance(one, ast.Name) and isinstance(self.values.get(one.id), Reading):
                    return self.values[one.id]
                if isinstance(one, ast.Name) and FILE.fullmatch(str(self.values.get(one.id))):
                    return Reading(str(self.values[one.id]))
        raise Untold(nodes[0])


def is_setup(node: ast.AST) -> bool:
    """Say whether a node calls `setup`, however it was imported."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "setup"


def lines_of(text: Value, method: str) -> Value:
    """Return what splitting or stripping a text gives."""
    if isinstance(text, str):
        return text.strip() if method == "strip" else [line for line in text.split("\n") if line.strip()]
    return text


def added(left: Value, right: Value, node: ast.AST) -> Value:
    """Return the sum of two lists or texts. Raises Untold."""
    if isinstance(left, list) and isinstance(right, list):
        return left + right
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    raise Untold(node)


def formatted(left: Value, right: Value, node: ast.AST) -> Value:
    """Return a text with its values put in. Raises Untold."""
    try:
        return left % (tuple(right) if isinstance(right, list) else right) if isinstance(left, str) else None
    except (TypeError, ValueError, KeyError):
        raise Untold(node) from None


def conditions(test: ast.expr) -> tuple[str, str]:
    """Return a condition and its opposite as markers, where it asks for the version of Python or the platform."""
    text = ast.unparse(test)
    found = re.fullmatch(r"sys\.version_info(?:\[:2\])? (<|<=|>|>=|==) \((\d+), ?(\d+)?(?:, ?\d+)*\)", text)
    if found:
        return opposites("python_version", found[1], f"{found[2]}.{found[3] or 0}")
    found = re.fullmatch(r"sys\.version_info(?:\[0\]|\.major) (<|<=|>|>=|==) (\d)", text)
    if found:
        bound = {"<": "<", ">=": ">=", "==": "<" if found[2] == "2" else ">=", "<=": "<", ">": ">="}[found[1]]
        return opposites("python_version", bound, "3.0")
    found = re.fullmatch(r"(?:sys\.platform|platform\.system\(\)|os\.name) (==|!=) '(\w+)'", text)
    if found:
        name = "platform_system" if "system" in text else "os_name" if "os" in text[:3] else "sys_platform"
        return opposites(name, found[1], found[2])
    return UNKNOWN_CONDITION, UNKNOWN_CONDITION


def opposites(name: str, operator: str, value: str) -> tuple[str, str]:
    """Return a marker and the one that holds where it does not."""
    other = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}[operator]
    return f'{name} {operator} "{value}"', f'{name} {other} "{value}"'


def joined(outer: str | None, inner: str) -> str:
    """Return the condition under which both hold."""
    if UNKNOWN_CONDITION in (outer, inner):
        return UNKNOWN_CONDITION
    return f"{outer} and {inner}" if outer else inner


def under(value: Value, marker: str | None) -> Value:
    """Return a requirement under a condition."""
    if marker is None or not isinstance(value, str):
        return value
    text, _, own = value.partition(";")
    return f"{text.strip()} ; ({own.strip()}) and {marker}" if own else f"{value} ; {marker}"
