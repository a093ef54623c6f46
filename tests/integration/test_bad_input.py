"""What can go wrong while a run is looked up, rebuilt and run again: it is told, and nothing is left half-done."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Shell, environment
from second_engine import second_engine

from reproof.adapters.engine import Engine
from reproof.replay import LABEL

ROOT = Path(__file__).parent.parent.parent
LARGE = 17 << 20
"""Bytes; more than the store keeps of an input."""


def leftovers(shell: Shell) -> list[Path]:
    """Return what lies in the store's folders for work under way."""
    return [path for name in ("tmp", "blobs/tmp") for path in (shell.store / name).glob("*")]


def verdicts(shell: Shell, identity: str) -> list[str]:
    """Return the ids of the verdicts on a run."""
    return [path.name for path in (shell.store / "derived" / identity / "verdict").glob("*")]


@pytest.mark.parametrize("command", ["show", "verify"])
def test_an_id_that_is_too_short_or_of_nothing_is_told(shell: Shell, command: str) -> None:
    shell.reproof(command, "ab").complains(2, "'ab' is not an id", "reproof ls")
    shell.reproof(command, "abcdef").complains(2, "abcdef", str(shell.store), "reproof ls")


def test_an_id_that_fits_several_runs_names_them(shell: Shell) -> None:
    identity = shell.record("true")["id"]
    other = identity[:4] + ("0" if identity[4] != "0" else "1") + identity[5:]
    folder = shell.store / "documents" / "snapshot"
    [path] = folder.glob(f"{identity}.*")
    shutil.copy(path, folder / f"{other}{path.suffix}")
    shell.reproof("show", identity[:4]).complains(2, "ambiguous", identity[:16], other[:16], "more characters")
    assert shell.reproof("show", "--json", identity[:5]).json["id"] == identity


def test_a_damaged_record_is_named_and_the_others_are_listed(shell: Shell) -> None:
    damaged, fine = shell.record("true")["id"], shell.record("true")["id"]
    [path] = (shell.store / "documents" / "snapshot").glob(f"{damaged}.*")
    path.write_bytes(path.read_bytes()[:-1])
    shell.reproof("show", damaged).complains(15, damaged[:12], "damaged", str(path))
    assert {(run["id"], run["status"]) for run in shell.runs()} == {(damaged, "damaged"), (fine, "recorded")}


def test_a_run_that_fails_the_same_way_is_reproduced(builder: Shell, bare_python: str) -> None:
    snapshot = builder.record(bare_python, "-c", "import sys; print('no'); sys.exit(3)")
    answer = builder.reproof("verify", snapshot["id"])
    assert answer.code == 0, answer
    assert "REPRODUCED" in answer.out and "its replay failed too: exit code 3" in answer.out


def test_unusual_words_and_folders_come_back_as_they_were(builder: Shell, bare_python: str) -> None:
    folder = builder.cwd / "my project" / 'it\'s "ünï" [1] $HOME \\'
    folder.mkdir(parents=True)
    words = ["a b", "line\nbreak", "ünï ☃", "", "--json", "'\"$HOME", "*", "{{ x }}", "\\"]
    (folder / "echo me.py").write_text(
        "import os, sys\nprint([*sys.argv[1:], os.getcwd()])\nopen('o ut', 'w').write('1')\n"
    )
    snapshot = replace(builder, cwd=folder).record(bare_python, "echo me.py", *words)
    assert snapshot["command"]["argv"][2:] == words
    answer = builder.reproof("verify", "--json", snapshot["id"])
    assert (answer.code, answer.json["outcome"]) == (0, "REPRODUCED"), answer
    closure = answer.json["closure"]
    assert [file for file in closure["differences"] if not file["owner"].startswith("deb:")] == []


def test_a_damaged_blob_is_named_and_nothing_is_built_from_it(builder: Shell, bare_python: str) -> None:
    (builder.cwd / "code.py").write_text(f"print({str(builder.cwd)!r})\n")
    snapshot = builder.record(bare_python, "code.py")
    (source,) = snapshot["source"]["files"]
    digest = source["digest"].removeprefix("sha256:")
    path = builder.store / "blobs" / "sha256" / digest[:2] / digest[2:]
    good = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(b"q" + good[1:])
    builder.reproof("verify", snapshot["id"]).complains(15, source["digest"], "damaged", str(path))
    assert verdicts(builder, snapshot["id"]) == []
    assert leftovers(builder) == []
    path.write_bytes(good)
    assert builder.reproof("verify", snapshot["id"]).code == 0


