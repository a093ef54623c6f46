"""A command whose environment is still to be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from reproof.capture.future import future_command, future_variables, project_root
from reproof.errors import UsageError


def test_any_python_becomes_the_environments_own() -> None:
    assert future_command(("/usr/bin/python3.6", "train.py", "--lr", "1"), ()) == ("python", "train.py", "--lr", "1")
    assert future_command(("./run.sh", "python3"), ()) == ("./run.sh", "python3")


def test_a_notebook_is_executed_with_the_environments_kernel() -> None:
    words = future_command(("sub/fit.ipynb",), ("--execute",))
    assert words[:4] == ("python", "-m", "nbconvert", "--execute")
    assert words[-3:] == ("--output", "fit.executed.ipynb", "sub/fit.ipynb")
    assert any("kernel_name=python3" in word for word in words)


def test_words_behind_a_notebook_are_refused() -> None:
    with pytest.raises(UsageError, match="no arguments"):
        future_command(("fit.ipynb", "--fast"), ())


def test_variables_of_environments_of_here_are_left_behind(tmp_path: Path) -> None:
    here = {"VIRTUAL_ENV": "/v", "CONDA_PREFIX": "/c", "LD_LIBRARY_PATH": "/l", "PATH": "/v/bin:/usr/bin", "LANG": "C"}
    to_be = future_variables(here, str(tmp_path))
    assert to_be["PATH"].startswith("/opt/venv/bin:") and "/v/bin" not in to_be["PATH"]
    assert not {"VIRTUAL_ENV", "CONDA_PREFIX", "LD_LIBRARY_PATH", "PYTHONPATH"} & set(to_be)
    assert (to_be["LANG"], to_be["MPLBACKEND"]) == ("C", "Agg")


def test_a_backend_that_the_user_chose_is_kept(tmp_path: Path) -> None:
    assert future_variables({"MPLBACKEND": "pdf"}, str(tmp_path))["MPLBACKEND"] == "pdf"


def test_a_project_that_can_be_installed_finds_its_own_packages(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "setup.py").write_text("")
    given = {"PYTHONPATH": f"/elsewhere:{tmp_path}/lib"}
    assert future_variables(given, str(tmp_path))["PYTHONPATH"] == f"{tmp_path}/lib:{tmp_path}:{tmp_path}/src"


def test_a_release_is_installed_and_not_taken_from_its_folder(tmp_path: Path) -> None:
    for name in ("setup.py", "PKG-INFO"):
        (tmp_path / name).write_text("")
    assert "PYTHONPATH" not in future_variables({}, str(tmp_path))


def test_the_project_begins_where_something_declares_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "lib" / "examples" / "deep"
    folder.mkdir(parents=True)
    assert project_root(folder) == folder
    (tmp_path / "lib" / "setup.py").write_text("")
    assert project_root(folder) == tmp_path / "lib"
    (tmp_path / "requirements.txt").write_text("")  # at home: that is no project
    (tmp_path / "lib" / "setup.py").unlink()
    assert project_root(folder) == folder
