"""What can go wrong while a run is recorded: a clear message, the right exit code, and nothing lost or half-written."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command_line import Answer, Shell, environment

from reproof.store.blobs import Blobs

PRIVATE_MOUNT = """\
{mount} || exit 99
"$@"
code=$?
cp -r {store} {copy}
exit $code
"""
"""A mount that nobody else sees and that is gone with the process; what lies in it at the end is copied out."""


def stdout(shell: Shell, snapshot: dict[str, Any]) -> bytes:
    return Blobs(shell.store / "blobs").get(snapshot["command"]["stdout"]["digest"])


def leftovers(shell: Shell) -> list[Path]:
    """Return what lies in the store's folders for work under way."""
    return [path for name in ("tmp", "blobs/tmp") for path in (shell.store / name).glob("*")]


def with_mount(shell: Shell, options: tuple[str, ...], *words: str) -> tuple[Answer, Shell]:
    """Run a command of reproof with something mounted over the store; return who sees what was in it at the end."""
    shell.store.mkdir(exist_ok=True)
    copy = shell.store.parent / "copy"
    mount = shlex.join(("mount", *options, str(shell.store)))
    script = PRIVATE_MOUNT.format(mount=mount, store=shlex.quote(str(shell.store)), copy=shlex.quote(str(copy)))
    alone = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    return shell.answer([*alone, "sh", "-c", script, "sh", *shell.words(*words)]), replace(shell, store=copy)


@pytest.mark.parametrize("command", ["no-such-command", "./not-executable"])
def test_a_command_that_cannot_be_started_is_named_and_nothing_is_recorded(shell: Shell, command: str) -> None:
    (shell.cwd / "not-executable").touch()
    shell.reproof("run", "--", command, "x").complains(12, command.removeprefix("."))
    assert shell.runs() == []
    assert leftovers(shell) == []


def test_no_command_at_all_is_a_matter_of_usage(shell: Shell) -> None:
    shell.reproof("run").complains(2, "no command", "reproof run -- ")


@pytest.mark.parametrize(("ending", "code"), [("exit 3", 3), ("kill -SEGV $$", 139)])
def test_a_run_that_fails_is_recorded_and_its_exit_code_passed_on(shell: Shell, ending: str, code: int) -> None:
    assert shell.reproof("run", "--", "sh", "-c", f"echo half >half.txt; {ending}").code == code
    (run,) = shell.runs()
    assert run["status"] == "failed"


def check_partial(shell: Shell) -> None:
    """Check that the one run is there with all that it had done when it was interrupted."""
    (run,) = shell.runs()
    assert run["status"] == "interrupted"
    snapshot = shell.reproof("show", "--json", run["id"]).json
    assert snapshot["command"]["interrupted"]
    assert [output["name"] for output in snapshot["outputs"]] == ["part.txt"]
    assert b"ready" in stdout(shell, snapshot)
    assert leftovers(shell) == []


