"""The interpreters of a machine, found by looking: made-up programs answer as a Python would."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import pytest

from reproof.adapters import interpreters
from reproof.adapters.interpreters import FoundPython, candidates, find_interpreters, probe, programs, understood


def empty_home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "PATH": str(folder / "bin")}


def test_the_interpreter_of_the_tests_is_found_on_the_path(tmp_path: Path) -> None:
    environ = {**empty_home(tmp_path), "PATH": str(Path(sys.executable).parent)}
    base = os.path.realpath(sys.executable)
    [found] = [python for python in find_interpreters(environ) if os.path.realpath(python.executable) == base]
    assert found.version == sysconfig.get_python_version() + "." + str(sys.version_info[2])
    assert found.prefix == sys.base_prefix
    assert found.implementation == "cpython"


def test_an_environment_leads_to_the_interpreter_that_it_was_made_from() -> None:
    facts = probe(sys.executable)
    found = understood(facts, "path")
    assert found is not None
    assert not found.executable.startswith(sys.prefix + "/") or sys.prefix == sys.base_prefix


def test_a_shim_is_a_script_and_is_not_started(tmp_path: Path) -> None:
    mark = tmp_path / "started"
    shim = tmp_path / "bin" / "python3.8"
    shim.parent.mkdir()
    shim.write_text(f"#!/bin/sh\ntouch {mark}\n")
    shim.chmod(0o755)
    assert list(programs([tmp_path / "bin"])) == []
    find_interpreters(empty_home(tmp_path))
    assert not mark.exists()


def test_pyenvs_and_uvs_folders_are_looked_into_and_a_folder_that_is_not_there_is_none(tmp_path: Path) -> None:
    for folder in (".pyenv/versions/3.8.1/bin", ".local/share/uv/python/cpython-3.9/bin"):
        (tmp_path / folder).mkdir(parents=True)
        program = tmp_path / folder / "python3.8"
        program.write_bytes(b"\x7fELF")
        program.chmod(0o755)
    named = [(Path(path).parent.parent.name, origin) for path, origin in candidates(empty_home(tmp_path))]
    assert named[:2] == [("3.8.1", "pyenv"), ("cpython-3.9", "uv")]


def test_what_does_not_answer_as_a_python_is_none(tmp_path: Path) -> None:
    broken = tmp_path / "python3"
    broken.write_bytes(b"\x7fELF")
    broken.chmod(0o755)
    assert probe(str(broken)) == {}
    assert understood({}, "path") is None


def test_an_interpreter_of_the_distribution_is_told_as_such_wherever_it_was_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(interpreters, "is_program", lambda path: True)
    facts = {"version": "3.9.2", "prefix": "/usr", "implementation": "cpython", "stable": True, "missing": ["bz2"]}
    assert understood(facts, "path") == FoundPython(
        executable="/usr/bin/python3.9",
        version="3.9.2",
        implementation="cpython",
        prefix="/usr",
        origin="distribution",
        missing=("bz2",),
    )
