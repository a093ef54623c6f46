"""Remembers between runs what need not be found out twice: digests of files, and answers of slow programs.

A database in a folder that may be deleted at any time. Whatever is wrong with it (damaged, locked, on a full disk, no
sqlite3 in this Python), things are found out anew: nothing here raises.
"""

import json
import os
import zlib
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple, TypeVar

T = TypeVar("T")

_NAME = "memory-2.sqlite"
"""The number is that of the tables' form."""
_MARGIN_NS = 2 * 10**9
"""A file that was changed so shortly before it was read may be changed again without a trace in its times: those of
FAT have two seconds, others the clock's ticks. It is read again the next time. Git calls such an entry racy."""
_INTEGER = (1 << 63) - 1
_LARGEST = 256 << 20
"""Bytes of the database; a larger one is begun anew."""
_PATIENCE_S = 0.5
"""How long is waited for another run that is just writing."""
_TABLES = """
create table if not exists digests
    (device, inode, size, mtime, ctime, algorithm, digest, sum, primary key (device, inode, algorithm)) without rowid;
create table if not exists answers (question primary key, key, answer, sum) without rowid;
"""


class Memory:
    """What earlier runs found out. Without a folder it knows nothing and keeps nothing."""

    def __init__(self, folder: Optional[str]) -> None:
        self.database = _open(folder) if folder else None
        self.digests: List[Tuple[Any, ...]] = []
        self.answers: List[Tuple[Any, ...]] = []

    def digests_of(self, files: Mapping[str, os.stat_result], algorithm: str) -> Dict[str, str]:
        """Return the digests `algorithm:<hex>`, by path, of the files that had this status when they were read.

        At most 990 files are asked for at once.
        """
        if self.database is None:
            return {}
        asked: Dict[int, Dict[int, List[str]]] = {}
        identities = {path: identity(status) for path, status in files.items()}
        for path, (device, inode, *_) in identities.items():
            asked.setdefault(device, {}).setdefault(inode, []).append(path)
        found: Dict[str, str] = {}
        for device, paths in asked.items():
            question = (
                "select device, inode, size, mtime, ctime, algorithm, digest, sum from digests"
                " where device = ? and algorithm = ? and inode in ({})".format(",".join("?" * len(paths)))
            )
            for row in self._ask(question, (device, algorithm, *paths)):
                was, checksum = row[:5], row[7]
                if checksum == _sum(row[:7]):
                    found.update((path, str(row[6])) for path in paths[row[1]] if identities[path] == was)
        return found

    def note_digest(self, status: os.stat_result, digest: Tuple[str, str], read_at_ns: int) -> None:
        """Note the digest of a file by an algorithm: its name and `algorithm:<hex>`.

        `status` was the same before and after the file was read, from `read_at_ns` on.
        """
        if self.database is None:
            return
        was = identity(status)
        margin = read_at_ns - _MARGIN_NS
        if was[3] < margin and was[4] < margin:
            row = was + digest
            self.digests.append((*row, _sum(row)))

    def answer(self, question: str, key: Any, ask: Callable[[], T]) -> T:
        """Return the answer, a JSON value, to a question that has the same answer as long as `key` is the same.

        None is no answer: it is asked for again.
        """
        found = self.known(question, key)
        if found is None:
            found = (ask(),)
            if found[0] is not None:
                self.note(question, key, found[0])
        answer: T = found[0]
        return answer

    def known(self, question: str, key: Any) -> Optional[Tuple[Any]]:
        """Return the answer to a question in a tuple of one; None if it is not known, or was given to another key."""
        text = json.dumps(key, sort_keys=True)
        for row in self._ask("select key, answer, sum from answers where question = ?", (question,)):
            if row[0] == text and row[2] == _sum((question, *row[:2])):
                return (json.loads(row[1]),)
        return None

    def note(self, question: str, key: Any, answer: Any) -> None:
        """Note an answer, in the place of one that was given to another key."""
        if self.database is None:
            return
        row = (question, json.dumps(key, sort_keys=True), json.dumps(answer))
        self.answers.append((*row, _sum(row)))

    def save(self) -> None:
        """Keep what was found out."""
        if self.database is None or not (self.digests or self.answers):
            return
        try:
            with self.database:
                # In the order of the key, the tree of the table grows at its end.
                self.digests.sort(key=lambda row: row[:2])
                self.database.executemany(
                    "insert or replace into digests values (?, ?, ?, ?, ?, ?, ?, ?)", self.digests
                )
                self.database.executemany("insert or replace into answers values (?, ?, ?, ?)", self.answers)
            self.digests, self.answers = [], []
        except Exception:  # sqlite3.Error, and whatever a damaged database makes of it
            self.database = None

    def _ask(self, question: str, words: Tuple[Any, ...]) -> List[Tuple[Any, ...]]:
        if self.database is None:
            return []
        try:
            return list(self.database.execute(question, words))
        except Exception:
            self.database = None
            return []


NONE = Memory(None)
"""Remembers nothing."""


def file_key(*paths: str) -> Tuple[Any, ...]:
    """Return what changes whenever one of these files or folders does; for folders only the names in them count."""
    found = []  # type: List[Optional[Tuple[Any, ...]]]
    for path in paths:
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            found.append(None)
            continue
        found.append((path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    return tuple(found)


def _open(folder: str) -> Any:
    """Return the database, made if it is not there and made anew if it cannot be read; None if there can be none."""
    path = os.path.join(folder, _NAME)
    try:
        os.makedirs(folder, exist_ok=True)
        if os.path.exists(path) and os.path.getsize(path) > _LARGEST:
            os.unlink(path)
        return _connect(path)
    except Exception:
        try:
            os.unlink(path)
            return _connect(path)
        except Exception:
            return None


def _connect(path: str) -> Any:
    import sqlite3  # a Python may be built without it

    database = sqlite3.connect(path, timeout=_PATIENCE_S)
    try:
        database.executescript(_TABLES)
    except sqlite3.OperationalError:
        database.close()
        if not os.path.exists(path):
            raise
        return None  # another run is writing: this one does without
    except Exception:
        database.close()
        raise
    return database


def identity(status: os.stat_result) -> Tuple[int, int, int, int, int]:
    """Return what tells a file from others and from itself after a change: device, inode, size, and the times in ns of
    its content and its inode. A database knows no integers above 2^63."""
    return (
        status.st_dev & _INTEGER,
        status.st_ino & _INTEGER,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


def _sum(row: Tuple[Any, ...]) -> int:
    """Return a checksum: a database that was damaged on disk can still be read, and must not give a wrong digest."""
    return zlib.crc32(repr(row).encode("utf-8", "surrogateescape"))