def test_an_input_that_disappeared_or_changed_is_named(builder: Shell, bare_python: str) -> None:
    data = builder.cwd / "data.bin"
    data.write_bytes(b"x" * LARGE)
    snapshot = builder.record(bare_python, "-c", "print(len(open('data.bin', 'rb').read()))")
    assert [(entry["path"], entry["kept"]) for entry in snapshot["inputs"]] == [(str(data), False)]
    data.unlink()
    gone = builder.reproof("verify", snapshot["id"])
    assert gone.code == 12
    assert f"the input {data} has disappeared" in gone.out and "put the file back" in gone.out
    builder.reproof("replay", snapshot["id"]).complains(12, f"the input {data} has disappeared", "put the file back")
    data.write_bytes(b"x" * (LARGE - 1) + b"y")
    changed = builder.reproof("verify", "--json", snapshot["id"])
    assert changed.code == 12
    assert (changed.json["outcome"], changed.json["failure"]["stage"]) == (None, "run")
    assert f"the input {data} has changed" in changed.json["failure"]["cause"]
    assert builder.runs()[0]["status"] == "run failed"
    data.write_bytes(b"x" * LARGE)
    assert builder.reproof("verify", snapshot["id"]).code == 0


def test_without_an_engine_a_rebuild_ends_before_it_begins(shell: Shell, bare_python: str) -> None:
    identity = shell.record(bare_python, "-c", "print(1)")["id"]
    nowhere = replace(shell, variables={"DOCKER_HOST": "unix:///nowhere/engine.sock"})
    for command in ("build", "verify"):
        answer = nowhere.reproof(command, identity)
        answer.complains(14, "unix:///nowhere/engine.sock", "DOCKER_HOST")
        assert "bootstrapping" not in answer.err
    assert nowhere.reproof("plan", identity).code == 0
    assert nowhere.reproof("doctor").code == 14
    assert shell.runs()[0]["status"] == "recorded"


def wait_for_line(process: subprocess.Popen[str], start: str) -> None:
    """Read what a command tells of its progress up to a line that begins like this."""
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        if line.startswith(start):
            return
    raise AssertionError(f"no line begins with {start!r}: {seen}")


def begin(shell: Shell, *words: str) -> subprocess.Popen[str]:
    """Start a command of reproof whose progress can be read."""
    return subprocess.Popen(
        shell.words(*words), cwd=shell.cwd, env=environment(**shell.variables), text=True, stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def test_an_engine_that_stops_in_mid_build_leaves_nothing_half_built(
    builder: Shell, bare_python: str, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    snapshot = builder.record(bare_python, "-c", "print('built')")
    with second_engine(engine, tmp_path_factory.mktemp("d")) as second:
        there = replace(builder, variables={"DOCKER_HOST": second.url})
        with begin(there, "verify", snapshot["id"]) as process:
            wait_for_line(process, "building the image")
            second.stop()
            assert process.stderr is not None
            told = process.stderr.read()
            assert process.wait(timeout=60) == 14
        assert "stopped answering" in told and second.url in told and "hint: " in told and "Traceback" not in told
    assert verdicts(builder, snapshot["id"]) == []
    assert leftovers(builder) == []
    assert builder.runs()[0]["status"] == "recorded"
    assert builder.reproof("verify", snapshot["id"]).code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_rebuild_that_is_interrupted_leaves_no_container(
    builder: Shell, bare_python: str, engine: Engine, number: signal.Signals
) -> None:
    marker = builder.cwd.parent / "only here"
    marker.touch()
    code = f"import os, time; time.sleep(0 if os.path.exists({str(marker)!r}) else 60); print({number.value})"
    snapshot = builder.record(bare_python, "-c", code)
    with begin(builder, "verify", snapshot["id"]) as process:
        wait_for_line(process, "replaying the run")
        plan = builder.reproof("plan", "--json", snapshot["id"]).json["id"]
        for _ in range(100):
            if containers(engine, plan):
                break
            time.sleep(0.1)
        assert containers(engine, plan) != []
        process.send_signal(number)
        assert process.wait(timeout=60) == 128 + number
    assert containers(engine, plan) == []
    assert leftovers(builder) == []
    assert builder.runs()[0]["status"] == "recorded"


def containers(engine: Engine, plan: str) -> list[str]:
    """Return the containers of a plan's replays."""
    found = engine.api.containers(all=True, filters={"label": f"{LABEL}={plan}"})
    return [container["Id"] for container in found]


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return the templates of a copy of reproof that looks like one installed from a wheel."""
    package = tmp_path / "site" / "reproof"
    shutil.copytree(ROOT / "src" / "reproof", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "templates", package / "templates")
    return package / "templates"


def test_a_template_that_does_not_render_is_named_with_its_line(
    shell: Shell, bare_python: str, installed: Path
) -> None:
    identity = shell.record(bare_python, "-c", "print(1)")["id"]
    template = installed / "dockerfile" / "Dockerfile.j2"
    lines = template.read_text().splitlines(keepends=True)
    code = "import sys; from reproof.cli.main import run; sys.argv[0] = 'reproof'; run()"
    python = ["env", f"PYTHONPATH={installed.parent.parent}", sys.executable, "-c", code]
    command = [*python, "--store", str(shell.store), "plan", "--dockerfile", identity]
    for broken in ("{% nonsense %}", "{{ no_such_fact }}"):
        template.write_text("".join([*lines[:2], broken + "\n", *lines[2:]]))
        answer = shell.answer(command)
        answer.complains(11, f"{template}:3", broken.strip("{%} "), "restore the template")
        assert answer.out == ""
    shutil.rmtree(installed)
    shell.answer(command).complains(2, "lacks its templates", "install")
