"""Hashes what a long run reads while it runs, so that little is left to be hashed at its end.

A process of its own, at the lowest priority there is: it only adds to the memory of digests, which are looked up by
device, inode, size and times, so it does not matter when it is killed, or whether a file changes afterwards.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from reproof.recorder.memory import Memory
    from reproof.recorder.table import Entry

DELAY_S = 2.0
"""A shorter run is left alone."""
SETTLED_S = 3.0
"""The memory takes no digest of a file that was changed less than 2 s before it was read."""
REST = 20
"""The notes of the run are looked at again after so many times as long as that took, and not before `DELAY_S`."""
BATCH = 200
"""Files after which their digests are saved."""
LOCAL = frozenset({"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"})
"""File systems that are read ahead. Behind others there is a program, or a network that the run may need."""
PACKAGES = ("/site-packages/", "/dist-packages/")


def make_blake3() -> Any:
    """Return the state of a BLAKE3 hash; it is loaded where a large input is hashed for the first time."""
    from blake3 import blake3

    return blake3()


class Ahead:
    """Starts the process when a run has lasted for a while, and ends it when the run has ended."""

    def __init__(self, cache: str) -> None:
        self._cache = cache
        self._guard = threading.Lock()
        self._timer: threading.Timer | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, table: str | None) -> None:
        """Begin; `table` is where the shim's notes are, None if there are none."""
        if table is not None:
            self._timer = threading.Timer(DELAY_S, self._begin, [table])
            self._timer.daemon = True
            self._timer.start()

    def stop(self) -> None:
        """End it; it is gone when this returns."""
        with self._guard:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = None
            if self._process is not None:
                self._process.kill()
                self._process.wait()

    def _begin(self, table: str) -> None:
        words = [sys.executable, "-m", "reproof.ahead", table, self._cache, str(os.getpid())]
        nothing = subprocess.DEVNULL
        with self._guard, suppress(OSError):
            if self._timer is not None:
                # In a session of its own, the interrupt key does not reach it.
                self._process = subprocess.Popen(
                    words, stdin=nothing, stdout=nothing, stderr=nothing, cwd="/", start_new_session=True
                )


class Chosen(NamedTuple):
    """A file that is to be hashed; `fast` as the collector will ask for it."""

    path: str
    fast: bool


def main(table: str, cache: str, parent: int) -> None:
    """Hash what the notes in `table` name, until they or the process `parent`, which started this one, are gone."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))  # of Linux; its input and output are idle then, too
    from reproof.recorder.memory import Memory
    from reproof.recorder.table import read

    devices = local_devices()
    done: set[tuple[int, ...]] = set()
    memory = Memory(cache)
    while os.getppid() == parent:
        began = time.monotonic()
        try:
            noted = read(table).entries
        except (OSError, ValueError):
            return
        looked = time.monotonic() - began
        hash_all(choose(noted, done, devices), memory, parent)
        if memory.database is None:  # another run was writing
            memory = Memory(cache)
        time.sleep(max(DELAY_S, REST * looked))


def choose(entries: Iterable[Entry], done: set[tuple[int, ...]], devices: frozenset[int]) -> Iterator[Chosen]:
    """Yield the files that were read or loaded and are not `done`, and add them there.

    What the run writes, too, is left for its end, and what was changed just now for the next time.
    """
    from reproof.recorder.collect import LARGEST_KEPT
    from reproof.recorder.hashing import regular
    from reproof.recorder.memory import identity

    kinds: dict[str, set[str]] = {}
    for entry in entries:
        kinds.setdefault(entry.path, set()).add(entry.kind)
    for path, kind in kinds.items():
        status = None if kind & set("wpd") or not kind & set("rxl") else regular(path)
        if status is None or status.st_dev not in devices:
            continue
        name = identity(status)
        if name in done or max(status.st_mtime, status.st_ctime) > time.time() - SETTLED_S:
            continue
        done.add(name)
        fast = status.st_size > LARGEST_KEPT and kind == {"r"} and not any(part in path for part in PACKAGES)
        yield Chosen(path, fast)


def hash_all(chosen: Iterable[Chosen], memory: Memory, parent: int) -> None:
    """Hash files and save their digests, large ones as soon as each is known."""
    from reproof.recorder.hashing import Hasher, Means

    means = Means(memory=memory, fast=("blake3", lambda: Watchful(make_blake3(), parent)))
    small: list[str] = []
    for file in chosen:
        if file.fast:
            Hasher(means).hash_all([file.path], fast=True)
            memory.save()
        else:
            small.append(file.path)
        if len(small) == BATCH:
            Hasher(means).hash_all(small)
            memory.save()
            small.clear()
    Hasher(means).hash_all(small)
    memory.save()


class Watchful:
    """The state of a hash that ends this process when the one that started it is gone: a file may be very large."""

    def __init__(self, state: Any, parent: int) -> None:
        self._state = state
        self._parent = parent

    def update(self, data: Any) -> None:
        """Go on."""
        if os.getppid() != self._parent:
            os._exit(1)
        self._state.update(data)

    def hexdigest(self) -> str:
        """Return the digest of all that came."""
        return str(self._state.hexdigest())


def local_devices() -> frozenset[int]:
    """Return the devices of the local file systems that are mounted now (proc(5), mountinfo).

    What is mounted later may be unmounted by the run, and nothing of ours may be open there then.
    """
    devices = set()
    with suppress(OSError), open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123
        for line in file:
            before, _, after = line.partition(" - ")
            major, _, minor = before.split()[2].partition(":")
            if after.split()[0] in LOCAL:
                devices.add(os.makedev(int(major), int(minor)))
    return frozenset(devices)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
