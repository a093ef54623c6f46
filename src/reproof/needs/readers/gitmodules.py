"""`.gitmodules`: repositories inside the project that were not fetched."""

from __future__ import annotations

import re

from reproof.model.base import Gap
from reproof.model.project import Project
from reproof.needs.found import Found
from reproof.needs.reader import Reader


def read(project: Project, path: str) -> Found:
    """Return a gap for each submodule without a file."""
    gaps = []
    for name in re.findall(r"^\s*path\s*=\s*(.+?)\s*$", project.text(path) or "", re.M):
        if next(iter(project.within(name)), None) is None:
            why, effect = (
                "it is a submodule that was not fetched",
                "git submodule update --init brings it; imports of it fail",
            )
            gaps.append(Gap(what=f"the folder {name}", why=why, effect=effect))
    return Found(gaps=tuple(gaps))


GITMODULES = Reader(".gitmodules", lambda path: path == ".gitmodules", read)
