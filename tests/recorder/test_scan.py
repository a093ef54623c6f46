"""Looking at a folder before and after."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

from reproof.recorder.scan import Changes, changed_since, compare, look, written_since


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


def after_the_clock_has_moved() -> float:
    """Return a time that no file was written at, and that those written from now on are not older than."""
    now = time.time()
    while time.clock_gettime(5) <= now:
        time.sleep(0.001)
    return time.clock_gettime(5) - 1e-6


def names(root: Path, paths: Iterable[str]) -> list[str]:
    return sorted(os.path.relpath(path, root) for path in paths)


def test_what_was_written_since_a_time_is_known_from_the_files_alone(tmp_path: Path) -> None:
    fill(tmp_path, "same", "changed", "old/same", "old/replaced")
    start = after_the_clock_has_moved()
    fill(tmp_path, "new", "made/inside/new", "old/new", "other")
    (tmp_path / "changed").write_text("other bytes")
    (tmp_path / "other").rename(tmp_path / "old/replaced")
    recent = changed_since(str(tmp_path), start)
    assert names(tmp_path, recent.files) == ["changed", "made/inside/new", "new", "old/new", "old/replaced"]
    assert recent.files[str(tmp_path / "changed")] is True
    assert recent.files[str(tmp_path / "new")] is False
    assert names(tmp_path, recent.folders) == ["made", "made/inside"]


def test_a_new_file_with_an_old_time_is_seen_and_one_whose_mode_changed_is_not(tmp_path: Path) -> None:
    fill(tmp_path, "mode")
    start = after_the_clock_has_moved()
    fill(tmp_path, "unpacked")
    os.utime(tmp_path / "unpacked", (1, 1))
    (tmp_path / "mode").chmod(0o755)
    assert names(tmp_path, changed_since(str(tmp_path), start).files) == ["unpacked"]


def test_where_the_file_system_does_not_know_when_a_file_was_made_only_its_time_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reproof.recorder.birth._statx", None)
    start = after_the_clock_has_moved()
    fill(tmp_path, "made/new", "unpacked")
    os.utime(tmp_path / "unpacked", (1, 1))
    recent = changed_since(str(tmp_path), start)
    assert recent.files == {str(tmp_path / "made/new"): None}
    assert recent.folders == set()


def test_a_tree_that_is_too_large_is_told(tmp_path: Path) -> None:
    fill(tmp_path, "a", "b", "c")
    assert not changed_since(str(tmp_path), 0.0, limit=2).complete
