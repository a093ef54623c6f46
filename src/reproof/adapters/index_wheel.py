"""One member of a wheel that lies on an index: the zip's tail by range requests instead of the whole file."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import BinaryIO

from typing_extensions import Buffer

from reproof.adapters.index_http import Connection, IndexFailure

TAIL = 64 << 10
"""Bytes fetched at once: the central directory and RECORD of most wheels fit."""

# Compression by the server would change what a range means.
PLAIN = {"Accept-Encoding": "identity"}


class NoRanges(Exception):
    """The server does not serve parts of files; the whole file must be fetched."""


class RemoteFile(io.RawIOBase):
    """A file on a server, read by ranges; what was read last is kept.

    Raises:
        NoRanges: on construction, the server does not serve parts.
        IndexFailure: the server fails.
    """

    def __init__(self, connection: Connection, url: str, size: int | None) -> None:
        self._connection = connection
        self._url = url
        if size is None:
            self._part, self._start, self._size = self._fetch(f"bytes=-{TAIL}")
        else:
            self._part, self._start, self._size = self._fetch(f"bytes={max(size - TAIL, 0)}-{size - 1}")
        self._position = 0

    def seekable(self) -> bool:
        """It is."""
        return True

    def readable(self) -> bool:
        """It is."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move; return the new position."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(origin + offset, 0)
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill a buffer as far as the file goes; what is missing is fetched in pieces of at least TAIL."""
        view = memoryview(buffer).cast("B")
        end = min(self._position + len(view), self._size)
        if self._position >= end:
            return 0
        if not (self._start <= self._position and end <= self._start + len(self._part)):
            last = min(max(end, self._position + TAIL), self._size) - 1
            self._part, self._start, _ = self._fetch(f"bytes={self._position}-{last}")
        data = self._part[self._position - self._start : end - self._start]
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _fetch(self, wanted: str) -> tuple[bytes, int, int]:
        """Return the bytes, where they start, and the size of the whole file."""
        with self._connection.stream(self._url, {**PLAIN, "Range": wanted}) as response:
            if response.status_code == 404:
                raise IndexFailure(response.url.host, f"404 for {response.url.path}", 404)
            match = re.match(r"bytes (\d+)-(\d+)/(\d+)", response.headers.get("Content-Range", ""))
            if response.status_code != 206 or match is None:
                raise NoRanges
            return self._connection.read(response), int(match[1]), int(match[3])


def read_member(handle: BinaryIO, name: str) -> str:
    """Return the text of a file of the metadata folder (`RECORD`, `METADATA`) in an open wheel.

    Raises:
        ValueError: it is no wheel.
    """
    try:
        with zipfile.ZipFile(handle) as archive:
            for member in archive.namelist():
                if member.count("/") == 1 and member.endswith(f".dist-info/{name}"):
                    return archive.read(member).decode("utf-8", "surrogateescape")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError) as error:
        raise ValueError(f"it is no wheel: {error}") from error
    raise ValueError(f"it holds no {name}")
