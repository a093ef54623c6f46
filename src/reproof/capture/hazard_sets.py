"""The hazard of sets: something is made of their elements, one after another, in an order that nobody fixed."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reproof.capture.code import Code
from reproof.capture.hazard_order import keeps_order

Names = frozenset[tuple[ast.AST, str]]


def set_order(code: Code) -> Iterator[ast.expr]:
    """Yield where the elements of a set are taken in the set's own order, into something that keeps it."""
    sets = set_names(code)
    for node in code.nodes:
        if not isinstance(node, ast.expr):
            continue
        taken = (keeps_order(code, node) and is_set(code, node, sets)) or is_set(code, popped(node), sets)
        if taken and not is_aside(code, node):
            yield node


def popped(node: ast.expr) -> ast.expr | None:
    """Return what an element is taken from by `pop()`, which takes the first of a set."""
    match node:
        case ast.Call(func=ast.Attribute(value=owner, attr="pop"), args=[]):
            return owner
    return None


def is_aside(code: Code, node: ast.expr) -> bool:
    """Say whether an expression makes the text of an error, or is reached for sets of one element only."""
    inner: ast.AST = node
    for outer in code.above(node):
        if isinstance(outer, ast.Raise | ast.Assert):
            return True
        if isinstance(outer, ast.If | ast.IfExp) and inner is not outer.test and is_single(code, outer.test):
            return True
        inner = outer
    return False


def is_single(code: Code, test: ast.expr) -> bool:
    """Say whether a condition is `len(…) == 1`."""
    match test:
        case ast.Compare(left=ast.Call(func=function), ops=[ast.Eq()], comparators=[ast.Constant(value=1)]):
            return code.builtin(function) == "len"
    return False


def set_names(code: Code) -> Names:
    """Return the names that only ever get a set, each with the scope that it belongs to."""
    given: dict[tuple[ast.AST, str], list[ast.expr | None]] = {}
    for node in code.nodes:
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            parent = code.parents[node]
            changed = isinstance(parent, ast.AugAssign) and isinstance(parent.op, ast.BitOr | ast.BitAnd | ast.Sub)
            value = parent.value if isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr) else None
            if not changed:
                given.setdefault(place(code, node), []).append(value)
    known: Names = frozenset()
    for _ in range(2):  # the second time for names that get another name's set
        known = frozenset(key for key, values in given.items() if all(is_set(code, v, known) for v in values))
    return known


def place(code: Code, node: ast.Name | ast.Attribute) -> tuple[ast.AST, str]:
    """Return the scope and name of a variable; an attribute belongs to the whole file."""
    return (code.scope(node), node.id) if isinstance(node, ast.Name) else (code.tree, f".{node.attr}")


def is_set(code: Code, node: ast.expr | None, sets: Names) -> bool:
    """Say whether an expression is a set whose order is not that of small whole numbers."""
    match node:
        case ast.Set(elts=elements):
            return not all(isinstance(e, ast.Constant) and isinstance(e.value, int) for e in elements)
        case ast.SetComp(elt=element, generators=[generator, *_]):
            return not (is_range(code, generator.iter) and isinstance(element, ast.Name | ast.BinOp))
        case ast.Call(func=ast.Name() as function, args=arguments):
            made = code.builtin(function) in ("set", "frozenset")
            return made and not (arguments and is_range(code, arguments[0]))
        case ast.Call(func=ast.Attribute(value=owner, attr=method)):
            return method in ("union", "intersection", "difference", "copy") and is_set(code, owner, sets)
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd() | ast.Sub() | ast.BitXor(), left=left, right=right):
            return any(is_set(code, side, sets) or is_view(side) for side in (left, right))
        case ast.Name() | ast.Attribute():
            scope, name = place(code, node)
            return (scope, name) in sets or (code.tree, name) in sets
        case ast.IfExp(body=body, orelse=other):
            return is_set(code, body, sets) and is_set(code, other, sets)
    return False


def is_range(code: Code, node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and code.builtin(node.func) == "range"


def is_view(node: ast.expr) -> bool:
    """Say whether this is `d.keys()`: two of them, or one and a set, make a set."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "keys"
