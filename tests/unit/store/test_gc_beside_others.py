"""`gc` beside processes that record, and killed in the middle: the store is whole at the end."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.store.census import Census
from reproof.store.lease import Lease, read_leases
from reproof.store.removal import Request
from reproof.store.store import Store
from reproof.store.sweep import collect

ROUNDS = 12
RECORDERS = 3
PREPARE = """
import random, sys
from pathlib import Path
sys.path[:0] = ["src", "tests"]
from factories import make_resolution, make_snapshot
from reproof.model.snapshot import Snapshot
from reproof.store.store import Store
root, seed = Path(sys.argv[1]), int(sys.argv[2])
chance = random.Random(seed)
def files(): return [
    {"path": f"/lib/m{n}.py", "kind": "module", "size": n, "digest": f"sha256:{chance.randrange(3):064x}"}
    for n in range(200)]
def outputs(blobs): return [{"name": b.digest, "path": b.digest, "digest": b.digest, "size": b.size} for b in blobs]
"""
RECORD = (
    PREPARE
    + f"""
for number in range({ROUNDS}):
    store = Store(root)
    blobs = [store.blobs.put(f"shared {{chance.randrange(6)}}".encode()) for _ in range(3)]
    blobs.append(store.blobs.put(f"own {{seed}} {{number}}".encode()))
    snapshot = make_snapshot(loaded=files(), outputs=outputs(blobs), command={{"duration_s": chance.random()}})
    store.save(snapshot)
    store.save(make_resolution(snapshot, interpreter=store.blobs.put(b"interpreter")), snapshot.id)
    store.lease.release()
    print(snapshot.id, flush=True)
"""
)
COLLECT = (
    PREPARE
    + """
from reproof.store.removal import Request
from reproof.store.sweep import collect
while True:
    runs = Store(root).ids(Snapshot)
    collect(Store(root), Request(drop=frozenset(run for run in runs if chance.random() < 0.3)))
    print("swept", flush=True)
"""
)


def start(script: str, store: Path, seed: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", script, str(store), str(seed)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def assert_whole(store: Store) -> None:
    """Every document loads, and every blob that one names as its own is there and is what its name says."""
    for identity in store.ids(Snapshot):
        snapshot = store.load(Snapshot, identity)
        assert all(store.blobs.get(output.digest) for output in snapshot.outputs)
    for identity in store.ids(Resolution):
        interpreter = store.load(Resolution, identity).interpreter
        assert interpreter is not None
        assert store.blobs.get(interpreter.digest) == b"interpreter"


def test_recorders_beside_a_gc_lose_nothing(tmp_path: Path) -> None:
    recorders = [start(RECORD, tmp_path, seed) for seed in range(RECORDERS)]
    collector = start(COLLECT, tmp_path, 100)
    try:
        printed = [recorder.communicate(timeout=300)[0].split() for recorder in recorders]
    finally:
        collector.kill()
    swept = collector.communicate()[0].split()
    assert [recorder.returncode for recorder in recorders] == [0] * RECORDERS
    assert [len(ids) for ids in printed] == [ROUNDS] * RECORDERS
    assert len(swept) >= 3
    store = Store(tmp_path)
    assert len(store.ids(Snapshot)) < ROUNDS * RECORDERS
    assert_whole(store)
    store.lease.release()
    collect(Store(tmp_path), Request())
    assert_whole(Store(tmp_path))
    census = Census(Store(tmp_path))
    assert set(census.blobs) == {blob for found in census.found.values() for blob in found.links.blobs}
    assert set(census.pieces) == {piece for found in census.found.values() for piece in found.pieces}


def test_a_gc_that_is_killed_leaves_a_whole_store(tmp_path: Path) -> None:
    chance = random.Random(1)
    for attempt in range(4):
        recorder = start(RECORD, tmp_path, attempt)
        recorder.communicate(timeout=300)
        collector = start(COLLECT, tmp_path, attempt)
        assert collector.stdout is not None
        collector.stdout.readline()
        time.sleep(chance.random() * 0.05)
        collector.send_signal(signal.SIGKILL)
        collector.communicate()
        assert_whole(Store(tmp_path))
    collect(Store(tmp_path), Request())
    assert_whole(Store(tmp_path))
    assert list((tmp_path / "tmp").iterdir()) == []


def test_names_that_a_nearly_full_disk_takes_in_parts_are_all_in_the_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:7]))
    lease = Lease(tmp_path)
    lease.claim({"sha256:aaaa", "sha256:bbbb"})
    lease.claim({"piece:cccc"})
    assert read_leases(tmp_path).names == {"sha256:aaaa", "sha256:bbbb", "piece:cccc"}


def test_a_name_that_a_full_disk_cut_off_stays_apart_from_later_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int, data: bytes) -> int:
        if len(data) < 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[:-5])

    write, lease = os.write, Lease(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            lease.claim({"sha256:aaaa"})
    lease.claim({"sha256:bbbb", "sha256:aaaa"})
    assert {"sha256:aaaa", "sha256:bbbb"} <= read_leases(tmp_path).names
