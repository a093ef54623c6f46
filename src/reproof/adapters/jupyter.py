"""Finds the command that executes a notebook with the user's own Jupyter: a run is a command that can be repeated."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from reproof.errors import UsageError

OPTIONS = (
    "--to", "notebook", "--execute", "--log-level", "WARN",
    "--ExecutePreprocessor.timeout=-1", "--ExecutePreprocessor.record_timing=False",
)  # fmt: skip
"""Before version 7 nbconvert stopped a cell after 30 s; the times of cells would make two equal runs differ."""
QUESTION = "import importlib.util as u, sys; sys.exit(not (u.find_spec('nbconvert') and u.find_spec('ipykernel')))"


def notebook_command(words: tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the command that executes a notebook and writes it, its outputs filled in, beside the original.

    `fit.ipynb` becomes `fit.executed.ipynb`; the original stays as it is.

    Raises:
        UsageError: there is no such notebook, there are words behind it, or nothing here can execute it.
    """
    notebook, more = words[0], words[1:]
    if more:
        raise UsageError(f"a notebook takes no arguments: {' '.join(more)}", f"reproof run {notebook}")
    if not Path(notebook).is_file():
        raise UsageError(f"there is no notebook {notebook}", "check its name and the folder that you are in")
    output = f"{Path(notebook).name.removesuffix('.ipynb')}.executed.ipynb"
    return (*converter(notebook, environ), *OPTIONS, "--output", output, notebook)


def converter(notebook: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return how nbconvert is started: by the environment's Python if that has it, else the one on the PATH."""
    path = environ.get("PATH", os.defpath)
    for name in ("python", "python3"):
        python = shutil.which(name, path=path)
        if python is not None and has_jupyter(python):
            return (name, "-m", "nbconvert")
    if shutil.which("jupyter-nbconvert", path=path) is not None:
        return ("jupyter-nbconvert",)
    raise UsageError(
        f"{notebook} cannot be executed: the Python on the PATH has no nbconvert and ipykernel",
        "activate the environment that the notebook runs in, and install them: pip install nbconvert ipykernel",
    )


def has_jupyter(python: str) -> bool:
    """Say whether an interpreter can execute notebooks. Nothing of the user's is imported for it."""
    try:
        done = subprocess.run([python, "-c", QUESTION], capture_output=True, timeout=60, check=False, cwd="/")
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
