"""Finds the working folders that editable installations take their modules from.

Build backends leave a `.pth` file with a folder in it, or one that imports a finder, which has the paths as texts in
its code: `__editable___name_finder.py` of setuptools, `_editable_impl_name.py` of hatchling and pdm-backend,
`_editable_skbc_name.py` of scikit-build-core. That of meson-python has none but its build folder: it is left to what
the installer wrote.
"""

import ast
import os
import re
from typing import Iterable, Set

_FINDER = re.compile(r"(__editable__|_editable_).*\.py$|_.*_editable\.py$")


def editable_roots(files: Iterable[str]) -> Set[str]:
    """Return the folders and modules that these files of a site folder point to, of those that are there."""
    found: Set[str] = set()
    for path in files:
        if path.endswith(".pth"):
            found.update(line for line in _read(path).splitlines() if _is_place(line))
        elif _FINDER.match(os.path.basename(path)):
            found.update(_paths_in_code(_read(path)))
    return found


def _paths_in_code(code: str) -> Set[str]:
    """Return the absolute paths among the texts of a module, which is not run; an `__init__.py` means its folder."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError):
        return set()
    texts = (getattr(node, "value", getattr(node, "s", None)) for node in ast.walk(tree))
    paths = {text for text in texts if isinstance(text, str) and _is_place(text)}
    return {os.path.dirname(path) if os.path.basename(path) == "__init__.py" else path for path in paths}


def _is_place(text: str) -> bool:
    """Say whether this is the absolute path of something that is there, and not the root of everything."""
    return text.startswith("/") and "\0" not in text and text.count("/") > 1 and os.path.exists(text)


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except (OSError, ValueError):
        return ""
