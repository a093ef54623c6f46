"""A trial run that worked is not repeated, as long as what it tried is the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reproof.recorder import level
from reproof.recorder.trials import Trials


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program"
    path.write_text("#!/bin/sh\n")
    return path


def trials(folder: Path, program: Path) -> Trials:
    return Trials(str(folder / "cache"), (str(program),))


def test_what_worked_is_known(tmp_path: Path, program: Path) -> None:
    assert trials(tmp_path, program).known() is None
    trials(tmp_path, program).remember(6)
    assert trials(tmp_path, program).known() == 6


def test_a_replaced_program_is_another(tmp_path: Path, program: Path) -> None:
    trials(tmp_path, program).remember(1)
    status = program.stat()
    program.write_text("#!/bin/ls\n")
    os.utime(program, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert trials(tmp_path, program).known() is None


def test_a_script_whose_interpreter_was_replaced_is_another(tmp_path: Path) -> None:
    interpreter, script = tmp_path / "interpreter", tmp_path / "script"
    interpreter.write_text("one")
    script.write_text(f"#! {interpreter}\n")
    trials(tmp_path, script).remember(1)
    interpreter.write_text("two")
    assert trials(tmp_path, script).known() is None


@pytest.mark.parametrize("content", [b"\xff\n", b"nonsense", b" \n \n", b"a b c"])
def test_a_damaged_memory_is_none(tmp_path: Path, program: Path, content: bytes) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "trials").write_bytes(content)
    assert trials(tmp_path, program).known() is None
    trials(tmp_path, program).remember(1)
    assert trials(tmp_path, program).known() in (1, None)


def test_it_does_not_grow_without_bound(tmp_path: Path, program: Path) -> None:
    trials(tmp_path, program).remember(1)
    path = tmp_path / "cache" / "trials"
    path.write_bytes(path.read_bytes() * 2000)
    trials(tmp_path, program).remember(1)
    assert path.stat().st_size < 1000


def test_where_nothing_can_be_written_there_is_a_trial_each_time(tmp_path: Path, program: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    trials(tmp_path, program).remember(1)
    assert trials(tmp_path, program).known() is None


def test_the_level_is_chosen_without_a_trial_the_second_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    trial = level._try
    monkeypatch.setattr(level, "_try", lambda *given: tried.append(given) or trial(*given))
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        chosen = level.choose("shim", "/bin/sh", str(folder), cache=str(tmp_path / "cache"))
        assert (chosen.name, chosen.kind) == ("shim", 1)
    assert len(tried) == 1


def test_a_trial_that_failed_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(level, "_try", lambda *_: "no")
    for _ in range(2):
        assert level.choose("shim", "/bin/sh", str(tmp_path), cache=str(tmp_path / "cache")).lowered == "no"
