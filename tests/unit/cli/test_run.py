"""`reproof run` on real commands, without an engine or an index."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_shell import Shell

from reproof import recording, securing
from reproof.model.snapshot import Snapshot
from reproof.store.store import Store

HEAVY = ("pydantic", "rich", "httpx", "docker", "jinja2", "yaml", "numpy", "json", "hashlib", "sqlite3")


def only(store: Store) -> Snapshot:
    [identity] = store.ids(Snapshot)
    return store.load(Snapshot, identity)


def test_nothing_heavy_is_loaded_before_the_command_starts() -> None:
    code = "import sys, reproof.cli.main, reproof.cli.run; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "reproof.running" in loaded
    assert set(HEAVY) & set(loaded) == set()


def test_the_snapshot_tells_memory_and_processor_time(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(securing, "resolve", lambda *_: None)
    code = "b = bytearray(100 << 20); sum(range(3_000_000))"
    assert shell.type("run", "--", sys.executable, "-c", code) == 0
    command = only(shell.store).command
    assert 100 << 20 < (command.peak_memory or 0) < 100 << 30
    assert 0.01 < (command.cpu_s or 0) < 60


def test_an_interrupt_after_the_commands_end_does_not_lose_the_record(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assemble = recording.assemble

    def interrupted(*given: object) -> Snapshot:
        os.kill(os.getpid(), signal.SIGINT)
        return assemble(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(recording, "assemble", interrupted)
    assert shell.type("run", "--", "/bin/sh", "-c", "exit 5") == 5
    assert only(shell.store).command.exit_code == 5
    assert "packages were not secured: interrupted" in shell.err


def test_an_interrupt_while_packages_are_secured_costs_the_run_nothing(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(securing, "resolve", lambda *_: os.kill(os.getpid(), signal.SIGINT))
    assert shell.type("run", "--", "/bin/sh", "-c", "exit 5") == 5
    assert only(shell.store).command.exit_code == 5
    assert "packages were not secured: interrupted" in shell.err


def test_a_second_interrupt_ends_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(recording, "assemble", twice)
    assert shell.type("run", "--", "/bin/sh", "-c", "exit 5") == 130
    assert "interrupted" in shell.err
    assert list((shell.store.root / "tmp").iterdir()) == []


def test_a_store_that_cannot_be_written_is_told_before_the_command_runs(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    assert shell.type("run", "--", "/bin/sh", "-c", "touch ran") == 15
    assert not (tmp_path / "ran").exists()
