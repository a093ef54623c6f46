"""Hazards of order: listings of folders and unordered results that something is made of, one after another."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from reproof.capture import hazard_names as names
from reproof.capture.code import Code

Loop = ast.For | ast.AsyncFor
Comprehension = ast.ListComp | ast.GeneratorExp
"""The ones that keep an order which matters: a dictionary is mostly made to look things up."""


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
