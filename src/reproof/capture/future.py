"""A command whose environment is still to be made: its words and variables, as they will be in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from reproof.errors import UsageError
from reproof.facts.headless import HEADLESS

VENV = "/opt/venv"
"""Where the environment is made, in the image alone."""
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PYTHON = re.compile(r"(?:.*/)?python[\d.]*")
OURS = re.compile(r"(VIRTUAL_ENV|CONDA|PYENV|LD_LIBRARY_PATH|LD_PRELOAD|PYTHONHOME|PYTHONUSERBASE|PYTHONSTARTUP)")
"""Variables that tell of environments of this machine, by how their names begin."""
MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "PKG-INFO", "Pipfile", "environment.yml", "requirements.txt")
"""Files that stand where a project begins, when no repository tells."""
HIGHEST = 6
"""Folders above the one that was named in which such a file is looked for."""


def project_root(folder: Path) -> Path:
    """Return where the project begins that a folder lies in, when no repository tells: the folder itself, or one above
    it with a file that declares a project."""
    above = [folder, *folder.parents][: HIGHEST + 1]
    home = Path.home()
    within = [place for place in above if place not in (home, *home.parents)]
    return next((place for place in within if any((place / mark).is_file() for mark in MARKS)), folder)


def future_command(words: Sequence[str], options: Sequence[str]) -> tuple[str, ...]:
    """Return a command as it will be started: by the environment's Python, wherever that lies; `options` are those for
    executing a notebook, which may stand in place of a command.

    Raises:
        UsageError: there are words behind a notebook.
    """
    first, *rest = words
    if first.endswith(".ipynb"):
        if rest:
            raise UsageError(f"a notebook takes no arguments: {' '.join(rest)}", f"reproof capture -- {first}")
        output = f"{Path(first).name.removesuffix('.ipynb')}.executed.ipynb"
        kernel = "--ExecutePreprocessor.kernel_name=python3"  # the name that it was saved with may be anything
        return ("python", "-m", "nbconvert", *options, kernel, "--output", output, first)
    return ("python", *rest) if PYTHON.fullmatch(first) else (first, *rest)


def installed_in_place(root: Path) -> tuple[str, ...]:
    """Return the folders that installing a project in editable mode would put on Python's path; none if it cannot be
    installed, or if it is a release: an index has it built."""
    if not any((root / mark).is_file() for mark in ("setup.py", "setup.cfg", "pyproject.toml")):
        return ()
    if (root / "PKG-INFO").is_file():
        return ()
    return tuple(str(folder) for folder in (root, root / "src") if folder.is_dir())


def future_variables(environ: Mapping[str, str], root: str) -> dict[str, str]:
    """Return the variables that the command will have: those of here that are not about environments of here.

    PYTHONPATH has what lies in the project, and what installing it would add. Programs are told to open no window.
    """
    kept = {name: value for name, value in environ.items() if not OURS.match(name)}
    inside = [entry for entry in kept.pop("PYTHONPATH", "").split(":") if entry == root or entry.startswith(f"{root}/")]
    inside += [folder for folder in installed_in_place(Path(root)) if folder not in inside]
    path = {"PYTHONPATH": ":".join(inside)} if inside else {}
    return {**HEADLESS, **kept, **path, "PATH": f"{VENV}/bin:{SYSTEM_PATH}"}
