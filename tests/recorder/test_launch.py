"""Starting a command: it runs as it would without us, and its end is told."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reproof.recorder import streams
from reproof.recorder.command import LaunchError, Order
from reproof.recorder.launch import record
from reproof.recorder.survivors import shown_command

from .conftest import LAUNCH, Project


def read_terminal(descriptor: int, until: bytes = b"\0") -> bytes:
    """Return what comes from a terminal, up to a mark or its end."""
    data = b""
    while until not in data and select.select([descriptor], [], [], 10)[0]:
        try:
            block = os.read(descriptor, 4096)
        except OSError:
            break
        if not block:
            break
        data += block
    return data


def in_terminal(command: list[str]) -> tuple[int, int]:
    """Start a command in a session whose terminal is ours; return its pid and the terminal's other side."""
    pid, descriptor = pty.fork()
    if pid == 0:
        os.execve(command[0], command, {"PATH": os.defpath})
    return pid, descriptor


def test_the_exit_code_is_the_commands_own(project: Project) -> None:
    recording = project.run("raise SystemExit(7)")
    assert (recording["command"]["exit_code"], recording["command"]["signal"]) == (7, None)


def test_death_by_a_signal_is_told(project: Project) -> None:
    recording = project.run("import os; os.kill(os.getpid(), 9)")
    assert (recording["command"]["exit_code"], recording["command"]["signal"]) == (None, 9)
    assert recording["command"]["interrupted"] is False


def test_the_words_of_the_command_are_untouched(project: Project) -> None:
    words = ["", "a b", "*", "--", "$HOME", "é\n", "-x"]
    recording = project.run("import sys; print(sys.argv[1:])", *words)
    assert f"{words}\n" == recording.stdout
    assert [project.python, "main.py", *words] == recording["command"]["argv"]


def test_both_streams_are_shown_and_kept_apart(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    recording = project.run("import sys; print('out'); print('err', file=sys.stderr)")
    assert (recording.stdout, recording.stderr) == ("out\n", "err\n")
    assert tuple(capfd.readouterr()) == ("out\n", "err\n")


def test_output_in_bulk_is_complete(project: Project, capfd: pytest.CaptureFixture[str]) -> None:
    recording = project.run("print('x' * 3_000_000)")
    assert 3_000_001 == len(recording.stdout) == len(capfd.readouterr().out)


@pytest.mark.parametrize(
    ("argv", "complaint"),
    [
        ([], "no command was given"),
        (["no-such-command"], "no-such-command: there is no such command in PATH"),
        (["./missing"], "missing: there is no such file"),
        (["./plain.txt"], "plain.txt: it is not executable"),
        (["./nonsense"], "nonsense cannot be run: Exec format error"),
    ],
)
def test_what_cannot_be_started_is_refused_before_anything_is_recorded(
    project: Project, argv: list[str], complaint: str
) -> None:
    (project.root / "plain.txt").write_text("")
    (project.root / "nonsense").write_text("\0")
    (project.root / "nonsense").chmod(0o755)
    with pytest.raises(LaunchError) as caught:
        project.record(argv)
    assert str(caught.value).endswith(complaint)
    assert not (project.folder / "recording.json").exists()
    assert list(project.folder.rglob("*")) == []


def test_a_missing_working_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LaunchError) as caught:
        record(Order([sys.executable, "-V"], str(tmp_path / "gone")), str(tmp_path / "record"))
    assert f"the working directory {tmp_path}/gone does not exist" == str(caught.value)


def test_it_runs_isolated_without_the_package_and_passes_stdin_and_exit_code_on(project: Project) -> None:
    project.script("import sys; print(sys.stdin.read().upper()); sys.exit(3)")
    command = project.spec([project.python, "main.py"])
    done = subprocess.run(command, input=b"words", capture_output=True, env=project.environ, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"WORDS\n", b"")
    assert project.recorded()["command"]["exit_code"] == 3


