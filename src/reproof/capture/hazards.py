"""Finds, in the code that a run loaded, where the clock, a keyboard, chance or an order that nobody fixed comes in.

Reads code, never runs it. A finding is no fault: it says where to look when two runs differ.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from reproof.capture import hazard_names as names
from reproof.capture.code import Code
from reproof.capture.hazard_order import file_order, parallel
from reproof.capture.hazard_places import home, random_names
from reproof.capture.hazard_sets import set_order
from reproof.capture.secrets import redact
from reproof.model.randomness import Hazard, HazardKind

SHOWN = 120
"""Characters of a line that are kept."""

Rule = Callable[[Code], Iterable[ast.expr]]

EFFECTS: dict[HazardKind, str] = {
    "clock": "what depends on the time of the run is another at each run",
    "set order": "text in a set is ordered by PYTHONHASHSEED, objects by their address: what is made in that order "
    "differs, and sums of floats in their last bits",
    "hash": "the hash of text depends on PYTHONHASHSEED, that of an object on its address",
    "object address": "an address is another at each run, and so is what is ordered or named by it",
    "input": "the run waits for somebody at a keyboard or for a pipe; a replay has neither",
    "random name": "the name is another at each run, so that its file cannot be found again by name",
    "outside": "a result goes to a folder outside of the project, where other runs and users have theirs",
    "file order": "a folder is listed in the order of its file system, which differs between machines",
    "parallel": "results come in the order in which they are ready, which differs between runs",
}


def clock(code: Code) -> Iterator[ast.expr]:
    """Yield readings of the clock, other than the two ends of a measured duration."""
    for call in calls(code):
        name = code.name(call.func)
        reads = name in names.CLOCKS or (name in names.CONVERSIONS and len(call.args) < names.CONVERSIONS[name])
        if reads and not is_duration(code, call):
            yield call


def is_duration(code: Code, call: ast.Call) -> bool:
    """Say whether a reading is only subtracted from another, or stored in a name that is only used so."""
    parent = code.parents[call]
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Sub):
        return True
    if not isinstance(parent, ast.Assign | ast.AnnAssign):
        return False
    targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
    return all(is_subtracted(code, target) for target in targets)


def is_subtracted(code: Code, target: ast.expr) -> bool:
    """Say whether every use of a name, in its function or (of an attribute) in the file, is a subtraction."""
    if isinstance(target, ast.Name):
        scope = code.scope(target)
        uses: list[ast.Name | ast.Attribute] = [
            node
            for node in code.nodes
            if isinstance(node, ast.Name) and node.id == target.id and scope in code.above(node)
        ]
    elif isinstance(target, ast.Attribute):
        uses = [node for node in code.nodes if isinstance(node, ast.Attribute) and node.attr == target.attr]
    else:
        return False
    loads = [node for node in uses if isinstance(node.ctx, ast.Load)]
    around = [code.parents[node] for node in loads]
    return bool(around) and all(isinstance(outer, ast.BinOp) and isinstance(outer.op, ast.Sub) for outer in around)


def keyboard(code: Code) -> Iterator[ast.expr]:
    """Yield what waits for somebody: `input`, reads of stdin, prompts, a debugger."""
    for call in calls(code):
        if code.builtin(call.func) in names.ASKING_BUILTINS or code.name(call.func) in names.ASKING:
            yield call
    for node in code.nodes:
        if isinstance(node, ast.For | ast.comprehension) and code.name(node.iter) == "sys.stdin":
            yield node.iter


def hashes(code: Code) -> Iterator[ast.expr]:
    """Yield uses of `hash`, unless a `__hash__` or `__eq__` is made of it."""
    for call in calls(code):
        if code.builtin(call.func) == "hash" and not is_within(code, call, ("__hash__", "__eq__")):
            yield call


def is_within(code: Code, node: ast.AST, functions: tuple[str, ...]) -> bool:
    """Say whether a node stands in a function of one of these names."""
    return any(isinstance(outer, ast.FunctionDef) and outer.name in functions for outer in code.above(node))


def addresses(code: Code) -> Iterator[ast.expr]:
    """Yield where `id` orders or names something; as the key of a lookup table it changes nothing."""
    for node in code.nodes:
        if isinstance(node, ast.keyword) and node.arg == "key" and code.builtin(node.value) == "id":
            yield node.value
    for call in calls(code):
        if code.builtin(call.func) == "id" and orders_or_names(code, call):
            yield call


def orders_or_names(code: Code, call: ast.Call) -> bool:
    """Say whether an address goes into arithmetic, text or the key of a sort."""
    parent = code.parents[call]
    if isinstance(parent, ast.Lambda):
        outer = code.parents[parent]
        return isinstance(outer, ast.keyword) and outer.arg == "key"
    text = isinstance(parent, ast.Call) and code.builtin(parent.func) in ("str", "hex", "repr", "format")
    shown = text or isinstance(parent, ast.FormattedValue | ast.BinOp)
    return shown and not is_within(code, call, ("__repr__", "__str__"))


RULES: tuple[tuple[HazardKind, Rule], ...] = (
    ("clock", clock),
    ("set order", set_order),
    ("hash", hashes),
    ("object address", addresses),
    ("input", keyboard),
    ("random name", random_names),
    ("outside", home),
    ("file order", file_order),
    ("parallel", parallel),
)


def calls(code: Code) -> Iterator[ast.Call]:
    """Yield the calls in a file."""
    return (node for node in code.nodes if isinstance(node, ast.Call))


def find_hazards(code: Code) -> tuple[Hazard, ...]:
    """Return the hazards of one file, in the order of their lines, each kind once a line."""
    found = {(node.lineno, kind) for kind, rule in RULES for node in rule(code)}
    return tuple(
        Hazard(path=code.path, line=line, kind=kind, code=shown(code, line), effect=EFFECTS[kind])
        for line, kind in sorted(found)
    )


def shown(code: Code, line: int) -> str:
    """Return a line of code as it is kept: without indentation, secrets and what is too long."""
    text = redact(code.lines[line - 1].strip()) if line <= len(code.lines) else ""
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def learn_hazards(files: Iterable[Code]) -> tuple[Hazard, ...]:
    """Return the hazards of the project's code that was loaded."""
    return tuple(hazard for code in files for hazard in find_hazards(code))
