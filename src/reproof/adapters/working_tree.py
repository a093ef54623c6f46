"""The state of a repository's working tree, its submodules included, as git tells it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reproof.adapters.git import configured, git, line
from reproof.adapters.git_patch import LeftOut, read_changes
from reproof.adapters.process import Completed
from reproof.model.base import Gap
from reproof.model.source import Submodule

UNPUSHED = 100
"""Commits that are named; of more, a gap tells."""
SUBMODULE = 0o160000
STAGED = re.compile(rb"(\S) (\d+) ([0-9a-f]+) \d\t(.*)", re.DOTALL)
"""A line of `git ls-files -t --stage`; the letter S is for a file that a sparse checkout leaves out."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """A file or link in the index. `path` is absolute, `mode` git's, `blob` the id of the content in the index."""

    path: str
    mode: int
    blob: str


@dataclass(frozen=True, slots=True)
class WorkingTree:
    """A repository as it was when asked. `diff` runs from the commit to the files on disk, `staged` to the index."""

    root: Path
    commit: str | None
    branch: str | None = None
    remote: str | None = None
    dirty: bool = False
    diff: bytes = b""
    staged: bytes = b""
    tracked: tuple[Tracked, ...] = ()
    unpushed: tuple[str, ...] = ()
    submodules: tuple[Submodule, ...] = ()


@dataclass(frozen=True, slots=True)
class Repository:
    """What was found around a folder: a working tree or none, and what could not be learned."""

    tree: WorkingTree | None
    gaps: tuple[Gap, ...] = ()


def read_repository(folder: Path, left_out: LeftOut = lambda path: None) -> Repository:
    """Return the state of the repository around `folder`; that there is none is an answer, too."""
    top = git(folder, "rev-parse", "--show-toplevel")
    root = line(top)
    if root is None:
        return Repository(None, tuple(refusal(top, folder)))
    return read_tree(Path(root), left_out)


def refusal(answer: Completed, folder: Path) -> Iterator[Gap]:
    """Yield why git does not tell of a repository that is there; nothing if there is none."""
    marked = next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)
    if answer.code == 127 and marked:
        why = f"{marked} is a repository, but git is not installed"
    elif answer.code == 124:
        why = f"git gave {answer.stderr}"
    elif "dubious ownership" in answer.stderr or "is owned by someone else" in answer.stderr:
        why = f"git refuses {marked or folder}: it belongs to another user (git config --global --add safe.directory)"
    elif "must be run in a work tree" in answer.stderr:
        why = f"{folder} lies in a repository that has no working tree"
    elif answer.code not in (0, 127) and marked:
        why = answer.stderr.strip() or f"git ended with {answer.code}"
    else:
        return
    effect = "commit and changes are not recorded; of the code, only what the run loaded is kept"
    yield Gap(what="the state of the repository", why=why, effect=effect)


def read_tree(root: Path, left_out: LeftOut, prefix: str = "") -> Repository:
    """Return the state of the working tree at `root`. `prefix` is where it lies in an outer one, `lib/`."""
    commit = line(git(root, "rev-parse", "--verify", "-q", "HEAD^{commit}"))
    branch = line(git(root, "symbolic-ref", "--short", "-q", "HEAD"))
    empty = None if commit else line(git(root, "hash-object", "-t", "tree", "/dev/null"))
    changes = read_changes(root, commit or empty or "HEAD", left_out, prefix)
    tracked, modules, listing = read_index(root)
    inner = [read_submodule(root, module, left_out, prefix) for module in modules]
    unpushed, more = read_unpushed(root, commit)
    parts = [repository.tree for _, repository in inner if repository.tree]
    tree = WorkingTree(
        root=root,
        commit=commit,
        branch=branch,
        remote=find_remote(root, branch),
        dirty=changes.dirty or any(submodule.dirty for submodule, _ in inner),
        diff=b"".join((changes.diff, *(part.diff for part in parts))),
        staged=b"".join((changes.staged, *(part.staged for part in parts))),
        tracked=(*tracked, *(file for part in parts for file in part.tracked)),
        unpushed=unpushed,
        submodules=tuple(flatten(inner)),
    )
    gaps = (*changes.gaps, *listing, *more, *(gap for _, repository in inner for gap in repository.gaps))
    return Repository(tree, gaps)


