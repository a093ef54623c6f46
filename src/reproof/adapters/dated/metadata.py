"""The metadata of a file on an index: its own file beside it, a part of the file, or the file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urldefrag

from typing_extensions import Buffer

from reproof.adapters.dated.asof import DatedFile
from reproof.adapters.dated.kept import Kept
from reproof.adapters.dated.repair import CoreMetadata, read_metadata
from reproof.adapters.dated.sources import read_source
from reproof.adapters.index import Index
from reproof.adapters.index_http import IndexFailure
from reproof.adapters.index_pages import IndexFile
from reproof.adapters.index_wheel import PLAIN, NoRanges, RemoteFile
from reproof.errors import ResolveError

BUFFER = 64 << 10


class MetadataReader:
    """Reads metadata and keeps it. Thread-safe."""

    def __init__(self, index: Index, kept: Kept) -> None:
        self._index = index
        self._kept = kept

    def read(self, dated: DatedFile, others: Iterable[DatedFile] = ()) -> CoreMetadata:
        """Return the metadata of a file.

        That of a source distribution is taken from a wheel of the same version (`others`) if there is one: a wheel says
        what its build came to, on a machine like the target's if possible.

        Raises:
            ResolveError: the place fails, or the file cannot be read.
        """
        wheels = sorted((other for other in others if other.file.filename.endswith(".whl")), key=_likeness)
        source = dated.file
        if wheels and not source.filename.endswith(".whl"):
            source = wheels[0].file
        found = self._kept.metadata(source)
        if found is None:
            found = self._wheel(source) if source.filename.endswith(".whl") else self._source(source)
            self._kept.keep_metadata(source, found)
        return found

    def _wheel(self, file: IndexFile) -> CoreMetadata:
        text, origin = self._beside(file), f"the metadata beside {file.filename}"
        if text is None:
            text, origin = self._index.member(file, "METADATA"), f"METADATA in {file.filename}"
        return read_metadata(text, file.filename, origin)

    def _beside(self, file: IndexFile) -> str | None:
        """Return the metadata file beside a wheel, be it advertised or not; None if there is none."""
        if file.local is not None:
            return None
        try:
            response = self._index.connection.get(f"{urldefrag(file.url)[0]}.metadata", {})
        except IndexFailure as failure:
            # Some servers forbid what they do not have. One that is gone will say so when the wheel is asked for.
            if failure.status is None or file.metadata:
                raise
            return None
        text = response.content.decode("utf-8", "replace")
        # A server that answers everything with a page of its own has none either.
        return text if response.status_code == 200 and "Name:" in text[:BUFFER] and "<html" not in text[:200] else None

    def _source(self, file: IndexFile) -> CoreMetadata:
        try:
            with self._open(file) as stream:
                return read_source(stream, file.filename)
        except OSError as error:
            raise ResolveError(f"{file.filename} on {file.place} cannot be read: {error}") from error

    @contextmanager
    def _open(self, file: IndexFile) -> Iterator[IO[bytes]]:
        """Yield a file of an index: a zip by parts, any other kind as a stream that may be left early."""
        if file.local is not None:
            with Path(file.local).open("rb") as handle:
                yield handle
            return
        if file.filename.endswith(".zip"):
            try:
                yield io.BufferedReader(RemoteFile(self._index.connection, file.url, file.size), BUFFER)
                return
            except NoRanges:
                pass
        with self._index.connection.stream(file.url, PLAIN) as response:
            if response.status_code >= 400:
                raise IndexFailure(response.url.host, f"{response.status_code} for {response.url.path}")
            stream: IO[bytes] = io.BufferedReader(_Chunks(self._index.connection.chunks(response)), BUFFER)
            if file.filename.endswith(".zip"):
                stream = io.BytesIO(stream.read())
            yield stream


class _Chunks(io.RawIOBase):
    """A stream over pieces as they arrive."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        """Fill a buffer with what has arrived."""
        view = memoryview(buffer).cast("B")
        while not self._rest:
            self._rest = next(self._chunks, b"")
            if not self._rest:
                return 0
        piece, self._rest = self._rest[: len(view)], self._rest[len(view) :]
        view[: len(piece)] = piece
        return len(piece)


def _likeness(dated: DatedFile) -> tuple[int, str]:
    """Order wheels by how likely their requirements are those of a build on Linux."""
    name = dated.file.filename
    return (next((n for n, word in enumerate(("-any.", "linux", "macosx")) if word in name), 3), name)
