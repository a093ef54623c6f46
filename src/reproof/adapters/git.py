"""What git knows of a working tree, asked without changing anything in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from reproof.adapters.process import Completed, ask


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """A repository as it was when asked. Paths are absolute; `diff` runs from the commit to the files on disk."""

    root: Path
    commit: str | None
    branch: str | None
    remote: str | None
    diff: bytes
    tracked: tuple[str, ...]
    error: str = ""


def read_working_tree(folder: Path) -> WorkingTree | None:
    """Return the state of the repository around `folder`; None if there is none, or no git."""
    top = git(folder, "rev-parse", "--show-toplevel")
    if top.code != 0:
        return None
    root = Path(os.fsdecode(top.stdout).rstrip("\n"))
    commit = text(git(root, "rev-parse", "--verify", "-q", "HEAD"))
    diff = git(root, "diff", "--binary", "--no-ext-diff", "--no-color", "HEAD" if commit else "--cached")
    listed = git(root, "ls-files", "-z", "--cached", "--recurse-submodules")
    names = (os.fsdecode(name) for name in listed.stdout.split(b"\0") if name)
    return WorkingTree(
        root=root,
        commit=commit,
        branch=text(git(root, "symbolic-ref", "--short", "-q", "HEAD")),
        remote=text(git(root, "config", "--get", "remote.origin.url")),
        diff=diff.stdout,
        tracked=tuple(str(root / name) for name in names),
        error=diff.stderr.strip() if diff.code else listed.stderr.strip() if listed.code else "",
    )


def git(folder: Path, *words: str) -> Completed:
    """Ask git; optional locks are off, so that a commit under way elsewhere is not disturbed."""
    return ask(("git", "--no-optional-locks", "-c", "core.quotePath=false", *words), cwd=folder)


def text(answer: Completed) -> str | None:
    """Return the answer's one line, None if git had none."""
    return answer.stdout.decode(errors="replace").strip() or None if answer.code == 0 else None
