"""Jupyter notebooks, cell by cell: what was run, and what each cell showed. Ids, times and metadata are no results."""

from __future__ import annotations

import json
import re
from typing import Any

from reproof.compare.evidence import Comparator, Evidence, Findings, Pair
from reproof.compare.text import compare_texts
from reproof.compare.trees import Place, compare_trees

ADDRESS = re.compile(r"(<[\w.]+(?: object)?[^<>]*? at )0x[0-9a-f]+")
"""Where an object lies in memory, as its default text shows it: another number in every process."""


def recognizes(name: str, data: bytes) -> bool:
    """Say whether a file is named and formed like a notebook of format 4, the one since 2014."""
    if not name.lower().endswith(".ipynb"):
        return False
    try:
        notebook = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(notebook, dict) and notebook.get("nbformat") == 4 and isinstance(notebook.get("cells"), list)


def compare(pair: Pair) -> Evidence:
    """Return how two executed notebooks differ. Raises ValueError, KeyError or TypeError when one is damaged."""
    findings = Findings(pair.rules, "values")
    left, right = (json.loads(data)["cells"] for data in (pair.original, pair.replayed))
    if len(left) != len(right):
        findings.form("", f"{len(left):,} cells -> {len(right):,} cells")
    for number, (a, b) in enumerate(zip(left, right, strict=False), 1):
        if a["cell_type"] != b["cell_type"]:
            findings.form(f"cell {number}", f"{a['cell_type']} -> {b['cell_type']}")
            continue
        if joined(a["source"]) != joined(b["source"]):
            findings.form(f"cell {number}", "the code or text of the cell is another")
        if a["cell_type"] == "code":
            compare_cells(findings, pair.name, number, (a, b))
    return findings.evidence()


def compare_cells(findings: Findings, name: str, number: int, cells: tuple[dict[str, Any], dict[str, Any]]) -> None:
    """Compare the outputs of a code cell."""
    a, b = cells
    if a.get("execution_count") != b.get("execution_count"):
        findings.form(f"cell {number}", f"executed as {a.get('execution_count')} -> {b.get('execution_count')}")
    left, right = merged(a["outputs"]), merged(b["outputs"])
    if [kind for kind, _ in left] != [kind for kind, _ in right]:
        shown = " -> ".join(", ".join(kind for kind, _ in side) or "nothing" for side in (left, right))
        findings.form(f"cell {number}", f"its outputs are others: {shown}")
        return
    for (kind, x), (_, y) in zip(left, right, strict=True):
        compare_output(findings, name, f"cell {number}, {kind}", (x, y))


def merged(outputs: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Return a cell's outputs as (kind, content), one for each format; text of one stream that came in parts is one.

    How a stream is cut into parts depends on when the kernel sent them.
    """
    found: list[tuple[str, Any]] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream":
            name, text = output["name"], joined(output["text"])
            if found and found[-1][0] == name:
                found[-1] = (name, found[-1][1] + text)
            else:
                found.append((name, text))
        elif kind == "error":
            found.append(("error", f"{output['ename']}: {output['evalue']}"))
        else:
            found += sorted(output["data"].items())
    return found


def compare_output(findings: Findings, name: str, place: str, contents: tuple[Any, Any]) -> None:
    """Compare an output in one format: text by line, JSON by value, anything else, such as an image, as it is."""
    a, b = contents
    kind = place.rpartition(", ")[2]
    if kind.endswith("json"):
        compare_trees(findings, name, Place(record=place), a, b)
    elif kind.startswith(("text/", "std", "error")):
        texts = joined(a), joined(b)
        plain = ADDRESS.sub(r"\1", texts[0]), ADDRESS.sub(r"\1", texts[1])
        if plain[0] == plain[1] and texts[0] != texts[1]:
            findings.compared += 1
            findings.changes(place, *(next(iter(ADDRESS.finditer(text)))[0] for text in texts))
        else:
            compare_texts(findings, name, f"{place}, ", plain)
    else:
        findings.compared += 1
        if joined(a).strip() != joined(b).strip():
            findings.value(place, "other bytes")


def joined(text: str | list[str]) -> str:
    """Return a text that a notebook may hold as a list of its lines. Raises TypeError if it is neither."""
    return text if isinstance(text, str) else "".join(text)


NOTEBOOK = Comparator("notebook", recognizes, compare)
