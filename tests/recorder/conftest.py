"""Runs small scripts under the recorder, in real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import hatch_build
from reproof.recorder import launch
from reproof.recorder.command import Order

SEARCH_PATH = os.environ["PATH"]
LAUNCH = Path(launch.__file__)
"""The file that is started inside a container."""


class Project:
    """A folder with scripts, and a folder beside it for the recording."""

    def __init__(self, root: Path, python: str, level: str) -> None:
        self.python = python
        self.level = level
        self.root = root / "project"
        self.root.mkdir()
        self.folder = root / "record"
        self.environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def script(self, text: str, name: str = "main.py") -> Path:
        """Write a script and return its path."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def run(self, text: str, *words: str, **options: Any) -> Recording:
        """Record a script that this interpreter runs."""
        self.script(text)
        return self.record([self.python, "main.py", *words], **options)

    def record(self, argv: list[str], environ: Mapping[str, str] | None = None, **options: Any) -> Recording:
        """Record a command."""
        variables = {**self.environ, **(environ or {})}
        options = {"level": self.level, **options}
        order = Order(argv, str(self.root), variables, **options)
        return Recording(launch.record(order, str(self.folder)), self)

    def spec(self, argv: list[str], **fields: Any) -> list[str]:
        """Return the command line that records a command in a process of its own, isolated as in a container."""
        path = self.root.parent / "spec.json"
        path.write_text(json.dumps({"argv": argv, "cwd": str(self.root), "level": self.level, **fields}))
        return [sys.executable, "-I", "-S", str(LAUNCH), "--folder", str(self.folder), "--spec", str(path)]

    def recorded(self) -> Recording:
        """Return the recording that another process left."""
        return Recording(json.loads((self.folder / "recording.json").read_text()), self)


class Recording:
    """A recording, with its paths relative to the project where they lie in it."""

    def __init__(self, content: dict[str, Any], project: Project) -> None:
        self.content = content
        self.project = project

    def __getitem__(self, key: str) -> Any:
        return self.content[key]

    def names(self, key: str) -> list[str]:
        """Return the files of a section that lie in the project."""
        paths = [Path(entry["path"]) for entry in self.content[key]]
        return [str(path.relative_to(self.project.root)) for path in paths if path.is_relative_to(self.project.root)]

    def entry(self, key: str, name: str) -> dict[str, Any]:
        """Return what a section says of a file of the project."""
        found: dict[str, Any] = next(e for e in self.content[key] if e["path"] == str(self.project.root / name))
        return found

    def gaps(self) -> dict[str, str]:
        """Return the reasons of the gaps by what is missing."""
        return {gap["what"]: gap["why"] for gap in self.content["gaps"]}

    @property
    def stdout(self) -> str:
        return (self.project.folder / "stdout").read_text()

    @property
    def stderr(self) -> str:
        return (self.project.folder / "stderr").read_text()


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """This interpreter in an empty virtual environment: packages would only have to be looked at."""
    environment = tmp_path_factory.mktemp("environment")
    (environment / "bin").mkdir()
    (environment / "pyvenv.cfg").write_text(
        f"home = {Path(sys.executable).resolve().parent}\ninclude-system-site-packages = false\n"
    )
    program = environment / "bin" / "python"
    program.symlink_to(Path(sys.executable).resolve())
    return str(program)


@pytest.fixture(scope="session", autouse=True)
def shim() -> None:
    """The native parts as their sources are now: without a C compiler these tests fail."""
    newest = max(path.stat().st_mtime for path in hatch_build.NATIVE.iterdir() if path.suffix in (".c", ".h"))
    for made in (hatch_build.LIBRARY, hatch_build.SUPERVISOR):
        if not made.exists() or made.stat().st_mtime < newest:
            assert hatch_build.compile_native() is None


@pytest.fixture(params=["shim", "hooks"])
def level(request: pytest.FixtureRequest) -> str:
    """How runs are watched; a test of one level alone overrides it."""
    return str(request.param)


@pytest.fixture
def project(tmp_path: Path, python: str, level: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project, on a machine without ldd and nvidia-smi: asking them would only take time here."""
    made = Project(tmp_path, python, level)
    empty = tmp_path / "no-programs"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    return made


def compiled(project: Project, text: str, *flags: str, name: str = "helper") -> Path:
    """Compile a C program into the project's parent and return its path."""
    source = project.root.parent / f"{name}.c"
    source.write_text(text)
    target = project.root.parent / name
    command = ["cc", "-w", "-o", str(target), str(source), *flags]
    subprocess.run(command, check=True, env={**os.environ, "PATH": SEARCH_PATH})
    return target


def works(program: str) -> bool:
    """Say whether a Python can be started."""
    return subprocess.run([program, "-c", "pass"], capture_output=True, check=False).returncode == 0
