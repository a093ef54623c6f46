"""Documents in shared pieces: what two runs have in common is kept once.

A document is its canonical JSON, and its id the digest of that; here it is cut so that equal parts of two documents
become equal pieces. A piece is a file `pieces/<sha256 of its bytes>`, compressed. The cuts need no knowledge of the
document: each large member is apart, and a long list in it is cut behind elements that are chosen by their own bytes
(content-defined chunking, as in LBFS: Muthitacharoen et al., SOSP 2001), so that one changed element changes one piece.

`documents/<kind>/<id>.parts` holds the rest: compressed JSON, texts and names of pieces in turns, which joined give the
document's bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from reproof.store.files import is_digest, sync_folder, temporary_file
from reproof.store.lease import Lease

WHOLE = 4096
"""Bytes; a smaller document is a plain file, since a file takes a block of the disk in any case."""
SMALL = 1024
"""Bytes; a smaller member stays in the document's own file."""
LEAST, MOST = 4096, 65536
"""Bytes of a piece of a list."""
ELEMENTS = 32
"""A list is cut behind one element of so many: about 10 kB of a list of files, and 3 kB of them compressed."""
FORMAT = "reproof/parts/1"
SYNCING = 8
"""Threads: the disk's journal takes several files at once in one commit."""


def cut(member: bytes) -> Iterator[bytes]:
    """Yield the pieces of a member; joined they are the member."""
    separator = b"},{" if b"},{" in member else b'","'
    start = end = 0
    for element in member.split(separator)[:-1]:
        end += len(element) + len(separator)
        length = end - 1 - start
        if length >= MOST or (length >= LEAST and zlib.crc32(element) % ELEMENTS == 0):
            yield member[start : end - 1]
            start = end - 1
    yield member[start:]


def split(members: Sequence[bytes]) -> tuple[list[str], dict[str, bytes]]:
    """Return a document's parts (texts and names of pieces in turns), and the pieces by name."""
    parts, pieces = ["{"], {}
    for number, member in enumerate(members):
        parts[-1] += "," if number else ""
        if len(member) < SMALL:
            parts[-1] += member.decode()
            continue
        for piece in cut(member):
            name = hashlib.sha256(piece).hexdigest()
            pieces[name] = piece
            parts += [name, ""]
    parts[-1] += "}"
    return parts, pieces


def encode(parts: Sequence[str]) -> bytes:
    """Return the bytes of a document's own file."""
    return zlib.compress(json.dumps({"format": FORMAT, "parts": parts}, ensure_ascii=False).encode())


def decode(data: bytes) -> list[str]:
    """Return the parts that `encode` was given.

    Raises:
        ValueError: these are not such bytes.
    """
    try:
        value = json.loads(zlib.decompress(data))
    except (zlib.error, ValueError) as error:
        raise ValueError(f"it is not what reproof writes: {error}") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT or not isinstance(value.get("parts"), list):
        raise ValueError(f"it is not a {FORMAT} file")
    return [str(part) for part in value["parts"]]


def piece_name(name: str) -> str:
    """Return the name of a piece in a lease."""
    return f"piece:{name}"


class Pieces:
    """The folder of pieces: flat, so that one sync makes all that was renamed into it durable."""

    def __init__(self, store: Path, lease: Lease) -> None:
        self.root = store / "pieces"
        self._temporary = store / "tmp"
        self._lease = lease

    def path(self, name: str) -> Path:
        """Return where a piece lies, or would lie."""
        return self.root / name

    def keep(self, pieces: Mapping[str, bytes]) -> None:
        """Keep those that are not there yet; when this returns, all are on the disk.

        A piece gets its name only after its bytes were synced, so whoever finds it may rely on it. The folder is synced
        in any case: the name of a piece that somebody else wrote may not be on the disk yet.

        Raises:
            OSError: they cannot be written.
        """
        self._lease.claim(map(piece_name, pieces))
        missing = [name for name in pieces if not self.path(name).exists()]
        self.root.mkdir(parents=True, exist_ok=True)
        if len(missing) > 1:
            with ThreadPoolExecutor(SYNCING) as threads:
                list(threads.map(lambda name: self._write(name, pieces[name]), missing))
        else:
            for name in missing:
                self._write(name, pieces[name])
        sync_folder(self.root)

    def read(self, name: str) -> bytes:
        """Return a piece, checked.

        Raises:
            ValueError: it is missing or damaged.
            OSError: it cannot be read.
        """
        path = self.path(name)
        try:
            piece = zlib.decompress(path.read_bytes())
        except FileNotFoundError:
            raise ValueError(f"its piece {path} is missing") from None
        except zlib.error as error:
            raise ValueError(f"its piece {path} is damaged: {error}") from error
        if hashlib.sha256(piece).hexdigest() != name:
            raise ValueError(f"its piece {path} is damaged: its bytes are not what its name says")
        return piece

    def join(self, parts: Sequence[str]) -> bytes:
        """Return the document of these parts. Raises as `read`."""
        return b"".join(self.read(part) if number % 2 else part.encode() for number, part in enumerate(parts))

    def every(self) -> Iterator[tuple[str, int]]:
        """Yield the name and the size of each piece that is there. Raises OSError."""
        if self.root.is_dir():
            with os.scandir(self.root) as found:
                for file in found:
                    if is_digest(file.name):
                        yield file.name, file.stat(follow_symlinks=False).st_size

    def _write(self, name: str, piece: bytes) -> None:
        with temporary_file(self._temporary, self._lease.token) as (handle, temporary):
            handle.write(zlib.compress(piece))
            handle.flush()
            os.fchmod(handle.fileno(), 0o444)
            os.fsync(handle.fileno())
            temporary.replace(self.path(name))