def test_the_interrupt_key_keeps_the_part_that_was_done(shell: Shell, bare_python: str) -> None:
    ours, theirs = os.openpty()
    code = "import time; open('part.txt', 'w').write('1'); print('ready', flush=True); time.sleep(60)"
    command = shell.words("run", "--", bare_python, "-c", code)
    process = subprocess.Popen(
        ["setsid", "--ctty", *command], cwd=shell.cwd, env=environment(), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    while b"ready" not in shown:
        shown += os.read(ours, 1000)
    os.write(ours, b"\x03")
    assert process.wait(timeout=30) == 128 + signal.SIGINT
    os.close(ours)
    check_partial(shell)


def test_a_request_to_end_keeps_the_part_that_was_done(shell: Shell) -> None:
    command = shell.words("run", "--", "sh", "-c", "echo 1 >part.txt; echo ready; exec sleep 60")
    with subprocess.Popen(command, cwd=shell.cwd, env=environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stdout.readline() == b"ready\n"
        process.terminate()
        assert process.wait(timeout=30) == 128 + signal.SIGTERM
    check_partial(shell)


def test_a_store_without_room_is_told_before_the_run_starts(shell: Shell) -> None:
    mount = ("-t", "tmpfs", "-o", "nr_inodes=1", "tmpfs")
    answer, _ = with_mount(shell, mount, "run", "--", "touch", "started")
    answer.complains(15, str(shell.store), "is full", "--store")
    assert not (shell.cwd / "started").exists()


def test_a_store_that_gets_full_has_no_half_of_a_run(shell: Shell) -> None:
    mount = ("-t", "tmpfs", "-o", "size=256k", "tmpfs")
    train = "head -c 1000000 /dev/urandom >model.bin; echo trained"
    answer, after = with_mount(shell, mount, "run", "--", "sh", "-c", train)
    answer.complains(15, str(shell.store), "is full", "--store")
    assert answer.out == "trained\n"
    assert (shell.cwd / "model.bin").stat().st_size == 1_000_000
    assert leftovers(after) == []
    assert after.runs() == []
    assert after.record("true")["command"]["exit_code"] == 0


def test_a_store_that_is_read_only_can_be_read_and_is_told_before_the_run_starts(shell: Shell) -> None:
    first = shell.record("true")["id"]
    mount = ("--bind", "-o", "ro", str(shell.store))
    answer, _ = with_mount(shell, mount, "run", "--", "touch", "started")
    answer.complains(15, str(shell.store), "Read-only file system", "--store")
    assert not (shell.cwd / "started").exists()
    answer, _ = with_mount(shell, mount, "ls", "--json")
    assert [run["id"] for run in answer.json] == [first]
    answer, _ = with_mount(shell, mount, "verify", first)
    answer.complains(15, str(shell.store), "Read-only file system", "--store")


def test_runs_at_the_same_time_in_one_store_are_all_recorded(shell: Shell, bare_python: str) -> None:
    code = "import sys, time; time.sleep(1); print(sys.argv[1])"
    started = [
        subprocess.Popen(shell.words("run", "--", bare_python, "-c", code, str(number)), cwd=shell.cwd)
        for number in range(2)
    ]
    assert [process.wait(timeout=60) for process in started] == [0, 0]
    assert sorted(run["command"][-1] for run in shell.runs()) == ["0", "1"]
    assert leftovers(shell) == []


def test_a_misspelled_setting_is_named_with_its_line_and_the_nearest_one(shell: Shell) -> None:
    (shell.cwd / "reproof.yaml").write_text("results: [model.bin]\n\ntolerences: {}\n")
    answer = shell.reproof("run", "--", "touch", "started")
    answer.complains(2, "reproof.yaml, line 3", "'tolerences'", "'tolerances'")
    assert not (shell.cwd / "started").exists()
    assert shell.runs() == []


def test_a_folder_that_was_deleted_is_told(shell: Shell) -> None:
    leave = ["sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh"]
    shell.answer([*leave, *shell.words("run", "--", "true")]).complains(2, "working directory", "deleted")
    shell.answer([*leave, *replace(shell, store=Path("store")).words("ls")]).complains(2, "working directory")
    assert shell.answer([*leave, *shell.words("ls", "--json")]).json == []


def test_standard_input_reaches_the_command_and_is_told_to_be_missing_in_a_replay(shell: Shell) -> None:
    snapshot = shell.record("cat", stdin="one\ntwo\n")
    assert stdout(shell, snapshot) == b"one\ntwo\n"
    assert "standard input" in [gap["what"] for gap in snapshot["gaps"]]


def test_a_process_that_stays_behind_is_neither_waited_for_nor_ended(shell: Shell) -> None:
    before = time.monotonic()
    snapshot = shell.record("sh", "-c", "sleep 60 & echo $!")
    assert time.monotonic() - before < 30
    os.kill(int(stdout(shell, snapshot)), signal.SIGTERM)
    assert "background" in json.dumps(snapshot["gaps"])


def test_names_and_words_that_are_no_unicode_are_told_and_cost_the_run_nothing(shell: Shell) -> None:
    snapshot = shell.record("sh", "-c", 'echo 1 >"$1"; echo 2 >part.txt', "sh", b"odd\xff.txt")
    assert [output["name"] for output in snapshot["outputs"]] == ["part.txt"]
    assert snapshot["command"]["argv"][-1] == "odd\\xff.txt"
    gaps = [gap["what"] for gap in snapshot["gaps"] if "UTF-8" in gap["why"]]
    assert [gap for gap in gaps if "odd\\xff.txt" in gap]