def test_an_old_python_can_read_every_file() -> None:
    """No syntax newer than 3.6: no walrus, no positional-only parameters, no match, no except*."""
    import ast

    for path in sorted(LAUNCH.parent.rglob("*.py")):
        ast.parse(path.read_text(), feature_version=(3, 6))


def test_a_background_process_that_keeps_the_output_open_does_not_hold_us(project: Project) -> None:
    start = time.monotonic()
    recording = project.run(
        """
        import subprocess, sys
        subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(20)"])
        print("done")
        """
    )
    assert recording.stdout == "done\n"
    assert time.monotonic() - start < 15
    assert "a process in the background kept them open" in recording.gaps().values()


def test_a_process_that_outlives_the_command_is_named_without_what_it_was_given(project: Project) -> None:
    project.script("import os; os.write(1, b'.'); os.read(0, 1)", "worker.py")
    os.mkfifo(project.root / "pipe")
    held = os.open(project.root / "pipe", os.O_RDWR)
    recording = project.run(
        """
        import subprocess, sys
        words = [sys.executable, "worker.py", "--password", "hunter2"]
        worker = subprocess.Popen(words, stdin=open("pipe"), stdout=subprocess.PIPE)
        worker.stdout.read(1)
        print(worker.pid)
        """
    )
    os.write(held, b".")
    os.close(held)
    told = f"what these processes did after the command's end: {recording.stdout.strip()} (python worker.py)"
    assert recording.gaps()[told] == "they had not ended when it did"
    assert "hunter2" not in str(recording["gaps"])
    assert not [what for what in recording.gaps() if what.startswith(("the native libraries", "the numerics"))]


def test_a_killed_python_is_named(project: Project) -> None:
    project.script("import os; os.kill(os.getpid(), 9)", "worker.py")
    recording = project.run("import subprocess, sys; subprocess.run([sys.executable, '-u', 'worker.py', 'word'])")
    [why] = [why for what, why in recording.gaps().items() if "of 2 Python processes" in what]
    assert re.fullmatch(r"they were killed, or ended by os._exit: \d+ \(python -u worker.py\)", why)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["/usr/bin/sleep", "20"], "sleep"),
        (["python3.11", "-m", "pack.mod", "--key", "k"], "python3.11 -m pack.mod"),
        (["python", "-c", "code with a password"], "python -c"),
        (["/bin/sh", "job.sh", "secret"], "sh job.sh"),
        (["python"], "python"),
        ([""], ""),
    ],
)
def test_of_a_command_the_program_and_its_script_are_shown(words: list[str], shown: str) -> None:
    assert shown_command(words) == shown


def once(real: Callable[..., Any], when: Callable[..., bool]) -> Callable[..., Any]:
    """Return a function that fails the first time that it is called so, in a way that nobody expects."""
    left = [MemoryError("no memory")]

    def call(*given: Any) -> Any:
        if left and when(*given):
            raise left.pop()
        return real(*given)

    return call


