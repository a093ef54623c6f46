"""Hashing files: which algorithm, which files, what is copied."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from blake3 import blake3

from reproof.recorder import hashing
from reproof.recorder.gaps import of_copies
from reproof.recorder.hashing import Hasher, Means

BLOCK = hashing._BLOCK
FAST = ("blake3", blake3)


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK + 7])
def test_digest_size_and_mode_are_those_of_the_file(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    path = tmp_path / "file"
    path.write_bytes(data)
    path.chmod(0o640)
    content = Hasher().content(str(path))
    assert content is not None
    assert (content.digest, content.size, content.mode) == (sha256(data), size, 0o640)
    fast = Hasher(Means(fast=FAST))
    fast.hash_all([str(path)], fast=True)
    assert fast.content(str(path)) == content._replace(digest=f"blake3:{blake3(data).hexdigest()}")


def test_the_faster_algorithm_is_taken_only_when_it_is_asked_for_and_there(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"data")
    for hasher, fast in ((Hasher(Means(fast=FAST)), False), (Hasher(), True)):
        hasher.hash_all([str(path)], fast=fast)
        content = hasher.content(str(path))
        assert content is not None and content.digest == sha256(b"data")


def test_a_file_that_somebody_has_checked_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"data")
    content = Hasher(Means(known={str(path): "blake3:0123"})).content(str(path))
    assert content is not None and (content.digest, content.size) == ("blake3:0123", 4)


def test_what_is_no_regular_file_or_gone_has_no_content(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert [Hasher().content(str(path)) for path in (tmp_path / "gone", tmp_path, tmp_path / "pipe")] == [None] * 3


def test_a_file_that_cannot_be_read_has_a_size_and_no_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"data")

    def refuse(*_: object) -> int:
        raise PermissionError

    monkeypatch.setattr(hashing.os, "open", refuse)
    content = Hasher().content(str(path))
    assert content is not None and (content.digest, content.size) == (None, 4)


@pytest.mark.parametrize("size", [3, 5 * BLOCK])
def test_a_copy_has_the_name_of_its_digest(tmp_path: Path, size: int) -> None:
    path, kept = tmp_path / "file", tmp_path / "kept"
    path.write_bytes(b"x" * size)
    kept.mkdir()
    hasher = Hasher(Means(kept=str(kept)))
    hasher.keep(str(path))
    [copy] = kept.iterdir()
    assert "sha256:" + copy.name == sha256(copy.read_bytes()) == sha256(b"x" * size)


@pytest.mark.parametrize("size", [3, 5 * BLOCK])
def test_a_copy_on_a_full_disk_is_told_apart_from_a_file_that_cannot_be_read(tmp_path: Path, size: int) -> None:
    path, kept = tmp_path / "file", tmp_path / "kept"
    path.write_bytes(b"x" * size)
    kept.mkdir()
    (kept / ".partial").symlink_to("/dev/full")
    hasher = Hasher(Means(kept=str(kept)))
    content = hasher.keep(str(path))
    assert content is not None and content.digest == sha256(b"x" * size)
    assert hasher.uncopied == {str(path): "No space left on device"}
    [found] = of_copies(hasher.uncopied)
    assert (found["what"], found["why"]) == ("the copies of 1 files", "No space left on device")
