"""Notebooks: the Python that ran them, and the cells that install something."""

from __future__ import annotations

import re

from reproof.model.project import Project
from reproof.needs.found import Found, PythonSign, merged
from reproof.needs.notebook import cells_of, read_notebook
from reproof.needs.reader import Reader
from reproof.needs.readers.places import table
from reproof.needs.shell import read_installs

COMMAND = re.compile(r"^[ \t]*[!%][ \t]*(.*)$", re.M)


def read(project: Project, path: str) -> Found:
    """Return the version in the metadata, and what `!pip install`, `%pip install` and `!apt-get install` name."""
    notebook = read_notebook(project.text(path) or "")
    language = table(table(notebook.get("metadata")).get("language_info"))
    version = language.get("version")
    signs: tuple[PythonSign, ...] = ()
    if language.get("name", "python") == "python" and isinstance(version, str) and re.match(r"\d+\.\d+", version):
        signs = (PythonSign("exact", ".".join(version.split(".")[:3]), f"metadata of {path}"),)
    parts = []
    for number, cell in enumerate(cells_of(notebook), 1):
        lines = "\n".join(COMMAND.findall(cell))
        if cell.lstrip().startswith(("%%bash", "%%sh")):
            lines = cell
        parts.append(read_installs(lines.replace("{sys.executable} -m ", ""), f"{path} cell {number}"))
    return merged((Found(pythons=signs), *parts))


NOTEBOOK = Reader("notebook", lambda path: path.endswith(".ipynb"), read, weak=True)
