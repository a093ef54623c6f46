"""The exact tree that ran comes back from the store alone: without the project, and without its remote."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import Shell

TRAIN = """\
import pathlib, sys
import helper, lib.inner, generated
from settings import loaded
print(helper.VALUE, lib.inner.VALUE, generated.VALUE, loaded.VALUE)
print(pathlib.Path("data.csv").read_text(), pathlib.Path("current").read_text())
"""


def git(folder: Path, *words: str) -> None:
    options = ("-c", "user.name=Ada", "-c", "user.email=ada@host", "-c", "protocol.file.allow=always")
    subprocess.run(("git", *options, *words), cwd=folder, check=True)


def tree(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Return what lies below a folder: for each file its mode and bytes, for each link where it points."""
    found = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if ".git" in path.parts or "__pycache__" in path.parts:
            continue
        if path.is_symlink():
            found[name] = ("link", os.fsencode(path.readlink()))
        elif path.is_file():
            found[name] = ("755" if path.stat().st_mode & 0o100 else "644", path.read_bytes())
    return found


@pytest.fixture
def project(shell: Shell) -> Path:
    """A repository with a submodule, links, modes, and changes of every kind."""
    root, library = shell.cwd / "project", shell.cwd / "library"
    for folder in (root, library):
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
    (library / "inner.py").write_text("VALUE = 1\n")
    git(library, "add", "-A")
    git(library, "commit", "-qm", "library")
    files = {"train.py": TRAIN, "helper.py": "VALUE = 'committed'\n", "data.csv": "1,2\n",
             "docs/ünï code.md": "notes\n",
             "run.sh": "#!/bin/sh\n", "settings/loaded.py": "VALUE = 2\n", "settings/__init__.py": "",
             ".gitignore": "generated.py\n"}  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    (root / "run.sh").chmod(0o755)
    (root / "current").symlink_to("data.csv")
    (root / "dangling").symlink_to("nowhere")
    git(root, "submodule", "add", "-q", str(library), "lib")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "project")
    (root / "helper.py").write_text("VALUE = 'changed'\n")
    (root / "generated.py").write_text("VALUE = 'ignored by git'\n")
    (root / "lib" / "inner.py").write_text("VALUE = 'changed, too'\n")
    return root


def test_the_tree_that_ran_is_restored_byte_for_byte_and_runs(
    shell: Shell, project: Path, bare_python: str, tmp_path: Path
) -> None:
    snapshot = Shell(shell.store, project, {}).record(bare_python, "train.py")
    state = snapshot["source"]["git"]
    assert (state["dirty"], state["ignored_used"], len(state["unpushed"])) == (True, ["generated.py"], 1)
    assert [(module["path"], module["dirty"]) for module in state["submodules"]] == [("lib", True)]
    before = tree(project)
    shutil.rmtree(project)
    shutil.rmtree(shell.cwd / "library")
    out = tmp_path / "restored"
    answer = shell.reproof("export", snapshot["id"], "--source", str(out))
    assert answer.code == 0, answer
    assert tree(out) == before
    ran = subprocess.run((bare_python, "train.py"), cwd=out, capture_output=True, text=True, check=True)
    assert ran.stdout == "changed changed, too ignored by git 2\n1,2\n 1,2\n\n"
    again = shell.reproof("export", snapshot["id"], "--source", str(out))
    again.complains(2, str(out), "not an empty folder")
    shell.reproof("export", snapshot["id"]).complains(2, "--source")


def test_a_file_without_commits_or_git_is_kept_as_well(shell: Shell, bare_python: str, tmp_path: Path) -> None:
    (shell.cwd / "helper.py").write_text("VALUE = 3\n")
    snapshot = shell.record(bare_python, "-c", "import helper; print(helper.VALUE)")
    (shell.cwd / "helper.py").unlink()
    shell.reproof("export", snapshot["id"], "--source", str(tmp_path / "out"))
    assert (tmp_path / "out" / "helper.py").read_text() == "VALUE = 3\n"
