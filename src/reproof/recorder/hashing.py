"""Hashes files, each once, and keeps copies where the bytes would otherwise be lost with the container."""

import concurrent.futures
import hashlib
import os
import stat
import time
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from .copies import Copy, NotCopied
from .memory import NONE, Memory

_BLOCK = 1 << 20
_LARGE = 4 << 20
"""Bytes; from here on hashing pays for a thread: smaller files only wait for the interpreter's lock."""
_MODE = 0o7777
_BATCH = 500
"""Files whose digests are asked for at once: a statement of sqlite takes 999 words in releases before 3.32."""

Make = Callable[[], Any]
"""Makes the state of a hash: something with `update` and `hexdigest`."""


class Content(NamedTuple):
    """What a regular file holds, and what it was when that was read."""

    digest: Optional[str]
    """`sha256:<hex>`, or `blake3:<hex>` of a file that is large and not kept; None if it could not be read."""
    size: int
    mode: int
    mtime_ns: int


class Means(NamedTuple):
    """What hashing uses. `kept`: the folder for copies, or None to make none.

    `known`: digests of files that were checked by somebody else and cannot change, by their paths. `fast`: the name of
    a faster algorithm than sha256 and what makes its state, if there is one.
    """

    kept: Optional[str] = None
    memory: Memory = NONE
    known: Mapping[str, str] = {}
    fast: Optional[Tuple[str, Make]] = None


PLAIN = Means()


class Hasher:
    """Knows the content of files."""

    def __init__(self, means: Means = PLAIN) -> None:
        self.means = means
        self.known: Dict[str, Optional[Content]] = {}
        self.uncopied: Dict[str, str] = {}
        """Files of which a copy was wanted and could not be written, with the reason."""

    def hash_all(self, paths: Iterable[str], fast: bool = False) -> None:
        """Hash these files now, the large ones side by side; with `fast`, by the faster algorithm if there is one."""
        algorithm = self.means.fast if fast and self.means.fast else ("sha256", hashlib.sha256)
        new = [path for path in paths if path not in self.known]
        large: List[Tuple[str, os.stat_result]] = []
        for start in range(0, len(new), _BATCH):
            large += self._hash_batch(new[start : start + _BATCH], algorithm)
        if large:
            began = _now_ns()
            with concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
                for (path, _), found in zip(large, pool.map(lambda file: _read(file[0], file[1], algorithm), large)):  # noqa: B905
                    self.known[path] = found.content
                    self._remember(found, algorithm[0], began)

    def _hash_batch(self, paths: List[str], algorithm: Tuple[str, Make]) -> List[Tuple[str, os.stat_result]]:
        """Learn the content of these files, apart from the large ones whose digest is not known: return those."""
        there: Dict[str, os.stat_result] = {}
        for path in paths:
            status = regular(path)
            if status is None:
                self.known[path] = None
            else:
                there[path] = status
        given, remembered = self.means.known, self.means.memory.digests_of(there, algorithm[0])
        large, began = [], _now_ns()
        for path, status in there.items():
            digest = given.get(path) or remembered.get(path)
            if digest is not None:
                self.known[path] = _content(digest, status)
            elif status.st_size >= _LARGE:
                large.append((path, status))
            else:
                found = _read(path, status, algorithm)
                self.known[path] = found.content
                self._remember(found, algorithm[0], began)
        return large

    def content(self, path: str) -> Optional[Content]:
        """Return the content of a file; None if it is gone or no regular file."""
        if path not in self.known:
            self.hash_all([path])
        return self.known[path]

    def keep(self, path: str) -> Optional[Content]:
        """Return the content of a file, of which a copy is made if copies are wanted."""
        content = self.content(path)
        kept = self.means.kept
        if kept is None or content is None or content.digest is None:
            return content
        if os.path.exists(os.path.join(kept, content.digest[7:])):
            return content
        status = regular(path)
        if status is None:
            self.known[path] = None
        else:
            partial = os.path.join(kept, ".partial")
            try:
                found = _read(path, status, ("sha256", hashlib.sha256), partial)
            except NotCopied as error:
                self.uncopied[path] = str(error)
                return content
            if found.content.digest:
                os.rename(partial, os.path.join(kept, found.content.digest[7:]))
            self.known[path] = found.content
        return self.known[path]

    def _remember(self, found: "_Read", algorithm: str, began_ns: int) -> None:
        if found.steady is not None and self.means.memory.database is not None:
            self.means.memory.note_digest(found.steady, (algorithm, str(found.content.digest)), began_ns)


class _Read(NamedTuple):
    """A file that was read. `steady` is its status if that was the same before and afterwards."""

    content: Content
    steady: Optional[os.stat_result]


def regular(path: str) -> Optional[os.stat_result]:
    """Return the status of a regular file; None if there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _content(digest: Optional[str], status: os.stat_result) -> Content:
    return Content(digest, status.st_size, status.st_mode & _MODE, status.st_mtime_ns)


def _read(path: str, status: os.stat_result, algorithm: Tuple[str, Make], copy: Optional[str] = None) -> _Read:
    """Read a file once: hash it, and write its bytes to `copy` if that is given."""
    name, make = algorithm
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            state = make()
            small = copy is None and status.st_size < _BLOCK
            start = os.read(descriptor, status.st_size + 1) if small else b""
            state.update(start)
            if not small or len(start) != status.st_size:
                _pass_on(descriptor, state, copy)
            after = os.fstat(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        return _Read(_content(None, status), None)
    return _Read(_content(name + ":" + state.hexdigest(), after), after if _same(status, after) else None)


def _same(before: os.stat_result, after: os.stat_result) -> bool:
    """Say whether this is the file that it was, and was not written to. Quicker than to compare their `identity`."""
    return (
        before.st_ctime_ns == after.st_ctime_ns
        and before.st_mtime_ns == after.st_mtime_ns
        and before.st_size == after.st_size
        and before.st_ino == after.st_ino
        and before.st_dev == after.st_dev
    )


def _pass_on(descriptor: int, state: Any, copy: Optional[str]) -> None:
    """Read to the end of a file, block by block in one buffer."""
    buffer = memoryview(bytearray(_BLOCK))
    with Copy(copy) as out:
        count = os.readv(descriptor, [buffer])
        while count:
            state.update(buffer[:count])
            out.write(buffer[:count])
            count = os.readv(descriptor, [buffer])


def _now_ns() -> int:
    return int(time.time() * 1e9)
