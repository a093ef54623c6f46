"""`reproof run` on real commands, without an engine or an index."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_shell import Shell

from reproof import recording, securing
from reproof.model.snapshot import Snapshot
from reproof.store.store import Store

HEAVY = ("pydantic", "rich", "httpx", "docker", "jinja2", "yaml", "numpy", "json", "hashlib", "sqlite3", "click",
         "dataclasses", "inspect")  # fmt: skip


def only(store: Store) -> Snapshot:
    [identity] = store.ids(Snapshot)
    return store.load(Snapshot, identity)


def test_nothing_heavy_is_loaded_before_the_command_starts() -> None:
    code = "import sys, reproof.cli.main, reproof.cli.recorded; print(*sys.modules)"
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


def test_a_level_that_there_is_not_is_a_mistake_wherever_it_was_written(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REPROOF_LEVEL", "everything")
    assert shell.type("run", "--", "/bin/true") == 2
    assert "REPROOF_LEVEL" in shell.err
    assert "complete" in shell.err


def test_no_locale_is_set_for_a_command_that_was_given_none(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "REPROOF_HOME": str(tmp_path / "store")}
    words = [sys.executable, "-m", "reproof", "-q", "run", "--", "/usr/bin/env"]
    for variables, lines in (bare, []), ({**bare, "LC_CTYPE": "C.UTF-8"}, ["LC_CTYPE=C.UTF-8"]):
        done = subprocess.run(words, env=variables, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert [line for line in done.stdout.splitlines() if line.startswith("LC_")] == lines
    kept = [store.load(Snapshot, identity) for store in [Store(tmp_path / "store")] for identity in store.ids(Snapshot)]
    assert sorted("LC_CTYPE" in snapshot.environment.variables for snapshot in kept) == [False, True]


def test_what_another_run_writes_in_a_store_in_the_working_directory_is_no_output(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(securing, "resolve", lambda *_: None)
    monkeypatch.chdir(shell.store.root.parent)
    inner = f"mkdir -p {shell.store.root}/cache/x; echo 1 > {shell.store.root}/cache/x/y; echo 2 > out.txt"
    assert shell.type("run", "--", "/bin/sh", "-c", inner) == 0
    snapshot = only(shell.store)
    assert [output.name for output in snapshot.outputs] == ["out.txt"]
    assert snapshot.created_dirs == ()


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_closed_stream_changes_neither_the_exit_code_nor_the_record(tmp_path: Path, closed: int) -> None:
    store = Store(tmp_path / "store")
    words = [sys.executable, "-m", "reproof", "--store", str(store.root), "run", "--", "/bin/sh", "-c", "exit 5"]
    shut = [("<&-", ">&-", "2>&-")[closed], f"exec {shlex.join(words)}"]
    done = subprocess.run(["/bin/sh", "-c", f"exec {' ; '.join(shut)}"], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 5
    assert only(store).command.exit_code == 5


def test_output_that_cannot_be_written_is_told_and_is_no_verdict(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "reproof", "--store", str(tmp_path), "show", "--schema"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "error: the output cannot be written: No space left on device\n")


def test_what_an_encoding_does_not_have_is_spelled_out(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "reproof", "--store", str(tmp_path / "\u2581"), "ls"]
    environ = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(words, env=environ, capture_output=True, check=False)
    assert done.returncode == 0
    assert rb"\u2581" in done.stderr


@pytest.mark.parametrize(
    "module", ["reproof.cli.main", "reproof.cli.recorded", "reproof.recorder.signals", "reproof.recorder.streams"]
)
def test_an_interrupt_while_we_are_loaded_is_no_traceback_and_starts_nothing(tmp_path: Path, module: str) -> None:
    code = f"""if True:
        import os, signal, sys
        class Interrupting:
            def find_spec(name, path=None, target=None):
                if name == {module!r}:
                    sys.meta_path.remove(Interrupting)
                    os.kill(os.getpid(), signal.SIGINT)
        sys.meta_path.insert(0, Interrupting)
        from reproof.__main__ import run
        run()
    """
    words = [sys.executable, "-c", code, "--store", "store", "run", "--", "/bin/sh", "-c", "touch ran"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (130, "error: interrupted")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("failure", "told", "advice"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/x"), "/x: No space left on device", "free some space"),
        (PermissionError(errno.EACCES, "Permission denied", "/y"), "/y: Permission denied", "mend that"),
        (ValueError("odd"), "ValueError: odd (test_run.py, line", "this is a bug; report it"),
    ],
)
def test_a_record_that_cannot_be_made_says_what_failed_and_leaves_the_exit_code(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, failure: Exception, told: str, advice: str
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr("reproof.recorder.collect.collect", fail)
    assert shell.type("run", "--", "/bin/sh", "-c", "exit 5") == 5
    assert f"the run could not be recorded: {told}" in shell.err
    assert f"hint: {advice}" in shell.err


def test_a_store_that_vanishes_in_mid_run_is_named(shell: Shell) -> None:
    assert shell.type("run", "--", "/bin/sh", "-c", f"rm -r {shell.store.root}/tmp; exit 5") == 5
    assert "leave the store alone while a run goes on" in shell.err
