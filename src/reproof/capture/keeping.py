"""Puts the bytes that a snapshot names into the store, and nothing secret with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reproof.capture.learned import Learned, gather
from reproof.capture.redaction import Redactor
from reproof.capture.secrets import is_private
from reproof.model.base import Blob, Gap
from reproof.model.snapshot import Input, Output
from reproof.store.blobs import Blobs
from reproof.store.files import file_digest

KEPT_INPUT = 16 << 20
"""Bytes; a smaller input is kept in the store, so that the run can be repeated when the file is gone."""
SEARCHED = 256 << 20
"""Bytes; of a larger file, the part after this is not searched for secrets, and a gap tells."""
CHUNK, OVERLAP = 16 << 20, 1 << 16
"""Bytes that are searched at a time, and how much of the one before each part repeats."""

BytesOf = Callable[[str, str], Path | None]
"""From a recorded path and its digest to a file that holds its bytes; None if nothing does."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """The store, where the bytes of a recorded file are found, and who knows a secret when it sees one."""

    blobs: Blobs
    bytes_of: BytesOf
    redactor: Redactor = field(default_factory=Redactor)

    def keep(self, path: str, digest: str) -> Gap | None:
        """Put a file's bytes into the store as they are.

        Returns None when they are there now, else why they are not: they are gone, or hold a secret. What the store
        has already was searched when it came.

        Raises:
            StoreError: the store is full or cannot be written.
        """
        if digest in self.blobs:
            return None
        if self.is_private(path):
            return Gap(what=f"{path} is not kept", why="files of this name hold secrets", effect=NOT_CARRIED)
        held = self.bytes_of(path, digest)
        if held is None or file_digest(held, digest) != digest:
            return Gap(what=f"{path} is not kept", why="it is gone or changed after the run", effect=NOT_CARRIED)
        if (line := self.first_secret(path, held)) is not None:
            where = f" in line {line}" if line else ""
            return Gap(what=f"{path} is not kept", why=f"it holds what looks like a secret{where}", effect=NOT_CARRIED)
        self.blobs.put_file(held)
        return None

    def is_private(self, path: str) -> bool:
        """Say whether a file's name promises a secret, and the user does not say otherwise."""
        return is_private(path) and not self.redactor.allows_file(path)

    def first_secret(self, path: str, held: Path) -> int | None:
        """Return what `first_secret` says of a file with the bytes of `path`. Raises OSError."""
        return None if self.redactor.allows_file(path) else first_secret(held, self.redactor)

    def keep_text(self, file: Path) -> Blob:
        """Keep what a run printed, without its secrets. Raises StoreError, OSError."""
        return self.blobs.put(self.redactor.data(file.read_bytes()))


NOT_CARRIED = "it cannot be shown, compared or carried"


def first_secret(file: Path, redactor: Redactor) -> int | None:
    """Return the line in which a file holds a secret, 0 if it is no text, None if there is none. Raises OSError."""
    lines = 1
    for part in parts(file):
        binary = b"\0" in part[:8192]
        spans = redactor.find_strict(part) if binary else redactor.find(part, code=file.suffix == ".py")
        if spans:
            return 0 if binary else lines + part.count(b"\n", 0, spans[0].start)
        lines += part.count(b"\n", 0, max(len(part) - OVERLAP, 0))
    return None


def parts(file: Path) -> Iterator[bytes]:
    """Yield what is searched of a file, part by part; each begins with the end of the one before."""
    with file.open("rb") as handle:
        before = b""
        for _ in range(SEARCHED // CHUNK):
            read = handle.read(CHUNK)
            if not read:
                return
            yield before + read
            before = read[-OVERLAP:]


def unsearched(path: str, size: int) -> Iterator[Gap]:
    """Yield that a file is too large to be searched to its end."""
    if size > SEARCHED:
        what = f"secrets in {path} after its first {SEARCHED:,} bytes"
        yield Gap(what=what, why="so much of a file is searched", effect="the store may hold a secret of this file")


def keep_inputs(inputs: Iterable[Input], keeper: Keeper) -> Learned[tuple[Input, ...]]:
    """Return the inputs, the bytes of those kept that are small and no secret."""
    return gather(keep_input(entry, keeper) for entry in inputs)


def keep_input(entry: Input, keeper: Keeper) -> Learned[Input]:
    """Return one input, its bytes kept if it is small and no secret."""
    gaps: list[Gap] = []
    if entry.changed:
        effect = "the replay reads what the file held at the end"
        gaps.append(Gap(what=f"{entry.path} changed during the run", why="something wrote to it", effect=effect))
    if entry.digest is None or entry.size > KEPT_INPUT:
        return Learned(entry, tuple(gaps))
    missing = keeper.keep(entry.path, entry.digest)
    gaps += [missing] if missing else []
    return Learned(entry.model_copy(update={"kept": missing is None}), tuple(gaps))


def keep_outputs(outputs: Iterable[Output], keeper: Keeper) -> Learned[tuple[Output, ...]]:
    """Return the outputs, their bytes kept."""
    return gather(keep_output(output, keeper) for output in outputs)


def keep_output(output: Output, keeper: Keeper) -> Learned[Output]:
    """Return one output, its bytes kept if they are still what they were at the run's end, and no secret."""
    missing = keeper.keep(output.path, output.digest)
    gaps = (missing,) if missing else tuple(unsearched(output.path, output.size))
    return Learned(output.model_copy(update={"kept": missing is None}), gaps)


def kept_beside(folder: Path) -> BytesOf:
    """Return where a replay's bytes are: in the record folder, under their digest, copied out of the container."""

    def find(path: str, digest: str) -> Path | None:
        held = folder / "kept" / digest.removeprefix("sha256:")
        return held if held.is_file() else None

    return find


def in_place(path: str, digest: str) -> Path | None:
    """Return where an original run's bytes are: at their own path."""
    held = Path(path)
    return held if held.is_file() else None
