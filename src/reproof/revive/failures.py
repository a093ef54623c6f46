"""What a failed import, or a program that ended badly, means: which obstacle it is, and what may take it away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from reproof.model.execution import FailedImport
from reproof.model.resolution import Obstacle
from reproof.revive.signs import LIBRARY, MODULE, SIGNS

LAST = re.compile(r"^(?:[\w.]+\.)?(\w*(?:Error|Exception|Warning|Exit|Interrupt|StopIteration)\w*)(?:: |$)")
"""The line that ends a traceback."""
LONGEST = 300
"""Characters of an error that are told."""


def missing_module(error: str, named: str | None = None) -> str | None:
    """Return the module or distribution that an error says is not installed; None if that was not it."""
    if named:
        return named
    found = MODULE.search(error)
    return next((group for group in found.groups() if group), None) if found else None


def missing_library(error: str) -> str | None:
    """Return the shared library that an error says is not there."""
    found = LIBRARY.search(error)
    return found[1] if found else None


def explain_import(failed: FailedImport) -> Obstacle:
    """Return which obstacle a failed import is."""
    package = failed.module.partition(":")[0].partition(".")[0]
    module = missing_module(failed.line, failed.missing)
    if module is not None and "." in module:
        # Python names the first part that it does not find: what is above it is installed.
        return Obstacle(
            kind="versions",
            package=package,
            what=f"import {failed.module} fails: {module.partition('.')[0]} of that day has no {module}",
            remedy="try another date (--as-of), or declare the version that the project was written for",
        )
    if module is not None:
        return Obstacle(
            kind="not declared",
            package=module.partition(".")[0],
            what=f"import {failed.module} fails: {module} is in none of the packages of that day",
            remedy="declare the distribution that has it (and its version), or try another date (--as-of)",
        )
    found = explain_text(failed.line, package)
    what = f"import {failed.module} fails: {found.what if found else cut(failed.line)}"
    if found is None:
        return Obstacle(kind="versions", package=package, what=what, remedy="try another date (--as-of)")
    return found.model_copy(update={"what": what})


def explain_text(text: str, package: str = "") -> Obstacle | None:
    """Return the obstacle that an error's text tells of; None for one that is not known."""
    for sign in SIGNS:
        if found := sign.pattern.search(text):
            first = next((group for group in found.groups() if group), "")
            words = {"text": cut(text)}
            return Obstacle(
                kind=sign.kind,
                package=package,
                what=sign.what.format(first.strip(), **words),
                remedy=sign.remedy.format(first.strip(), **words),
            )
    return None


def explain_run(stderr: str) -> Obstacle | None:
    """Return what ended a program, from what it printed; None if that does not tell.

    The last traceback counts, and without one all that was printed: frameworks warn of much that does not matter.
    """
    last = last_error(stderr)
    if (module := missing_module(last)) is not None and not explains_python2(last):
        return Obstacle(
            kind="not declared",
            package=module.partition(".")[0],
            what=f"{module} is not installed: {cut(last)}",
            remedy="declare the distribution that has it, and capture the project again",
        )
    if not last:
        return explain_text(stderr)
    other = Obstacle(kind="other", package="", what=cut(last), remedy="see what it printed: reproof show ID")
    return explain_text(last) or other


def explains_python2(line: str) -> bool:
    """Say whether a missing module is one that Python 2 had."""
    found = explain_text(line)
    return found is not None and found.kind == "Python 2"


def last_error(stderr: str) -> str:
    """Return the line that ends the last traceback; a syntax error's, too. Empty if there is none."""
    for line in reversed(stderr.splitlines()):
        if LAST.match(plain := re.sub(r"\x1b\[[0-9;]*m", "", line)):
            return plain
    return ""


def cut(text: str) -> str:
    """Return a text on one line, as long as can be told."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def failed_cells(notebook: bytes) -> tuple[str, ...]:
    """Return the errors of a notebook's cells, in order: one that is run with errors allowed ends with exit code 0."""
    try:
        content = json.loads(notebook)
    except ValueError:
        return ()
    return tuple(errors_in(content)) if isinstance(content, dict) else ()


def errors_in(content: dict[str, object]) -> Iterator[str]:
    cells = content.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        outputs = cell.get("outputs") if isinstance(cell, dict) else None
        for output in outputs if isinstance(outputs, list) else ():
            if isinstance(output, dict) and output.get("output_type") == "error":
                yield f"{output.get('ename', 'Error')}: {output.get('evalue', '')}"


def libraries_of(failures: Iterable[FailedImport]) -> tuple[str, ...]:
    """Return the shared libraries that imports failed for, each once."""
    found = (missing_library(failed.line) for failed in failures)
    return tuple(dict.fromkeys(name for name in found if name))
