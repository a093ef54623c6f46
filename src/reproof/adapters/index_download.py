"""Artifacts from indexes into the cache: resumed where a try before broke off, checked, several at once."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from reproof.adapters.index_http import TRIES, Connection, IndexFailure
from reproof.adapters.index_pages import local_path
from reproof.adapters.index_wheel import PLAIN
from reproof.errors import ResolveError, StoreError
from reproof.progress import Task
from reproof.store.blobs import CHUNK
from reproof.store.files import sync_folder


def cached_path(cache: Path, sha256: str, filename: str) -> Path:
    """Return where the cache keeps an artifact, or would."""
    return cache / sha256 / Path(filename).name


def download(connection: Connection, url: str, sha256: str, filename: str, cache: Path, task: Task) -> Path:
    """Return the path of an artifact whose bytes were checked; fetch it if the cache lacks it.

    Raises:
        ResolveError: it cannot be had, or its bytes are not those with this sha256.
        StoreError: the cache cannot be written.
    """
    path = cached_path(cache, sha256, filename)
    if (local := local_path(url)) is not None:
        return _checked_local(local, sha256, task)
    with _part(path) as part:
        if path.is_file():
            task.advance(path.stat().st_size)
            return path
        for attempt in range(TRIES):
            try:
                resumed = _fill(connection, url, part, task, count_resumed=attempt == 0)
            except IndexFailure as failure:
                if failure.status is not None or attempt == TRIES - 1 or not part.seek(0, os.SEEK_END):
                    raise
                continue
            found = _digest(part)
            if found == sha256:
                _adopt(part, path)
                return path
            part.truncate(0)
            if not resumed:
                break
    raise ResolveError(
        f"{filename} from {urlsplit(url).hostname} is not what was pinned: its sha256 is {found}, expected {sha256}",
        "the index or a proxy changed it; record the run again, or find the file elsewhere",
    )


def download_unnamed(connection: Connection, url: str, filename: str, cache: Path) -> tuple[Path, str]:
    """Fetch a file whose sha256 no page told; return its path in the cache and its sha256. Raises as `download`."""
    with _part(cache / "unnamed" / hashlib.sha256(url.encode()).hexdigest() / filename) as part:
        # Nothing tells whether what lies there is the same file.
        part.truncate(0)
        _fill(connection, url, part, Task())
        sha256 = _digest(part)
        path = cached_path(cache, sha256, filename)
        _adopt(part, path)
        return path, sha256


def _checked_local(path: Path, sha256: str, task: Task) -> Path:
    try:
        with path.open("rb") as handle:
            found = hashlib.file_digest(handle, "sha256").hexdigest()
        task.advance(path.stat().st_size)
    except OSError as error:
        raise ResolveError(f"{path} cannot be read: {error.strerror}", "put the file back") from error
    if found != sha256:
        raise ResolveError(f"{path} has changed: its sha256 is {found}, expected {sha256}", "put the old file back")
    return path


@contextmanager
def _part(path: Path) -> Iterator[IO[bytes]]:
    """Yield the file that collects the bytes, for this process alone; what a broken try left is in it."""
    temporary = path.with_name(f"{path.name}.part")
    with _storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = temporary.open("a+b")
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle


def _fill(connection: Connection, url: str, part: IO[bytes], task: Task, count_resumed: bool = True) -> bool:
    """Append what is missing; return whether bytes of an earlier try were kept."""
    have = part.seek(0, os.SEEK_END)
    headers = {**PLAIN, "Range": f"bytes={have}-"} if have else PLAIN
    with connection.stream(url, headers, patient=True) as response:
        if response.status_code == 404:
            raise IndexFailure(response.url.host, f"404 for {response.url.path}", 404)
        if have and response.status_code == 416:
            # Everything is there already, or the file became shorter: the digest tells which.
            return True
        resumed = response.status_code == 206
        with _storing(Path(part.name)):
            if not resumed:
                part.truncate(0)
            elif count_resumed:
                task.advance(have)
        for chunk in connection.chunks(response):
            with _storing(Path(part.name)):
                part.write(chunk)
            task.advance(len(chunk))
    with _storing(Path(part.name)):
        part.flush()
    return resumed


def _digest(part: IO[bytes]) -> str:
    part.seek(0)
    digest = hashlib.sha256()
    while chunk := part.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _adopt(part: IO[bytes], path: Path) -> None:
    with _storing(path):
        os.fsync(part.fileno())
        path.parent.mkdir(parents=True, exist_ok=True)
        Path(part.name).replace(path)
        sync_folder(path.parent)


@contextmanager
def _storing(path: Path) -> Iterator[None]:
    """Turn a failure to write the cache into an error of the store."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = "free some space, or choose another store with --store" if full else "choose another with --store"
        raise StoreError(f"the cache of the store cannot be written ({path}): {error.strerror}", hint) from error
