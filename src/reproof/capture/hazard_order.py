"""Hazards of order: sets, listings of folders and unordered results that something is made of, one after another."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reproof.capture import hazard_names as names
from reproof.capture.code import Code

Loop = ast.For | ast.AsyncFor
Names = frozenset[tuple[ast.AST, str]]
Comprehension = ast.ListComp | ast.GeneratorExp
"""The ones that keep an order which matters: a dictionary is mostly made to look things up."""


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


def keeps_order(code: Code, node: ast.expr) -> bool:
    """Say whether the place where something is iterated over makes a result of the order."""
    parent = code.parents[node]
    if isinstance(parent, Loop) and parent.iter is node:
        return not all(is_order_free(code, statement) for statement in parent.body)
    if isinstance(parent, ast.comprehension) and parent.iter is node:
        made = code.parents[parent]
        return isinstance(made, Comprehension) and not is_absorbed(code, made)
    if isinstance(parent, ast.Starred):
        return not isinstance(code.parents[parent], ast.Set)
    if isinstance(parent, ast.Call) and node in parent.args:
        joins = isinstance(parent.func, ast.Attribute) and parent.func.attr in ("join", "extend", "from_iterable")
        takes = code.builtin(parent.func) in names.ORDERED_TAKERS
        return (joins or takes) and not is_absorbed(code, parent)
    return False


def is_absorbed(code: Code, node: ast.expr, follow: bool = True) -> bool:
    """Say whether a sequence goes to what forgets its order, or sorts it; by way of one name, if `follow`."""
    parent = code.parents[node]
    if isinstance(parent, ast.comprehension):
        made = code.parents[parent]
        return isinstance(made, ast.SetComp) or (isinstance(made, Comprehension) and is_absorbed(code, made, follow))
    if isinstance(parent, ast.Call):
        free = code.builtin(parent.func) in names.ORDER_FREE
        passes = code.builtin(parent.func) in ("list", "tuple", "filter", "map") and is_absorbed(code, parent, follow)
        return free or passes or method_of(parent) in names.ORDER_FREE_METHODS
    if isinstance(parent, ast.Compare):
        return all(isinstance(operator, ast.In | ast.NotIn) for operator in parent.ops)
    return follow and is_sorted_later(code, parent)


def is_sorted_later(code: Code, parent: ast.AST) -> bool:
    """Say whether what is assigned here is sorted, or only ever counted and searched."""
    target = parent.targets[0] if isinstance(parent, ast.Assign) and len(parent.targets) == 1 else None
    if not isinstance(target, ast.Name):
        return False
    scope = code.scope(target)
    loads = [
        node
        for node in code.nodes
        if isinstance(node, ast.Name) and node.id == target.id and isinstance(node.ctx, ast.Load)
        and scope in code.above(node)
    ]  # fmt: skip
    if any(is_sort(code, node) for node in loads):
        return True
    return bool(loads) and all(is_absorbed(code, node, follow=False) for node in loads)


def is_sort(code: Code, node: ast.Name) -> bool:
    """Say whether a name is sorted here: `names.sort()`, `names = sorted(names)`."""
    parent = code.parents[node]
    if isinstance(parent, ast.Attribute):
        return parent.attr == "sort"
    return isinstance(parent, ast.Call) and (code.builtin(parent.func) == "sorted" or method_of(parent) == "natsorted")


def is_order_free(code: Code, statement: ast.stmt) -> bool:
    """Say whether doing a statement for one element after another gives the same in every order."""
    match statement:
        case ast.Expr(value=ast.Call() as call):
            return method_of(call) in names.ORDER_FREE_METHODS or code.name(call.func) in ("os.remove", "os.unlink")
        case ast.If(body=body, orelse=other):
            return all(is_order_free(code, inner) for inner in (*body, *other))
        case ast.Assign(targets=[ast.Subscript()]):
            return True
        case ast.Assert() | ast.Raise() | ast.Pass() | ast.Continue() | ast.Delete():
            return True
    return False


def method_of(call: ast.Call) -> str | None:
    """Return the last name of what is called: `rmtree` of `shutil.rmtree`."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return None


def file_order(code: Code) -> Iterator[ast.expr]:
    """Yield listings of folders that are used in the order in which they come."""
    for node in code.nodes:
        if isinstance(node, ast.Call) and is_listing(code, node) and not is_absorbed(code, node):
            parent = code.parents[node]
            loops = isinstance(parent, Loop) and parent.iter is node
            if not (loops and isinstance(parent, Loop) and all(is_order_free(code, s) for s in parent.body)):
                yield node


def is_listing(code: Code, call: ast.Call) -> bool:
    """Say whether a call lists a folder; a method of that name counts if no module is called so."""
    name = code.name(call.func)
    if name is not None:
        return name in names.LISTINGS
    return isinstance(call.func, ast.Attribute) and call.func.attr in names.LISTING_METHODS


def parallel(code: Code) -> Iterator[ast.expr]:
    """Yield where results of workers are taken as they come."""
    for node in code.nodes:
        if isinstance(node, ast.Call):
            options = {k.arg: k.value.value for k in node.keywords if isinstance(k.value, ast.Constant)}
            unordered = options.get("return_as") == "generator_unordered" or options.get("in_order", True) is False
            if unordered or code.name(node.func) in names.UNORDERED or method_of(node) in names.UNORDERED_METHODS:
                yield node
