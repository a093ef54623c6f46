"""What git tells of a working tree, asked of real repositories in every state that they can be in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reproof.adapters import git as adapter
from reproof.adapters.git import ignored
from reproof.adapters.git_patch import LARGEST_CHANGED
from reproof.adapters.working_tree import UNPUSHED, WorkingTree, read_repository


class Place:
    """A repository that each test brings into a state of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)

    def git(self, *words: str) -> str:
        options = ("-c", "protocol.file.allow=always", "-c", "user.name=Ada", "-c", "user.email=ada@host")
        done = subprocess.run(["git", *options, *words], cwd=self.root, check=True, capture_output=True)
        return done.stdout.decode().strip()

    def file(self, name: str | bytes, text: str | bytes = "x\n") -> Path:
        path = self.root / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-qm", message)
        return self.git("rev-parse", "HEAD")

    @property
    def tree(self) -> WorkingTree:
        found = read_repository(self.root)
        assert found.tree is not None and found.gaps == ()
        return found.tree

    def names(self) -> list[str]:
        return [os.path.relpath(file.path, self.root) for file in self.tree.tracked]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Place]:
    """Makes repositories; the user's own configuration is not read."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))

    def new(name: str) -> Place:
        place = Place(tmp_path / name)
        place.git("init", "-q", "-b", "main")
        return place

    return new


@pytest.fixture
def place(make: Callable[[str], Place]) -> Place:
    made = make("project")
    made.file("train.py", "a = 1\n")
    made.commit()
    return made


def test_a_clean_tree_has_commit_branch_and_files(place: Place) -> None:
    tree = place.tree
    assert (tree.root, tree.commit, tree.branch) == (place.root, place.git("rev-parse", "HEAD"), "main")
    assert (tree.dirty, tree.diff, tree.staged) == (False, b"", b"")
    assert [(file.path, file.mode) for file in tree.tracked] == [(str(place.root / "train.py"), 0o100644)]


def test_staged_and_unstaged_changes_are_told_apart(place: Place) -> None:
    place.file("train.py", "a = 2\n")
    place.git("add", "train.py")
    place.file("train.py", "a = 3\n")
    tree = place.tree
    assert tree.dirty
    assert b"+a = 3" in tree.diff and b"+a = 2" not in tree.diff
    assert b"+a = 2" in tree.staged and b"+a = 3" not in tree.staged


def test_the_patch_brings_back_renames_modes_links_and_binary_files(place: Place, tmp_path: Path) -> None:
    place.file("old.py", "print(1)\n" * 50)
    commit = place.commit()
    place.git("mv", "old.py", "new.py")
    (place.root / "new.py").chmod(0o755)
    place.file("weights.bin", bytes(range(256)) * 20)
    (place.root / "link").symlink_to("new.py")
    place.git("add", "-A")
    place.git("worktree", "add", "-q", str(tmp_path / "copy"), commit)
    copy = Place(tmp_path / "copy")
    subprocess.run(["git", "apply", "-"], cwd=copy.root, input=place.tree.diff, check=True)
    assert (copy.root / "new.py").read_text() == "print(1)\n" * 50 and not (copy.root / "old.py").exists()
    assert (copy.root / "new.py").stat().st_mode & 0o100
    assert (copy.root / "link").readlink() == Path("new.py")
    assert (copy.root / "weights.bin").read_bytes() == bytes(range(256)) * 20
    assert {Path(file.path).name: file.mode for file in place.tree.tracked}["link"] == 0o120000


def test_a_repository_without_commits_is_compared_to_nothing(make: Callable[[str], Place]) -> None:
    place = make("fresh")
    place.file("a.py", "1\n")
    place.git("add", "a.py")
    place.file("a.py", "2\n")
    tree = place.tree
    assert (tree.commit, tree.branch, tree.dirty, tree.unpushed) == (None, "main", True, ())
    assert b"+2" in tree.diff and b"+1" in tree.staged


def test_a_detached_head_has_no_branch(place: Place) -> None:
    place.git("checkout", "-q", "--detach")
    assert (place.tree.branch, place.tree.commit) == (None, place.git("rev-parse", "HEAD"))


def test_a_linked_worktree_is_a_tree_of_its_own(place: Place, tmp_path: Path) -> None:
    place.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    tree = Place(tmp_path / "side").tree
    assert (tree.root, tree.branch) == (tmp_path / "side", "side")


def test_names_may_hold_anything(place: Place) -> None:
    odd = [b'quo"te', b"new\nline", "ünï☃".encode(), b"latin\xff", b" lead", b"tab\t", b"-dash", b":(top)"]
    for name in odd:
        place.file(name)
    place.commit()
    place.file(b"new\nline", "changed\n")
    found = read_repository(place.root).tree
    assert found is not None
    assert {os.fsencode(Path(file.path).name) for file in found.tracked} == {*odd, b"train.py"}
    assert found.diff.count(b"diff --git") == 1


def test_the_remote_is_the_one_that_the_branch_follows(place: Place) -> None:
    assert place.tree.remote is None
    place.git("remote", "add", "fork", "https://fork/x.git")
    assert place.tree.remote == "https://fork/x.git"
    place.git("remote", "add", "origin", "https://origin/x.git")
    assert place.tree.remote == "https://origin/x.git"
    place.git("config", "branch.main.remote", "fork")
    assert place.tree.remote == "https://fork/x.git"


def test_commits_that_no_remote_has_are_named_newest_first(place: Place, tmp_path: Path) -> None:
    place.git("init", "-q", "--bare", str(tmp_path / "remote"))
    place.git("remote", "add", "origin", str(tmp_path / "remote"))
    place.git("push", "-q", "origin", "main")
    assert place.tree.unpushed == ()
    commits = []
    for number in range(2):
        place.file("train.py", f"{number}\n")
        commits.append(place.commit())
    assert place.tree.unpushed == tuple(reversed(commits))


def test_of_very_many_unpushed_commits_the_newest_are_named_and_the_rest_told(place: Place) -> None:
    for number in range(UNPUSHED + 1):
        place.git("commit", "-q", "--allow-empty", "-m", str(number))
    found = read_repository(place.root)
    assert found.tree is not None and len(found.tree.unpushed) == UNPUSHED
    assert [gap.what for gap in found.gaps] == [f"more than {UNPUSHED} commits that no remote has"]


def test_a_shallow_clone_is_read_like_any_other(place: Place, tmp_path: Path) -> None:
    place.file("train.py", "later\n")
    commit = place.commit()
    place.git("clone", "-q", "--depth", "1", f"file://{place.root}", str(tmp_path / "shallow"))
    tree = Place(tmp_path / "shallow").tree
    assert (tree.commit, tree.unpushed, len(tree.tracked)) == (commit, (), 1)


@pytest.fixture
def nested(place: Place, make: Callable[[str], Place]) -> tuple[Place, Place]:
    """A repository with a submodule at `lib/inner`."""
    library = make("library")
    library.file("inner.py", "b = 1\n")
    library.commit()
    place.git("submodule", "add", "-q", str(library.root), "lib/inner")
    place.commit()
    return place, Place(place.root / "lib" / "inner")


def test_files_in_a_submodule_are_tracked_and_it_is_named(nested: tuple[Place, Place]) -> None:
    outer, inner = nested
    [module] = outer.tree.submodules
    assert (module.path, module.commit, module.dirty) == ("lib/inner", inner.git("rev-parse", "HEAD"), False)
    assert module.url == str(outer.root.parent / "library")
    assert outer.names() == [".gitmodules", "train.py", "lib/inner/inner.py"]


def test_a_change_in_a_submodule_is_in_the_patch_under_its_place(nested: tuple[Place, Place]) -> None:
    outer, inner = nested
    inner.file("inner.py", "b = 2\n")
    tree = outer.tree
    assert (tree.dirty, tree.submodules[0].dirty) == (True, True)
    assert b"--- a/lib/inner/inner.py\n+++ b/lib/inner/inner.py" in tree.diff


def test_a_submodule_that_is_not_checked_out_is_told(nested: tuple[Place, Place], tmp_path: Path) -> None:
    outer, inner = nested
    outer.git("clone", "-q", str(outer.root), str(tmp_path / "clone"))
    found = read_repository(tmp_path / "clone")
    assert found.tree is not None
    assert found.tree.submodules[0].commit == inner.git("rev-parse", "HEAD")
    assert [(gap.what, gap.why) for gap in found.gaps] == [("the submodule lib/inner", "it is not checked out")]


def test_files_that_a_sparse_checkout_leaves_out_are_counted(place: Place) -> None:
    place.file("docs/a.txt")
    place.file("src/b.py")
    place.commit()
    place.git("sparse-checkout", "set", "src")
    found = read_repository(place.root)
    assert found.tree is not None
    assert [Path(file.path).name for file in found.tree.tracked] == ["b.py", "train.py"]
    assert [gap.what for gap in found.gaps] == [f"1 tracked files of {place.root}"]


def test_a_pointer_of_git_lfs_is_read_as_it_lies_there(place: Place) -> None:
    place.file(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    place.file("weights.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 3\n")
    place.commit()
    assert "weights.bin" in place.names()


def test_a_large_or_private_change_is_not_in_the_patch_and_told(place: Place) -> None:
    place.file("big.txt", "x" * (LARGEST_CHANGED + 1))
    place.file(".env", "KEY=very-secret-1\n")
    place.file("train.py", "changed\n")
    place.git("add", "-A")
    found = read_repository(place.root, lambda name: "it is private" if name == ".env" else None)
    assert found.tree is not None
    assert b"+changed" in found.tree.diff and b"very-secret" not in found.tree.diff + found.tree.staged
    assert len(found.tree.diff) < 1000
    assert [gap.what for gap in found.gaps] == [".env is not in the patch", "big.txt is not in the patch"]


def test_nothing_of_the_users_configuration_runs_or_changes_what_is_read(place: Place) -> None:
    trap, marker = place.root.parent / "trap", place.root.parent / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch {marker}\nexit 1\n")
    trap.chmod(0o755)
    place.file(".gitattributes", "*.py diff=trap\n")
    place.commit()
    for name in ("diff.external", "core.fsmonitor", "core.pager", "diff.trap.textconv", "diff.trap.command"):
        place.git("config", name, str(trap))
    for name, value in {"diff.noprefix": "true", "color.ui": "always", "diff.mnemonicPrefix": "true"}.items():
        place.git("config", name, value)
    place.file("train.py", "a = 2\n")
    assert place.tree.diff.startswith(b"diff --git a/train.py b/train.py\n")
    assert not marker.exists()


def test_reading_writes_nothing_to_the_repository(place: Place) -> None:
    os.utime(place.root / "train.py", (1, 1))  # the index is out of date, and git would like to refresh it
    before = {path: path.stat().st_mtime_ns for path in (place.root / ".git").rglob("*")}
    assert not place.tree.dirty
    assert {path: path.stat().st_mtime_ns for path in (place.root / ".git").rglob("*")} == before


def test_variables_of_a_hook_that_started_us_do_not_lead_astray(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "/nowhere/diff")
    assert read_repository(place.root).tree is not None


def test_ignored_files_are_known(place: Place) -> None:
    place.file(".gitignore", "build/\n*.log\n")
    names = ["build/a.py", "b.log", "c.py", "new\nline.log"]
    for name in names:
        place.file(name)
    assert ignored(place.root, names) == {"build/a.py", "b.log", "new\nline.log"}
    assert ignored(place.root, []) == frozenset()


def test_a_folder_without_a_repository_has_none(make: Callable[[str], Place], tmp_path: Path) -> None:
    found = read_repository(tmp_path)
    assert (found.tree, found.gaps) == (None, ())


def test_a_bare_repository_is_told(make: Callable[[str], Place], tmp_path: Path) -> None:
    make("any").git("init", "-q", "--bare", str(tmp_path / "bare"))
    found = read_repository(tmp_path / "bare")
    assert found.tree is None
    assert "has no working tree" in found.gaps[0].why


def test_a_repository_of_another_user_is_told_with_the_remedy(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    monkeypatch.setattr(adapter, "KEPT", (*adapter.KEPT, "GIT_TEST_ASSUME_DIFFERENT_OWNER"))
    found = read_repository(place.root)
    assert found.tree is None
    assert "belongs to another user" in found.gaps[0].why and "safe.directory" in found.gaps[0].why


def test_a_repository_on_a_machine_without_git_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(place.root))
    found = read_repository(place.root)
    assert (found.tree, found.gaps[0].why) == (None, f"{place.root} is a repository, but git is not installed")


def test_a_damaged_repository_is_told(place: Place) -> None:
    (place.root / ".git" / "index").write_bytes(b"nonsense")
    found = read_repository(place.root)
    assert {gap.what for gap in found.gaps} >= {"the changes since the commit", "the files that git tracks"}
