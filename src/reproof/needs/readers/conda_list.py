"""conda's lists: `@EXPLICIT` addresses, and what `conda list --export` prints. They often have pip's file names."""

from __future__ import annotations

import re

from reproof.model.base import Gap
from reproof.model.project import Project
from reproof.needs.conda_names import read_conda
from reproof.needs.found import Found, merged
from reproof.needs.reader import Reader
from reproof.needs.spelling import read_requirement

FILE = re.compile(r"(.*[-_.])?(spec|explicit|conda)([-_.].*)?\.(txt|lock)", re.I)
ADDRESS = re.compile(r"\S*/([\w.\-]+?)-([^-/]+)-[^-/]+?\.(?:tar\.bz2|conda)(?:#\S*)?$")
BUILT = re.compile(r"([\w.\-]+)=([^=\s]+)=([^=\s]+)$")


def is_list(text: str) -> bool:
    """Say whether a text is one of conda's lists, whatever its file is called."""
    return bool(re.search(r"^@EXPLICIT\b|^# This file may be used to create an environment using", text, re.M))


def read_list(project: Project, path: str) -> Found:
    """Return what a list of conda names."""
    parts: list[Found] = []
    for number, line in enumerate((project.text(path) or "").split("\n"), 1):
        line, source = line.strip(), f"{path}:{number}"
        address, built = ADDRESS.match(line), BUILT.match(line)
        if address:
            parts.append(read_conda(f"{address[1]}=={address[2]}", source))
        elif built and built[3].startswith("pypi"):
            parts.append(read_requirement(f"{built[1]}=={built[2]}", source))
        elif built:
            parts.append(read_conda(line, source))
        elif line and not line.startswith(("#", "@")):
            effect = "what it asks for is not installed"
            parts.append(Found(gaps=(Gap(what=f"{source}: {line[:200]}", why="it names no package", effect=effect),)))
    return merged(parts)


def read(project: Project, path: str) -> Found:
    """Return what a file holds if it is such a list."""
    return read_list(project, path) if is_list(project.text(path) or "") else Found()


CONDA_LIST = Reader("conda list", lambda path: bool(FILE.fullmatch(path.rpartition("/")[2])), read)
