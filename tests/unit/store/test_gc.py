"""`gc` removes what nothing needs, and nothing else."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from factories import make_resolution, make_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from reproof.errors import StoreError
from reproof.model.base import Blob, Document
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.store import lease
from reproof.store.census import Census
from reproof.store.removal import Removed, Request
from reproof.store.store import Store
from reproof.store.sweep import collect

FILES = [
    {"path": f"/lib/m{number}.py", "kind": "module", "size": number, "digest": f"sha256:{'0' * 64}"}
    for number in range(300)
]

DYING = """
import os, sys
from pathlib import Path
from reproof.store.store import Store
store = Store(Path(sys.argv[1]))
with store.scratch("run") as folder, store.blobs.writing() as writer:
    (folder / "log").write_text("x")
    writer.write(b"half")
    store.blobs.put(b"whole")
    os._exit(1)
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def run(store: Store, name: str, **changes: Any) -> Snapshot:
    """Keep a run that wrote one file, as a process does that has ended since."""
    output = store.blobs.put(name.encode())
    outputs = [{"name": name, "path": f"/{name}", "digest": output.digest, "size": output.size}]
    snapshot = make_snapshot(loaded=FILES, outputs=outputs, **changes)
    store.save(snapshot)
    store.lease.release()
    return snapshot


def derive(store: Store, snapshot: Snapshot) -> tuple[Resolution, Blob]:
    """Keep a resolution with an interpreter."""
    interpreter = store.blobs.put(f"interpreter of {snapshot.id}".encode())
    resolution = make_resolution(snapshot, interpreter=interpreter)
    store.save(resolution, snapshot.id)
    store.lease.release()
    return resolution, interpreter


def gc(store: Store, *drop: Document, **asked: Any) -> Removed:
    return collect(Store(store.root), Request(drop=frozenset(document.id for document in drop), **asked))


def blobs(store: Store) -> dict[str, int]:
    return dict(store.blobs.every())


def tree(store: Store) -> set[Path]:
    return {path for path in store.root.rglob("*") if path.is_file() and "gc." not in path.name}


def test_what_a_run_needs_stays(store: Store) -> None:
    snapshot = run(store, "model")
    resolution, interpreter = derive(store, snapshot)
    before = tree(store)
    assert gc(store).counts == {}
    assert tree(store) == before
    assert store.load(Resolution, store.derived(Resolution, snapshot.id)[0]) == resolution
    assert interpreter.digest in store.blobs


def test_a_blob_that_nothing_names_goes(store: Store) -> None:
    kept = run(store, "model").outputs[0].digest
    lost = store.blobs.put(b"lost")
    store.lease.release()
    removed = gc(store)
    assert (removed.counts, removed.bytes) == ({"blobs": 1}, lost.size)
    assert set(blobs(store)) == {kept}


def test_a_dry_run_tells_the_same_and_removes_nothing(store: Store) -> None:
    snapshot, _ = run(store, "model"), run(store, "other")
    derive(store, snapshot)
    store.blobs.put(b"lost")
    store.lease.release()
    before = tree(store)
    told = gc(store, snapshot, dry_run=True)
    assert tree(store) == before
    done = gc(store, snapshot)
    assert (told.counts, told.bytes, told.runs) == (done.counts, done.bytes, done.runs)
    assert done.counts == {"documents": 2, "blobs": 3}
    assert done.runs == [snapshot.id]


def test_a_dropped_run_goes_with_all_that_was_made_from_it(store: Store) -> None:
    dropped, stays = run(store, "one"), run(store, "two")
    derive(store, dropped)
    gc(store, dropped)
    assert store.ids(Snapshot) == [stays.id]
    assert store.ids(Resolution) == []
    assert not (store.root / "derived" / dropped.id).exists()
    assert set(blobs(store)) == {stays.outputs[0].digest}
    assert store.load(Snapshot, stays.id) == stays


def test_pieces_go_with_the_last_document_that_has_them(store: Store) -> None:
    first, second = run(store, "one"), run(store, "two")
    gc(store, first)
    assert store.load(Snapshot, second.id) == second
    store.lease.release()
    gc(store, second)
    assert list((store.root / "pieces").iterdir()) == []


def test_a_replay_goes_with_its_original(store: Store) -> None:
    snapshot = run(store, "model")
    resolution, _ = derive(store, snapshot)
    replay = run(store, "again", replay_of=resolution.id)
    gc(store)
    assert set(store.ids(Snapshot)) == {snapshot.id, replay.id}
    removed = gc(store, snapshot)
    assert store.ids(Snapshot) == []
    assert removed.runs == [snapshot.id]


def test_the_files_of_a_data_set_stay_with_its_listing(store: Store) -> None:
    one, two = store.blobs.put(b"one"), store.blobs.put(b"two")
    lines = [json.dumps(["one.png", one.digest, 3, 0o644]), json.dumps(["two.png", two.digest, 3, 0o644])]
    listing = store.blobs.put("\n".join(lines).encode())
    dataset = {"path": "/data", "digest": listing.digest, "files": 2, "size": 6, "listing": listing.model_dump()}
    run(store, "model", datasets=[dataset])
    assert gc(store).counts == {}


def test_what_a_living_process_wrote_stays_until_it_ends(store: Store) -> None:
    blob = store.blobs.put(b"under way")
    assert gc(store).counts == {}
    assert blob.digest in store.blobs
    store.lease.release()
    assert gc(store).counts == {"blobs": 1}


