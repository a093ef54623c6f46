"""A digest is used again only for the very file that it was made of."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from reproof.recorder import hashing, memory
from reproof.recorder.hashing import Hasher, Means
from reproof.recorder.memory import Memory, file_key

LONG_AGO = time.time_ns() - 3600 * 10**9


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read to be hashed."""
    paths: list[str] = []
    read = hashing._read
    monkeypatch.setattr(hashing, "_read", lambda path, *rest: paths.append(path) or read(path, *rest))
    return paths


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that was changed long before it is hashed: the margin is in the past of its change time, too."""
    monkeypatch.setattr(memory, "_MARGIN_NS", -(10**12))
    path = tmp_path / "file"
    path.write_bytes(b"one")
    return path


def digest(path: Path, cache: Path) -> str | None:
    """Return a file's digest as a run of its own finds it."""
    known = Memory(str(cache))
    content = Hasher(Means(memory=known)).content(str(path))
    known.save()
    return content.digest if content else None


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_an_unchanged_file_is_read_once(file: Path, cache: Path, reads: list[str]) -> None:
    assert digest(file, cache) == digest(file, cache) == sha256(b"one")
    assert reads == [str(file)]


def test_another_content_of_the_same_size_and_time_is_seen(file: Path, cache: Path) -> None:
    digest(file, cache)
    before = file.stat()
    time.sleep(0.02)
    file.write_bytes(b"two")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert digest(file, cache) == sha256(b"two")


def test_a_file_that_took_its_name_is_another(file: Path, cache: Path, tmp_path: Path) -> None:
    digest(file, cache)
    before = file.stat()
    (tmp_path / "other").write_bytes(b"two")
    (tmp_path / "other").replace(file)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert digest(file, cache) == sha256(b"two")


def test_what_was_changed_just_now_is_not_remembered(tmp_path: Path, cache: Path, reads: list[str]) -> None:
    """It could be changed again within one tick of the clock, with the same size and the same times."""
    path = tmp_path / "file"
    path.write_bytes(b"one")
    os.utime(path, ns=(LONG_AGO, LONG_AGO))
    assert digest(path, cache) == digest(path, cache)
    assert len(reads) == 2


def test_a_file_that_changes_while_it_is_read_is_not_remembered(
    file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = hashlib.sha256

    def changing() -> hashlib._Hash:
        file.write_bytes(b"three")
        return state()

    monkeypatch.setattr(hashing.hashlib, "sha256", changing)
    digest(file, cache)
    monkeypatch.undo()
    assert Memory(str(cache)).digests_of({"file": file.stat()}, "sha256") == {}


def test_the_digests_of_two_algorithms_are_kept_apart(file: Path, cache: Path) -> None:
    known = Memory(str(cache))
    fast = Means(memory=known, fast=("blake3", hashlib.blake2s))
    Hasher(fast).hash_all([str(file)], fast=True)
    known.save()
    assert digest(file, cache) == sha256(b"one")
    for algorithm in ("sha256", "blake3"):
        found = Memory(str(cache)).digests_of({"file": file.stat()}, algorithm)
        assert found["file"].startswith(f"{algorithm}:")


def test_many_files_are_remembered_and_links_to_one_file_are_one(
    tmp_path: Path, file: Path, cache: Path, reads: list[str]
) -> None:
    paths = [tmp_path / str(number) for number in range(2 * hashing._BATCH + 1)]
    for path in paths:
        path.write_text(path.name)
    os.link(paths[0], tmp_path / "link")
    names = [str(path) for path in (*paths, tmp_path / "link", tmp_path / "gone", tmp_path)]
    contents = []
    for _ in range(2):
        known = Memory(str(cache))
        hasher = Hasher(Means(memory=known))
        hasher.hash_all(names)
        contents.append([hasher.content(name) for name in names])
        known.save()
    first, again = contents
    assert first == again and len(reads) == len(paths) + 1
    assert [content and content.digest for content in again] == [
        *(sha256(path.name.encode()) for path in paths), sha256(b"0"), None, None
    ]  # fmt: skip


def test_a_deleted_memory_is_made_anew(file: Path, cache: Path, reads: list[str]) -> None:
    digest(file, cache)
    for path in cache.iterdir():
        path.unlink()
    cache.rmdir()
    assert digest(file, cache) == sha256(b"one")
    digest(file, cache)
    assert len(reads) == 2


@pytest.mark.parametrize("content", [b"", b"nonsense " * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_memory_is_begun_anew(file: Path, cache: Path, content: bytes) -> None:
    digest(file, cache)
    [path] = cache.iterdir()
    path.write_bytes(content)
    assert digest(file, cache) == sha256(b"one")
    assert digest(file, cache) == sha256(b"one")


def test_a_digest_that_was_altered_on_disk_is_not_believed(file: Path, cache: Path) -> None:
    digest(file, cache)
    [path] = cache.iterdir()
    with sqlite3.connect(path) as database:
        database.execute("update digests set digest = ?", (sha256(b"two"),))
    assert digest(file, cache) == sha256(b"one")


def test_a_memory_that_another_run_is_writing_to_is_done_without(file: Path, cache: Path) -> None:
    digest(file, cache)
    [path] = cache.iterdir()
    other = sqlite3.connect(path)
    other.execute("begin exclusive")
    try:
        assert digest(file, cache) == sha256(b"one")
    finally:
        other.close()


def test_runs_at_once_keep_what_each_found(tmp_path: Path, cache: Path, file: Path) -> None:
    paths = [tmp_path / f"{number}" for number in range(100)]
    for path in paths:
        path.write_text(path.name)

    def record(part: list[Path]) -> None:
        for path in part:
            digest(path, cache)

    threads = [threading.Thread(target=record, args=(paths[start::2],)) for start in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    known = Memory(str(cache))
    remembered = known.digests_of({path.name: path.stat() for path in paths}, "sha256")
    found = [remembered.get(path.name) for path in paths]
    right = [sha256(path.name.encode()) for path in paths]
    assert all(given in (None, true) for given, true in zip(found, right, strict=True))
    assert sum(given is not None for given in found) > 50


def test_where_there_can_be_no_memory_everything_is_found_out(tmp_path: Path, file: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert digest(file, tmp_path / "cache") == sha256(b"one")


def test_a_file_has_one_digest_of_a_kind(file: Path, cache: Path) -> None:
    for number in range(5):
        time.sleep(0.02)
        file.write_bytes(b"%d" % number)
        digest(file, cache)
    with sqlite3.connect(cache / memory._NAME) as database:
        assert database.execute("select count(*) from digests").fetchone() == (1,)


def test_an_answer_is_given_again_until_what_it_depends_on_changes(file: Path, cache: Path) -> None:
    asked = []

    def ask() -> str:
        asked.append(1)
        return file.read_text()

    def answer() -> str:
        known = Memory(str(cache))
        found = known.answer("what it says", file_key(str(file), "/gone"), ask)
        known.save()
        return found

    assert (answer(), answer(), len(asked)) == ("one", "one", 1)
    file.write_text("longer")
    assert (answer(), answer(), len(asked)) == ("longer", "longer", 2)


def test_no_answer_is_asked_for_again(cache: Path) -> None:
    known = Memory(str(cache))
    assert known.answer("question", 1, lambda: None) is None
    known.save()
    assert Memory(str(cache)).known("question", 1) is None