def read_index(root: Path) -> tuple[list[Tracked], list[Tracked], list[Gap]]:
    """Return the files in the index, the submodules in it, and what is missing of them."""
    answer = git(root, "ls-files", "-z", "-t", "--stage")
    found: dict[str, Tracked] = {}
    absent = 0
    for entry in answer.stdout.split(b"\0"):
        if match := STAGED.fullmatch(entry):
            path = f"{root}/{os.fsdecode(match[4])}"
            absent += match[1] == b"S"
            if match[1] != b"S":  # else it is not on disk
                found[path] = Tracked(path, int(match[2], 8), match[3].decode())
    gaps = []
    if answer.code:
        why = answer.stderr.strip() or f"git ended with {answer.code}"
        gaps.append(Gap(what="the files that git tracks", why=why, effect="only those that the run loaded are kept"))
    if absent:
        effect = "they cannot be restored from this record alone"
        what = f"{absent:,} tracked files of {root}"
        gaps.append(Gap(what=what, why="a sparse checkout leaves them out", effect=effect))
    files = [file for file in found.values() if file.mode != SUBMODULE]
    return files, [file for file in found.values() if file.mode == SUBMODULE], gaps


def read_submodule(root: Path, module: Tracked, left_out: LeftOut, prefix: str) -> tuple[Submodule, Repository]:
    """Return a submodule, and the state of its working tree if it is checked out."""
    path = module.path.removeprefix(f"{root}/")
    url = submodule_urls(root).get(path)
    if not Path(module.path, ".git").exists():
        what, effect = f"the submodule {prefix}{path}", "its files are not in the record"
        gap = Gap(what=what, why="it is not checked out", effect=effect)
        return Submodule(path=prefix + path, commit=module.blob, url=url), Repository(None, (gap,))
    inner = read_tree(Path(module.path), left_out, f"{prefix}{path}/")
    commit = inner.tree.commit if inner.tree else None
    dirty = inner.tree is not None and (inner.tree.dirty or commit != module.blob)
    return Submodule(path=prefix + path, commit=commit, url=url, dirty=dirty), inner


def submodule_urls(root: Path) -> dict[str, str]:
    """Return the address of each submodule by its path."""
    told = configured(root, r"^submodule\..*\.(path|url)$", "-f", ".gitmodules")
    names = {name.removesuffix(".path"): path for name, path in told.items() if name.endswith(".path")}
    return {path: told[f"{name}.url"] for name, path in names.items() if f"{name}.url" in told}


def flatten(inner: list[tuple[Submodule, Repository]]) -> Iterator[Submodule]:
    """Yield the submodules, each followed by its own."""
    for submodule, repository in inner:
        yield submodule
        if repository.tree is not None:
            yield from repository.tree.submodules


def find_remote(root: Path, branch: str | None) -> str | None:
    """Return the address of the remote that the branch follows, else of `origin`, else of the only one."""
    told = configured(root, r"^(remote\..*\.url|branch\..*\.remote)$")
    remotes = {name[len("remote.") : -len(".url")]: url for name, url in told.items() if name.startswith("remote.")}
    names = [told.get(f"branch.{branch}.remote", ""), "origin", *(remotes if len(remotes) == 1 else ())]
    return next((remotes[name] for name in names if name in remotes), None)


def read_unpushed(root: Path, commit: str | None) -> tuple[tuple[str, ...], list[Gap]]:
    """Return the commits that no remote is known to have, newest first, and a gap if there are more than are named."""
    if commit is None:
        return (), []
    answer = git(root, "rev-list", f"--max-count={UNPUSHED + 1}", commit, "--not", "--remotes")
    found = tuple(answer.stdout.decode().split())
    if len(found) <= UNPUSHED:
        return found, []
    what, why = f"more than {UNPUSHED} commits that no remote has", f"only the newest {UNPUSHED} are named"
    return found[:UNPUSHED], [Gap(what=what, why=why, effect="the files that ran are kept, their history is not")]
