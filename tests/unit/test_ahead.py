"""What a long run reads is hashed while it runs, by a process that may die at any time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3

from reproof import ahead
from reproof.ahead import Ahead, choose, local_devices, make_blake3
from reproof.recorder import hashing
from reproof.recorder.command import Order
from reproof.recorder.launch import Hooks, record
from reproof.recorder.memory import Memory
from reproof.recorder.table import Entry

LARGE = 40 << 20


def noted(kind: str, path: Path) -> Entry:
    return Entry(kind, str(path), 0, 0.0, True, 0, 0, 0, 0, 0)


def settled(path: Path, size: int) -> Path:
    """Write a file, and wait until its times say that nobody is writing it."""
    path.write_bytes(os.urandom(size))
    while max(path.stat().st_mtime, path.stat().st_ctime) > time.time() - ahead.SETTLED_S:
        time.sleep(0.1)
    return path


def wait_for(reached: Callable[[], object]) -> None:
    deadline = time.monotonic() + 300  # at the lowest priority, beside other tests
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def remembered(cache: Path, path: Path) -> bool:
    return bool(Memory(str(cache)).digests_of({str(path): path.stat()}, "blake3"))


def test_what_is_read_or_loaded_is_chosen_once_by_the_algorithm_that_will_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "site-packages").mkdir()
    names = ("small", "library", "site-packages/weights", "read")
    for name in names[:3]:
        (tmp_path / name).write_bytes(b"x" * (17 << 20 if name != "small" else 1))
    path = settled(tmp_path / "read", 17 << 20)
    kinds = dict(zip(names, "rlrr", strict=True))
    entries = [noted(kind, tmp_path / name) for name, kind in kinds.items()]
    done: set[tuple[int, ...]] = set()
    devices = frozenset({path.stat().st_dev})
    chosen = {Path(file.path).name: file.fast for file in choose(entries, done, devices)}
    assert chosen == {"small": False, "library": False, "weights": False, "read": True}
    assert list(choose(entries, done, devices)) == []


@pytest.mark.parametrize("kinds", ["rw", "wr", "rp", "d", "s"])
def test_what_the_run_writes_is_left_for_its_end(tmp_path: Path, kinds: str) -> None:
    path = settled(tmp_path / "file", 1)
    assert list(choose([noted(kind, path) for kind in kinds], set(), frozenset({path.stat().st_dev}))) == []


def test_what_was_changed_just_now_waits_and_other_devices_are_never_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x")
    done: set[tuple[int, ...]] = set()
    assert list(choose([noted("r", path)], done, frozenset({path.stat().st_dev}))) == []
    assert done == set()
    assert list(choose([noted("r", settled(path, 1))], done, frozenset())) == []


def test_proc_is_no_local_file_system() -> None:
    assert Path("/proc").stat().st_dev not in local_devices()


def test_a_large_input_is_hashed_before_the_run_ends_and_not_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "DELAY_S", 0.1)
    cache, path = tmp_path / "cache", settled(tmp_path / "input.bin", LARGE)
    work = Ahead(str(cache))
    code = f"import sys; open({str(path)!r}).buffer.read(1); sys.stdin.read()"
    receiving, sending = os.pipe()
    monkeypatch.setattr(hashing, "_read", _read_no_large(hashing._read))

    def started(table: str | None) -> None:
        work.start(table)
        try:
            wait_for(lambda: remembered(cache, path))
        finally:
            os.close(sending)

    saved = os.dup(0)
    os.dup2(receiving, 0)
    try:
        order = Order([sys.executable, "-c", code], str(tmp_path), cache=str(cache), fast=("blake3", make_blake3))
        recording = record(order, str(tmp_path / "record"), Hooks(started, work.stop))
    finally:
        os.dup2(saved, 0)
    [entry] = [entry for entry in recording["read"] if entry["path"] == str(path)]
    assert entry["digest"] == f"blake3:{blake3(path.read_bytes()).hexdigest()}"
    assert work._process is not None and work._process.returncode == -signal.SIGKILL


def _read_no_large(real: Callable[..., object]) -> Callable[..., object]:
    def read(path: str, status: os.stat_result, *rest: object) -> object:
        assert status.st_size < LARGE, "it was hashed already"
        return real(path, status, *rest)

    return read


def test_a_short_run_starts_no_process(tmp_path: Path) -> None:
    work = Ahead(str(tmp_path))
    work.start("/proc/self/fd/99")
    work.stop()
    time.sleep(0.1)
    assert work._process is None


@pytest.mark.parametrize("table", ["gone", "empty"])
def test_it_ends_by_itself_without_notes(tmp_path: Path, table: str) -> None:
    (tmp_path / "empty").write_bytes(b"")
    words = [sys.executable, "-m", "reproof.ahead", str(tmp_path / table), str(tmp_path / "cache"), str(os.getpid())]
    assert subprocess.run(words, timeout=30, check=False, capture_output=True).returncode == 0


def test_it_ends_when_who_started_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reproof.recorder import table

    path = str(tmp_path / "table")
    table.create(path, "shim.so")
    quiet = "stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"
    code = f"import os, subprocess, sys; print(subprocess.Popen([*sys.argv[1:], str(os.getpid())], {quiet}).pid)"
    words = [sys.executable, "-m", "reproof.ahead", path, str(tmp_path / "cache")]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    pid = int(done.stdout)
    wait_for(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2])
