"""Which versions of Python a file can be meant for, by its syntax and by what it uses of the standard library."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from reproof.facts.standard_library import added_in, removed_in
from reproof.needs.closure import CodeFile
from reproof.needs.found import PythonSign
from reproof.needs.undeclared import BACKPORTS, SUCCESSORS

NODES: dict[type[ast.AST], tuple[str, str]] = {
    ast.JoinedStr: ("3.6", "an f-string"),
    ast.AnnAssign: ("3.6", "an annotated variable"),
    ast.AsyncFunctionDef: ("3.5", "a coroutine"),
    ast.NamedExpr: ("3.8", "the operator :="),
    ast.Match: ("3.10", "a match statement"),
    ast.TryStar: ("3.11", "except*"),
}
"""Syntax and the version that brought it; source: "What's New in Python" of each."""
MEMBERS = {
    "functools.cached_property": "3.8", "functools.cache": "3.9", "math.prod": "3.8", "math.dist": "3.8",
    "typing.Literal": "3.8", "typing.Protocol": "3.8", "typing.Final": "3.8", "typing.TypedDict": "3.8",
    "typing.Annotated": "3.9", "typing.TypeAlias": "3.10", "typing.ParamSpec": "3.10", "typing.Self": "3.11",
    "asyncio.run": "3.7", "random.choices": "3.6", "importlib.metadata": "3.8", "importlib.resources": "3.7",
    "itertools.pairwise": "3.10", "datetime.UTC": "3.11", "enum.StrEnum": "3.11", "time.perf_counter_ns": "3.7",
    "itertools.batched": "3.12", "typing.override": "3.12", "statistics.fmean": "3.8",
}  # fmt: skip
"""Names of the standard library and the version that brought them; source: its documentation."""
REMOVED = {
    "collections.Mapping": "3.10", "collections.MutableMapping": "3.10", "collections.Iterable": "3.10",
    "collections.Sequence": "3.10", "collections.Callable": "3.10", "collections.Hashable": "3.10",
    "collections.Iterator": "3.10", "collections.Container": "3.10", "collections.Sized": "3.10",
    "collections.MutableSequence": "3.10", "collections.Set": "3.10", "collections.MutableSet": "3.10",
    "time.clock": "3.8", "fractions.gcd": "3.9", "inspect.getargspec": "3.11", "inspect.formatargspec": "3.11",
    "cgi.escape": "3.8", "platform.linux_distribution": "3.8", "platform.dist": "3.8", "asyncio.coroutine": "3.11",
    "base64.encodestring": "3.9", "base64.decodestring": "3.9", "string.letters": "3.0", "string.maketrans": "3.0",
    "itertools.izip": "3.0", "itertools.imap": "3.0", "itertools.ifilter": "3.0", "os.getcwdu": "3.0",
    "sys.maxint": "3.0", "xml.etree.cElementTree": "3.9", "locale.format": "3.12",
    "configparser.SafeConfigParser": "3.12",
}  # fmt: skip
"""Names that left the standard library and the version without them; source: "What's New in Python" of each."""


class OldSyntax(NamedTuple):
    """Syntax that this interpreter does not take: what it is, the versions that do, and how it looks."""

    what: str
    versions: str
    pattern: str


OLD = (
    OldSyntax("a print statement", "<3.0",
              r"^[ \t]*print(?:[ \t]+(?![=(.,\[]|(?:in|is|and|or|if)\b)\S|[ \t]*>>[ \t]*\w)"),
    OldSyntax("`except E, e`", "<3.0", r"^[ \t]*except[ \t]+[\w.()]+[ \t]*,[ \t]*\w+[ \t]*:"),
    OldSyntax("`raise E, text`", "<3.0", r"^[ \t]*raise[ \t]+[\w.]+[ \t]*,[ \t]*\S"),
    OldSyntax("an exec statement", "<3.0", r"^[ \t]*exec[ \t]+[\"'\w]"),
    OldSyntax("the operator <>", "<3.0", r"[\w)\]][ \t]*<>[ \t]*[\w(\[\"']"),
    OldSyntax("a number such as 0777", "<3.0", r"(?<![\w.])0[0-7]+\b(?![.\w])"),
    OldSyntax("a number such as 10L", "<3.0", r"(?<![\w.])\d+[lL]\b"),
    OldSyntax("a text such as ur''", "<3.0", r"(?<!\w)[uU][rR](?=[\"'])"),
    OldSyntax("`async` as a name", "<3.7", r"[(,][ \t]*async[ \t]*=|\.async\b(?!\w)"),
    OldSyntax("a type statement", ">=3.12", r"^[ \t]*type[ \t]+\w+(\[[^\]]*\])?[ \t]*="),
    OldSyntax("type parameters", ">=3.12", r"^[ \t]*(?:def|class)[ \t]+\w+\["),
)  # fmt: skip
"""Looked for in files that do not parse."""


def signs_of(code: CodeFile) -> Iterator[PythonSign]:
    """Yield what a file says of the Python that it is for, with the line that says so."""
    if code.tree is None:
        yield from old_signs(code)
    else:
        yield from new_signs(code, code.tree)
    yield from module_signs(code)


def new_signs(code: CodeFile, tree: ast.Module) -> Iterator[PythonSign]:
    """Yield the versions that a file's syntax and the names that it uses ask for."""
    aliases = {item.asname or item.name: item.name for node in ast.walk(tree) if isinstance(node, ast.Import)
               for item in node.names}  # fmt: skip
    guarded = guarded_lines(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.stmt) and type(node) in NODES:
            since, what = NODES[type(node)]
            yield sign(f">={since}", what, code, node)
        elif isinstance(node, ast.arguments) and node.posonlyargs:
            yield sign(">=3.8", "positional-only parameters", code, node.posonlyargs[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and getattr(node, "type_params", None):
            yield sign(">=3.12", "type parameters", code, node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.RShift) and ast.unparse(node.left) == "print":
            yield sign("<3.0", "a print statement", code, node)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in aliases:
            yield from member(f"{aliases[node.value.id]}.{node.attr}", code, node, guarded)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for item in node.names:
                yield from member(f"{node.module}.{item.name}", code, node, guarded)


def member(name: str, code: CodeFile, node: ast.stmt | ast.expr, guarded: frozenset[int]) -> Iterator[PythonSign]:
    """Yield the versions that have a name of the standard library, unless the code provides for others."""
    if node.lineno in guarded:
        return
    if name in MEMBERS:
        yield sign(f">={MEMBERS[name]}", name, code, node)
    elif name in REMOVED:
        yield sign(f"<{REMOVED[name]}", name, code, node)


def guarded_lines(tree: ast.Module) -> frozenset[int]:
    """Return the lines inside a `try` or an `if`: what stands there may have been written for other versions, too."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try | ast.If):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(lines)


def sign(specifier: str, what: str, code: CodeFile, node: ast.expr | ast.stmt | ast.arg) -> PythonSign:
    return PythonSign("range", specifier, f"{what} in {code.path}:{node.lineno}")


def old_signs(code: CodeFile) -> Iterator[PythonSign]:
    """Yield what in a file that does not parse under this interpreter is of another Python."""
    for old in OLD:
        found = re.search(old.pattern, code.text, re.M)
        if found:
            line = code.text.count("\n", 0, found.start()) + 1
            yield PythonSign("range", old.versions, f"{old.what} in {code.path}:{line}")


def module_signs(code: CodeFile) -> Iterator[PythonSign]:
    """Yield the versions whose standard library has the modules that a file cannot do without."""
    for one in code.imports:
        top, where = one.module.split(".")[0], f"import of {one.module} in {code.path}:{one.line}"
        if one.need != "always" or one.level or top in BACKPORTS or top in SUCCESSORS:
            continue
        if removed := removed_in(top):
            yield PythonSign("range", f"<{removed}", where)
        elif added := added_in(top):
            yield PythonSign("range", f">={added}", where)
