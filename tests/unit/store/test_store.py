import os
from pathlib import Path

import pytest
from factories import make_snapshot

from reproof.errors import StoreError, UsageError
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict
from reproof.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_a_document_comes_back_as_it_was_saved(store: Store) -> None:
    snapshot = make_snapshot()
    assert store.load(Snapshot, store.save(snapshot)) == snapshot


def test_an_id_is_found_by_its_beginning(store: Store) -> None:
    identity = store.save(make_snapshot())
    assert store.find(Snapshot, identity[:6]) == identity


def test_a_missing_id_says_how_to_list(store: Store) -> None:
    with pytest.raises(UsageError, match="no snapshot") as caught:
        store.find(Snapshot, "abcdef")
    assert caught.value.hint == "`reproof ls` lists the runs"


def test_an_ambiguous_id_names_the_candidates(store: Store) -> None:
    folder = store.root / "documents" / "snapshot"
    folder.mkdir(parents=True)
    for tail in ("a", "b"):
        (folder / f"abcd{tail * 60}.json").touch()
    with pytest.raises(UsageError, match=r"abcd is ambiguous: abcdaaaaaaaaaaaa, abcdbbbbbbbbbbbb"):
        store.find(Snapshot, "abcd")


@pytest.mark.parametrize("word", ["", "ab", "xyz", "../../etc"])
def test_what_is_no_id_is_refused(store: Store, word: str) -> None:
    with pytest.raises(UsageError, match="not an id"):
        store.find(Snapshot, word)


def test_a_flipped_byte_in_a_document_is_named(store: Store) -> None:
    identity = store.save(make_snapshot())
    path = store.root / "documents" / "snapshot" / f"{identity}.json"
    path.write_bytes(path.read_bytes().replace(b"train.py", b"trein.py", 1))
    with pytest.raises(StoreError, match=f"snapshot {identity[:12]} is damaged"):
        store.load(Snapshot, identity)


def test_a_document_of_another_version_is_refused(store: Store) -> None:
    identity = store.save(make_snapshot())
    path = store.root / "documents" / "snapshot" / f"{identity}.json"
    path.write_bytes(path.read_bytes().replace(b"reproof/snapshot/2", b"reproof/snapshot/9", 1))
    with pytest.raises(StoreError, match="cannot be read"):
        store.load(Snapshot, identity)


def test_a_flipped_byte_in_a_blob_is_named(store: Store) -> None:
    blob = store.blobs.put(b"weights")
    path = store.blobs.path(blob.digest)
    path.chmod(0o644)
    path.write_bytes(b"weightz")
    with pytest.raises(StoreError, match=f"{blob.digest} is damaged"):
        store.blobs.get(blob.digest)


def test_a_missing_blob_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match="has no blob sha256:00"):
        store.blobs.get("sha256:" + "0" * 64)


def test_nothing_is_left_when_writing_fails(store: Store) -> None:
    def write_half() -> None:
        with store.blobs.writing() as writer:
            writer.write(b"half")
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        write_half()
    assert [path for path in (store.root / "blobs").rglob("*") if path.is_file()] == []


def test_a_full_store_is_told_as_full(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="is full"):
        store.blobs.put(b"x")
    assert [path for path in (store.root / "blobs").rglob("*") if path.is_file()] == []


def test_a_store_below_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="store"):
        Store(tmp_path / "file" / "store").writable()


def test_what_was_made_from_a_document_is_found_newest_first(store: Store) -> None:
    verdicts = [Verdict(snapshot="a" * 64, outcome="REPRODUCED", reasons=(str(number),)) for number in range(3)]
    for number, verdict in enumerate(verdicts):
        identity = store.save(verdict, verdict.snapshot)
        mark = store.root / "derived" / verdict.snapshot / "verdict" / identity
        os.utime(mark, ns=(number, number))
    assert store.derived(Verdict, "a" * 64) == [verdict.id for verdict in reversed(verdicts)]


def test_the_same_bytes_are_kept_once(store: Store) -> None:
    assert store.blobs.put(b"x") == store.blobs.put(b"x")
    assert len([path for path in (store.root / "blobs" / "sha256").rglob("*") if path.is_file()]) == 1