def test_a_copy_that_fails_unforeseen_costs_nothing_but_itself(
    project: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(streams, "_write", once(streams._write, lambda descriptor, _: descriptor > 2))
    recording = project.run("print('x' * 3_000_000)")
    assert len(capfd.readouterr().out) == 3_000_001 > len(recording.stdout)
    assert "MemoryError('no memory')" in recording.gaps()["a part of stdout and stderr"]


def test_output_that_cannot_be_shown_any_more_is_recorded_all_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_write", once(streams._write, lambda descriptor, _: descriptor == 1))
    recording = project.run("print('x' * 3_000_000)")
    assert (recording["command"]["exit_code"], len(recording.stdout)) == (0, 3_000_001)


def test_a_command_is_read_on_when_waiting_for_its_output_failed_unforeseen(
    project: Project, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(streams.select, "poll", once(streams.select.poll, lambda: True))
    recording = project.run("print('x' * 3_000_000)")
    assert len(capfd.readouterr().out) == 3_000_001 == len(recording.stdout)
    assert "MemoryError('no memory')" in recording.gaps()["a part of stdout and stderr"]


def test_when_nobody_reads_our_output_the_command_learns_it(project: Project) -> None:
    project.script(
        """
        import os, sys
        try:
            for _ in range(100_000): print("line", flush=True)
        except BrokenPipeError:
            os._exit(5)
        """
    )
    command = project.spec([project.python, "main.py"])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=project.environ)
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.wait(20) == 5


def test_where_we_have_a_terminal_the_command_has_one_too(project: Project) -> None:
    project.script(
        """
        import os
        print([os.isatty(number) for number in range(3)], tuple(os.get_terminal_size()), flush=True)
        """
    )
    resize = 'stty cols 91 rows 17; exec "$0" "$@"'
    pid, descriptor = in_terminal(["/bin/sh", "-c", resize, *project.spec([project.python, "main.py"])])
    shown = read_terminal(descriptor)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert shown == b"[True, True, True] (91, 17)\r\n"
    recording = project.recorded()
    assert recording.stdout == "[True, True, True] (91, 17)\n"
    assert recording["command"]["terminals"] == ["stdin", "stdout", "stderr"]


def test_a_replay_gives_the_command_the_terminals_that_were_recorded(project: Project) -> None:
    text = "import os, sys; print(sys.stdout.isatty(), sys.stderr.isatty())"
    recording = project.run(text, terminals=["stdin", "stdout"])
    assert recording.stdout == "True False\n"
    assert recording["command"]["terminals"] == ["stdout"]


def test_the_interrupt_key_reaches_the_command_once_and_the_record_is_kept(project: Project) -> None:
    project.script(
        """
        import time
        caught = 0
        try:
            print("ready", flush=True)
            time.sleep(20)
        except KeyboardInterrupt:
            caught += 1
        try:
            time.sleep(0.3)
        except KeyboardInterrupt:
            caught += 1
        print("caught", caught, flush=True)
        raise SystemExit(130)
        """
    )
    pid, descriptor = in_terminal(project.spec([project.python, "main.py"]))
    read_terminal(descriptor, b"ready")
    os.write(descriptor, b"\x03")
    read_terminal(descriptor)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 130
    recording = project.recorded()
    assert recording.stdout == "ready\ncaught 1\n"
    assert recording["command"]["interrupted"] is True


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_us_is_passed_on_and_the_partial_record_is_kept(project: Project, number: signal.Signals) -> None:
    project.script(
        """
        import signal, time
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        open("partial.txt", "w").close()
        print("ready", flush=True)
        time.sleep(20)
        """
    )
    command = project.spec([project.python, "main.py"])
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=project.environ)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    process.stdout.close()
    assert 128 + number == process.wait(20)
    recording = project.recorded()
    assert (True, int(number)) == (recording["command"]["interrupted"], recording["command"]["signal"])
    assert recording.names("written") == ["partial.txt"]
    assert recording.names("loaded") == ["main.py"]


def test_a_signal_that_is_ignored_stays_ignored(project: Project) -> None:
    """As `nohup` starts a command."""
    project.script("import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)")
    command = project.spec([project.python, "main.py"])
    done = subprocess.run(["/bin/sh", "-c", 'trap "" HUP; exec "$0" "$@"', *command], capture_output=True, check=True)
    assert done.stdout == b"True\n"


def test_what_lives_on_of_an_earlier_run_does_not_count_for_a_later_one(project: Project) -> None:
    pipe = project.root / "pipe"
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDWR)
    project.run(
        """
        import subprocess, sys
        code = "import os; os.write(1, b'.'); os.read(0, 1)"
        lives = subprocess.Popen([sys.executable, "-S", "-c", code], stdin=open("pipe"), stdout=subprocess.PIPE)
        lives.stdout.read(1)
        """
    )
    project.script("import os; os.fork() or os.kill(os.getpid(), 9); os.wait()")
    project.folder = project.folder.with_name("second")
    recording = project.record([project.python, "main.py"])
    os.write(held, b".")
    os.close(held)
    assert not [gap for gap in recording.gaps() if gap.startswith("what these processes did")]
