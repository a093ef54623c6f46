"""However a Python is started, its files, its interpreter and its exit code are recorded as when it is named itself."""

from __future__ import annotations

import shutil
import zipapp
from collections.abc import Callable

import pytest

from .conftest import SEARCH_PATH, Project

WORK = """
import os, sys

with open("in.txt") as file:
    text = file.read()
with open("out.txt", "w") as file:
    file.write(text.upper())
print("done by", os.environ.get("RANK", "one"))
sys.exit(7)
"""
LAUNCHER = """
import os, subprocess, sys

variables = {**os.environ, "RANK": "0", "WORLD_SIZE": "1"}
worker = subprocess.Popen([sys.executable, "-u", "main.py"], env=variables, start_new_session=True)
sys.exit(worker.wait())
"""

Start = Callable[[Project], list[str]]


def script(project: Project, name: str, text: str) -> str:
    """Write an executable script and return how it is called."""
    project.script(text, name).chmod(0o755)
    return f"./{name}"


def a_shebang(project: Project) -> list[str]:
    return [script(project, "train", f"#!{project.python}\n{WORK}")]


def env_in_a_shebang(project: Project) -> list[str]:
    (project.root.parent / "bin").mkdir()
    (project.root.parent / "bin" / "python").symlink_to(project.python)
    project.environ["PATH"] = f"{project.root.parent / 'bin'}:{SEARCH_PATH}"
    return [script(project, "train", f"#!/usr/bin/env python\n{WORK}")]


def a_shell_script(project: Project) -> list[str]:
    return [script(project, "train.sh", f"#!/bin/sh\nset -e\ncd .\n{project.python} main.py\n")]


def a_shells_command(project: Project) -> list[str]:
    return ["/bin/sh", "-c", f"true && exec {project.python} main.py"]


def a_module(project: Project) -> list[str]:
    project.script("", "trainer/__init__.py")
    project.script(WORK, "trainer/__main__.py")
    return [project.python, "-m", "trainer"]


def a_zip_archive(project: Project) -> list[str]:
    project.script(WORK, "app/__main__.py")
    zipapp.create_archive(project.root / "app", project.root / "app.pyz", project.python)
    shutil.rmtree(project.root / "app")
    return ["./app.pyz"]


def make(project: Project) -> list[str]:
    project.script(f"train:\n\t@{project.python} main.py; test $$? = 7\n\t@exit 7\n", "Makefile")
    return [shutil.which("make", path=SEARCH_PATH) or "make", "--silent"]


def a_launcher_of_workers(project: Project) -> list[str]:
    project.script(LAUNCHER, "launch.py")
    return [project.python, "launch.py"]


def standard_input(project: Project) -> list[str]:
    return ["/bin/sh", "-c", f"{project.python} - < main.py"]


def another_program_before_it(project: Project) -> list[str]:
    return [shutil.which("timeout", path=SEARCH_PATH) or "timeout", "60", project.python, "main.py"]


WAYS: tuple[Start, ...] = (
    a_shebang, env_in_a_shebang, a_shell_script, a_shells_command, a_module, a_zip_archive, make,
    a_launcher_of_workers, standard_input, another_program_before_it,
)  # fmt: skip


@pytest.mark.parametrize("start", WAYS, ids=lambda start: start.__name__.replace("_", " "))
def test_a_python_is_recorded_however_it_is_started(project: Project, start: Start) -> None:
    project.script("input", "in.txt")
    project.script(WORK)
    recording = project.record(start(project))
    expected = 2 if start is make else 7  # make has its own word for a recipe that failed
    assert (recording["command"]["exit_code"], recording["command"]["signal"]) == (expected, None), recording.stderr
    assert "in.txt" in recording.names("read")
    assert recording.names("written") == ["out.txt"]
    assert recording.stdout == ("done by 0\n" if start is a_launcher_of_workers else "done by one\n")
    assert recording["interpreter"]["executable"] == project.python or start is env_in_a_shebang
