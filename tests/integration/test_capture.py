"""`reproof capture`: a project and its environment as they are, nothing of it run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Shell


@pytest.fixture
def project(shell: Shell) -> Path:
    """A repository whose code would leave a mark if anybody ran it."""
    root = shell.cwd / "project"
    root.mkdir()
    trap = "import pathlib\npathlib.Path('sprung').touch()\n"
    for name in ("train.py", "json.py", "site.py", "sitecustomize.py", "random.py"):
        (root / name).write_text(trap)
    (root / "seeds.py").write_text("import numpy as np\nrng = np.random.default_rng()\n")
    subprocess.run(("git", "init", "-q"), cwd=root, check=True)
    subprocess.run(("git", "add", "train.py"), cwd=root, check=True)
    return root


def test_a_project_is_captured_and_nothing_of_it_runs(shell: Shell, project: Path, bare_python: str) -> None:
    answer = shell.reproof("capture", "--json", "project", "--", bare_python, "train.py", "--lr", "0.1", "--", "--json")
    assert answer.code == 0, answer
    snapshot = answer.json
    assert not (project / "sprung").exists()
    assert (snapshot["kind"], snapshot["level"], snapshot["command"]["exit_code"]) == ("capture", "none", None)
    assert snapshot["command"]["argv"] == [bare_python, "train.py", "--lr", "0.1", "--", "--json"]
    assert snapshot["command"]["cwd"] == str(project)
    assert snapshot["interpreter"]["executable"] == bare_python
    assert {Path(file["path"]).name for file in snapshot["source"]["files"]} >= {"train.py", "seeds.py", "json.py"}
    assert [(Path(use["path"]).name, use["seeded"]) for use in snapshot["seeds"]] == [("seeds.py", False)]
    assert (snapshot["loaded"], snapshot["outputs"], snapshot["metrics"]) == ([], [], [])
    [run] = shell.runs()
    assert (run["id"], run["status"], run["exit_code"]) == (snapshot["id"], "captured", None)
    shown = shell.reproof("show", snapshot["id"]).out
    assert "not run" in shown


def make_environment(folder: Path) -> Path:
    subprocess.run((sys.executable, "-m", "venv", "--without-pip", folder), check=True)
    site = next(folder.glob("lib/python3*/site-packages"))
    (site / "tabkit-1.0.dist-info").mkdir()
    (site / "tabkit-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: tabkit\nVersion: 1.0\n")
    return folder / "bin" / "python"


@pytest.mark.parametrize("kind", ["shebang", "env", "console", "shell", "words"])
def test_the_interpreter_is_the_one_that_the_command_would_use(shell: Shell, project: Path, kind: str) -> None:
    python = make_environment(project / ".venv")
    script = project / "start"
    lines = {"shebang": f"#!{python}", "env": "#!/usr/bin/env python", "shell": "#!/bin/sh",
             "console": f"#!/bin/sh\n'''exec' {python} \"$0\" \"$@\"\n' '''", "words": "#!/bin/sh"}  # fmt: skip
    script.write_text(lines[kind] + "\n")
    script.chmod(0o755)
    path = f"{python.parent}:/usr/bin:/bin" if kind in ("env", "words") else "/usr/bin:/bin"
    command = ["env", "A=1", "python", "train.py"] if kind == "words" else ["./start"]
    there = replace(shell, cwd=project, variables={"PATH": path})
    snapshot = there.reproof("capture", "--json", "--", *command).json
    assert snapshot["interpreter"]["executable"] == str(python)
    assert [(found["name"], found["version"]) for found in snapshot["distributions"]] == [("tabkit", "1.0")]
    guessed = [gap["why"] for gap in snapshot["gaps"] if gap["what"] == "the interpreter of the command"]
    assert guessed == ([f"start is no Python program, and {project / '.venv'} is the environment here"]
                       if kind == "shell" else [])  # fmt: skip


def test_what_cannot_be_captured_is_told(shell: Shell, project: Path, bare_python: str) -> None:
    shell.reproof("capture", "nowhere", "--", "python").complains(2, f"no folder {shell.cwd / 'nowhere'}")
    shell.reproof("capture", "project").complains(2, "no command was given", "reproof capture PROJECT --")
    shell.reproof("capture", "project", "--", "no-such-program").complains(12, "no-such-program", "PATH")
    script = project / "start"
    script.write_text("#!/nowhere/python3\n")
    script.chmod(0o755)
    shell.reproof("capture", "project", "--", "./start").complains(12, "/nowhere/python3", "not there")
    broken = project / "python"
    broken.write_text("#!/bin/sh\necho nonsense >&2\nexit 3\n")
    broken.chmod(0o755)
    shell.reproof("capture", "project", "--", "./python", "x.py").complains(12, "does not answer", "nonsense")
    nothing = replace(shell, variables={"PATH": str(project / "empty")})
    (project / "empty").mkdir()
    nothing.reproof("capture", "project", "--", "/bin/ls").complains(12, "ls is no Python program", "no Python in")
    assert shell.runs() == []


def test_a_captured_project_can_be_built_and_run_and_says_that_there_is_nothing_to_compare(
    builder: Shell, bare_python: str
) -> None:
    (builder.cwd / "train.py").write_text("open('out.txt', 'w').write('1')\nprint('ran')\n")
    snapshot = builder.reproof("capture", "--json", "--", bare_python, "train.py").json
    answer = builder.reproof("verify", snapshot["id"])
    assert answer.code == 3, answer
    assert "INCONCLUSIVE" in answer.out
    assert "there is no recorded result to compare with" in answer.out and "ended with exit code 0" in answer.out
