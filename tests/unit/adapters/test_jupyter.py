"""A notebook in place of a command: who executes it, and what is said when nobody can."""

from __future__ import annotations

from pathlib import Path

import pytest

from reproof.adapters.jupyter import OPTIONS, notebook_command
from reproof.errors import UsageError


def program(folder: Path, name: str, exit_code: int) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    file.chmod(0o755)


@pytest.fixture
def notebook(tmp_path: Path) -> str:
    file = tmp_path / "fit.ipynb"
    file.write_text("{}")
    return str(file)


def test_the_environments_python_executes_it_and_the_result_lies_beside_it(tmp_path: Path, notebook: str) -> None:
    program(tmp_path, "python", 0)
    command = notebook_command((notebook,), {"PATH": str(tmp_path)})
    assert command == ("python", "-m", "nbconvert", *OPTIONS, "--output", "fit.executed.ipynb", notebook)


def test_without_it_the_jupyter_on_the_path_does(tmp_path: Path, notebook: str) -> None:
    program(tmp_path, "python", 1)
    program(tmp_path, "jupyter-nbconvert", 0)
    assert notebook_command((notebook,), {"PATH": str(tmp_path)})[0] == "jupyter-nbconvert"


def test_where_nothing_can_execute_it_the_packages_to_install_are_named(tmp_path: Path, notebook: str) -> None:
    program(tmp_path, "python", 1)
    with pytest.raises(UsageError) as caught:
        notebook_command((notebook,), {"PATH": str(tmp_path)})
    assert "pip install nbconvert ipykernel" in caught.value.hint


@pytest.mark.parametrize("words", [("missing.ipynb",), ("fit.ipynb", "--lr", "0.1")])
def test_a_missing_notebook_and_words_behind_it_are_refused(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        notebook_command(words, {})
