"""Looking at a folder before and after."""

from __future__ import annotations

import os
import time
from pathlib import Path

from reproof.recorder.scan import Changes, compare, look, written_since


def fill(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_new_and_changed_files_and_new_folders_are_seen(tmp_path: Path) -> None:
    fill(tmp_path, "same", "changed", "deep/removed")
    before = look(str(tmp_path))
    fill(tmp_path, "new", "made/inside/file")
    (tmp_path / "changed").write_text("longer than it was")
    (tmp_path / "deep/removed").unlink()
    changes = compare(before, look(str(tmp_path)))
    paths = [[os.path.relpath(path, tmp_path) for path in part] for part in changes]
    assert Changes(*paths) == Changes(["made/inside/file", "new"], ["changed"], ["made", "made/inside"])


def test_repositories_environments_and_what_is_excluded_are_left_out(tmp_path: Path) -> None:
    fill(
        tmp_path,
        ".git/HEAD",
        "env/pyvenv.cfg",
        "env/lib/x.py",
        "a/node_modules/x",
        "a/__pycache__/x",
        "record/x",
        "kept",
    )
    (tmp_path / "link").symlink_to("/")
    os.mkfifo(tmp_path / "pipe")
    tree = look(str(tmp_path), (str(tmp_path / "record"),))
    assert (sorted(tree.files), tree.complete) == ([str(tmp_path / "kept")], True)


def test_a_folder_named_proc_is_not_the_systems(tmp_path: Path) -> None:
    fill(tmp_path, "proc/x")
    assert list(look(str(tmp_path)).files) == [str(tmp_path / "proc/x")]


def test_a_tree_that_is_too_large_makes_no_file_new(tmp_path: Path) -> None:
    fill(tmp_path, *[f"{number}" for number in range(20)])
    before = look(str(tmp_path), limit=10)
    after = look(str(tmp_path))
    assert (before.complete, compare(before, after)) == (False, Changes([], [], []))


def test_beside_a_written_file_only_young_ones_count_and_never_in_a_shared_folder(tmp_path: Path) -> None:
    fill(tmp_path, "old", "young")
    os.utime(tmp_path / "old", (1, 1))
    assert written_since(str(tmp_path), time.time() - 60) == [str(tmp_path / "young")]
    tmp_path.chmod(0o1777)
    assert written_since(str(tmp_path), time.time() - 60) == []
