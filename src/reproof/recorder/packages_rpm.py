"""Asks rpm, whose database has several binary forms, which packages own files."""

import os
from typing import Dict, List, Set, Tuple

from .programs import run_quietly

_FOLDERS = ("/usr/lib/sysimage/rpm/", "/var/lib/rpm/")
DATABASES = tuple(folder + name for folder in _FOLDERS for name in ("rpmdb.sqlite", "Packages.db", "Packages"))
_BATCH = 1000
"""Paths in one call: the length of a command line is limited."""


def owners(paths: Set[str], root: str = "") -> Dict[str, str]:
    """Return the package of each of these paths that one owns, by its name."""
    names = sorted(path for path in paths if os.path.lexists(root + path))  # rpm's line for others is an error
    found: Dict[str, str] = {}
    for start in range(0, len(names), _BATCH):
        batch = names[start : start + _BATCH]
        answers = _ask(batch, root)
        if len(answers) != len(batch):
            # A path of two packages has two lines.
            answers = [(_ask([path], root) or [""])[0] for path in batch]
        found.update((path, answer) for path, answer in zip(batch, answers) if answer)  # noqa: B905
    return found


def versions(names: Set[str], root: str = "") -> List[Tuple[str, str, str]]:
    """Return name, version and architecture of these packages, of those that are installed."""
    form = "%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\n"
    printed = run_quietly([*_rpm(root), "-q", "--queryformat", form, *sorted(names)]) or ""
    rows = [line.split("\t") for line in printed.splitlines()]
    return [(row[0], row[1], row[2]) for row in rows if len(row) == 3]


def _ask(paths: List[str], root: str) -> List[str]:
    """Return rpm's line for each path: the package's name, or an empty text if no package owns it."""
    printed = run_quietly([*_rpm(root), "-qf", "--queryformat", "=%{NAME}\\n", *paths]) or ""
    return [line[1:] if line.startswith("=") else "" for line in printed.splitlines()]


def _rpm(root: str) -> List[str]:
    return ["rpm", "--root", root] if root else ["rpm"]
