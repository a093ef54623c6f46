"""What a running process needs from the store, so that `gc` leaves it alone.

A process that uses a store has a file in `leases/`, locked as long as the process lives, with the names of all blobs,
pieces and documents that it wrote or relies on. A name is written before the process looks whether the thing is there.
Two rules make that safe, whatever `gc` does in between:

1. A name is written under the shared lock on `gc.lock`; `gc` reads the leases and removes under the exclusive one. So
   either `gc` sees the name and leaves the thing, or it removed the thing before the process looked, and the process
   writes it anew.
2. A document can be seen before the lease of who wrote it ends. So at every moment a blob is named by a lease or by a
   document, and `gc` asks for both while it holds the lock.

The lock of a dead process is gone, however it died; so its lease does not count, and `gc` removes the file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

NO_LOCKS = frozenset({errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS})
"""What a file system answers that has no locks. Runs are recorded there all the same; `gc` refuses to work."""


@contextmanager
def removal_lock(root: Path, exclusive: bool) -> Iterator[None]:
    """Hold the lock between those who name what they need (shared) and those who remove (exclusive).

    Raises:
        OSError: the lock file cannot be made or opened, or there are no locks here.
    """
    descriptor = os.open(root / "gc.lock", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Hold the lock that one `gc` holds at a time.

    Raises:
        BlockingIOError: another one holds it.
        OSError: it cannot be made, or there are no locks here.
    """
    descriptor = os.open(root / "gc.running", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


class Lease:
    """The lease of this process; nothing is written before the first claim. Threads may share it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.token = f"{os.getpid()}.{os.urandom(4).hex()}"
        """The name of the lease; temporary files carry it, so that those of a dead process can be told."""
        self._names: set[str] = set()
        self._file: int | None = None
        self._guard = threading.Lock()
        self._end: weakref.finalize[[int, Path, int], Lease] | None = None

    def claim(self, names: Iterable[str] = ()) -> None:
        """Name what this process needs: from now on `gc` leaves it alone. Look whether it is there afterwards.

        Raises:
            OSError: the lease cannot be written.
        """
        with self._guard:
            new = set(names) - self._names
            if self._file is not None and not new:
                return
            self.root.mkdir(parents=True, exist_ok=True)
            try:
                with removal_lock(self.root, exclusive=False):
                    if self._file is None:
                        self._file = self._open()
                    if new:
                        write_names(self._file, new)
            except OSError as error:
                if error.errno not in NO_LOCKS:
                    raise
            self._names |= new

    def claim_if_writable(self, names: Iterable[str]) -> None:
        """Name what is only read. Where nothing can be written, nothing is removed either, or by somebody else."""
        if self.root.is_dir():
            with suppress(OSError):
                self.claim(names)

    def release(self) -> None:
        """End the lease before the process ends: what it named may go if no document names it."""
        with self._guard:
            if self._end is not None:
                self._end()
            self._file, self._end, self._names = None, None, set()

    def _open(self) -> int:
        folder = self.root / "leases"
        folder.mkdir(exist_ok=True)
        path = folder / self.token
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        self._end = weakref.finalize(self, end, descriptor, path, os.getpid())
        return descriptor


def write_names(descriptor: int, names: Iterable[str]) -> None:
    """Append names to a lease, each in a line. A line that a full disk cut off before stays apart from them.

    Raises:
        OSError: not all of them could be written.
    """
    left = "".join(f"\n{name}" for name in sorted(names)).encode() + b"\n"
    while left:  # a disk that is nearly full takes a part without an error
        left = left[os.write(descriptor, left) :]


def end(descriptor: int, path: Path, owner: int) -> None:
    """Remove a lease. A forked child, which has a copy of everything, leaves its parent's alone."""
    if os.getpid() == owner:
        with suppress(OSError):
            path.unlink(missing_ok=True)
    with suppress(OSError):
        os.close(descriptor)


class Leases(NamedTuple):
    """What the living hold: `tokens` are the names of their leases, `names` all that they claimed."""

    tokens: frozenset[str]
    names: frozenset[str]


def read_leases(root: Path) -> Leases:
    """Return what living processes need, and remove the leases of dead ones. The removal lock must be held.

    Raises:
        OSError: a lease cannot be read; what it protects is not known then.
    """
    tokens, names = set(), set()
    folder = root / "leases"
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            descriptor = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
        except BlockingIOError:
            tokens.add(path.name)
            names.update(path.read_text().split("\n"))
        finally:
            os.close(descriptor)
    return Leases(frozenset(tokens), frozenset(names) - {""})
