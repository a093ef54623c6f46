"""The code of a notebook as a program: its cells one after the other, what is no Python made empty."""

from __future__ import annotations

import json
import re
from typing import Any

MAGIC = re.compile(r"^(\s*)(?:[%!?]|.*\?\s*$|\w+\s*=\s*[!%])(.*)$")
OTHER_LANGUAGE = re.compile(r"\s*%%(?!time\b|timeit\b|capture\b|prun\b)")


def read_notebook(text: str) -> dict[str, Any]:
    """Return a notebook, empty if it is none."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return notebook if isinstance(notebook, dict) else {}


def cells_of(notebook: dict[str, Any]) -> list[str]:
    """Return the sources of the code cells, of notebooks of formats 3 and 4."""
    sheets = notebook.get("worksheets")
    holders = sheets if isinstance(sheets, list) else [notebook]
    found: list[str] = []
    for holder in holders:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                found.append(joined(cell.get("source", cell.get("input", ""))))
    return found


def joined(source: object) -> str:
    """Return a text that a notebook may hold as a list of its lines."""
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


def code_of(text: str) -> str:
    """Return the Python of a notebook."""
    return "\n".join(plain(cell) for cell in cells_of(read_notebook(text)))


def plain(cell: str) -> str:
    """Return a cell with its magics made empty statements, so that the lines keep their numbers."""
    if OTHER_LANGUAGE.match(cell):
        return "\n" * cell.count("\n")
    return "\n".join(MAGIC.sub(r"\1pass", line) for line in cell.split("\n"))