def test_what_a_living_process_found_there_stays(store: Store) -> None:
    blob = store.blobs.put(b"shared")
    store.lease.release()
    other = Store(store.root)
    assert blob.digest in other.blobs
    assert gc(store).counts == {}


def test_a_run_that_is_being_verified_is_not_dropped(store: Store) -> None:
    snapshot = run(store, "model")
    other = Store(store.root)
    other.load(Snapshot, snapshot.id)
    removed = gc(store, snapshot)
    assert (removed.counts, removed.in_use) == ({}, [snapshot.id])
    assert store.load(Snapshot, snapshot.id) == snapshot


@pytest.mark.parametrize("by_kind", [True, False])
def test_while_a_document_is_damaged_all_blobs_stay(store: Store, by_kind: bool) -> None:
    snapshot = run(store, "model")
    store.blobs.put(b"lost")
    store.lease.release()
    path = store.root / "documents" / "snapshot" / f"{snapshot.id}.parts"
    path.write_bytes(path.read_bytes()[:-3])
    removed = gc(store)
    assert (removed.counts, removed.damaged) == ({}, [snapshot.id])
    told = gc(store, damaged=True, dry_run=True)
    removed = gc(store, damaged=True) if by_kind else gc(store, snapshot)
    assert told.counts == removed.counts
    assert removed.counts["documents"] == 1
    assert blobs(store) == {}


def test_what_dead_processes_left_goes(store: Store) -> None:
    subprocess.run([sys.executable, "-c", DYING, str(store.root)], check=False, cwd="src")
    assert len(list((store.root / "leases").iterdir())) == 1
    with store.scratch("mine") as folder:
        removed = gc(store)
        assert folder.is_dir()
    assert removed.counts == {"blobs": 1, "temporary": 2}
    assert len(list((store.root / "leases").iterdir())) == 1


def test_files_of_somebody_else_are_left_alone(store: Store) -> None:
    snapshot = run(store, "model")
    others = ["notes.txt", "documents/snapshot/README", "documents/mine/x.json", "blobs/sha256/ab/notes",
              "tmp/mine", "pieces/notes", "derived/notes/x", "blobs/sha256/notes", "blobs/sha256/zz/x"]  # fmt: skip
    for name in others:
        (store.root / name).parent.mkdir(parents=True, exist_ok=True)
        (store.root / name).write_text("mine")
    gc(store, snapshot, cache_days=0)
    assert {name for name in others if (store.root / name).is_file()} == set(others)


def test_caches_go_by_age_and_only_when_nobody_may_use_them(store: Store) -> None:
    old, new = store.cache("artifacts") / "old.whl", store.cache("artifacts") / "new.whl"
    old.write_bytes(b"x" * 10)
    new.write_bytes(b"x")
    os.utime(old, (time.time() - 9 * 86400,) * 2)
    removed = gc(store, cache_days=7)
    assert (removed.cache_in_use, old.is_file()) == (True, True)
    store.lease.release()
    removed = gc(store, cache_days=7)
    assert (removed.counts, removed.bytes, old.exists(), new.exists()) == ({"cache": 1}, 10, False, True)


def test_a_file_with_another_name_elsewhere_frees_nothing(store: Store, tmp_path: Path) -> None:
    wheel = tmp_path / "a.whl"
    wheel.write_bytes(b"wheel")
    digest = "sha256:" + "a" * 64
    store.blobs.adopt(wheel, digest)
    store.lease.release()
    assert (gc(store).bytes, wheel.read_bytes()) == (0, b"wheel")


def test_a_second_gc_is_refused(store: Store) -> None:
    run(store, "model")
    with lease.only_one(store.root), pytest.raises(StoreError, match="another gc is at work"):
        gc(store)


def test_without_locks_runs_are_kept_and_gc_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    snapshot = run(store, "model")
    assert store.load(Snapshot, snapshot.id) == snapshot
    with pytest.raises(StoreError, match="has no locks"):
        gc(store)


def test_a_store_that_cannot_be_written_is_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.blobs.put(b"lost")
    store.lease.release()

    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(lease.os, "open", read_only)
    with pytest.raises(StoreError, match="cannot be written: Read-only file system"):
        gc(store)


def test_a_store_that_is_not_there_has_nothing_to_remove(store: Store) -> None:
    assert gc(store).counts == {}
    assert not store.root.exists()


names = st.sampled_from("abcdefgh")


@settings(max_examples=40, deadline=None)
@given(
    runs=st.lists(st.tuples(names, st.booleans(), st.booleans()), max_size=6, unique_by=lambda run: run[0]),
    lost=st.sets(names, max_size=4),
)
def test_in_any_store_the_rest_is_whole_and_nothing_else_is_left(
    runs: list[tuple[str, bool, bool]], lost: set[str]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store")
        for name in lost:
            store.blobs.put(name.encode())
        store.lease.release()
        kept, dropped, needed = [], [], set()
        for name, is_dropped, is_derived in runs:
            snapshot = run(store, name)
            blob = derive(store, snapshot)[1] if is_derived else None
            (dropped if is_dropped else kept).append(snapshot)
            if not is_dropped:
                needed |= {snapshot.outputs[0].digest} | ({blob.digest} if blob else set())
        gc(store, *dropped)
        assert set(blobs(store)) == needed
        assert {found.id for found in kept} == set(store.ids(Snapshot))
        assert all(Store(store.root).load(Snapshot, found.id) == found for found in kept)
        census = Census(store)
        assert set(census.pieces) == {piece for found in census.found.values() for piece in found.pieces}
        assert gc(store).counts == {}
