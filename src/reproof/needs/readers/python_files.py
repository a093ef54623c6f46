"""Files that name a Python and nothing else: `.python-version`, `runtime.txt`, `.tool-versions`."""

from __future__ import annotations

import re

from reproof.model.project import Project
from reproof.needs.found import Found, PythonSign
from reproof.needs.reader import Reader

SAYING = {
    ".python-version": r"^\s*(?:c?python-?)?(\d+\.\d+(?:\.\d+)?)\s*$",
    "runtime.txt": r"^\s*python-(\d+\.\d+(?:\.\d+)?)",
    ".tool-versions": r"^\s*python\s+(\d+\.\d+(?:\.\d+)?)",
}
"""How each file names a version."""


def read(project: Project, path: str) -> Found:
    """Return the version that the file names; pyenv tries those of several lines in order."""
    found = re.findall(SAYING[path.rpartition("/")[2]], project.text(path) or "", re.M)
    return Found(pythons=tuple(PythonSign("exact", version, path) for version in found))


PYTHON_VERSION, RUNTIME, TOOL_VERSIONS = (
    Reader(name, lambda path, name=name: path.rpartition("/")[2] == name, read)  # type: ignore[misc]
    for name in SAYING
)
