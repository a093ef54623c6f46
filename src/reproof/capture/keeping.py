"""Puts the bytes that a snapshot names into the store: files of the run, wherever they lie, and its streams."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from reproof.capture.learned import Learned, gather
from reproof.capture.secrets import is_private, redact_bytes
from reproof.model.base import Blob, Gap
from reproof.model.snapshot import Input, Output
from reproof.store.blobs import Blobs, file_digest

KEPT_INPUT = 16 << 20
"""Bytes; a smaller input is kept in the store, so that the run can be repeated when the file is gone."""

BytesOf = Callable[[str, str], Path | None]
"""From a recorded path and its digest to a file that holds its bytes; None if nothing does."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """The store, and where the bytes of a recorded file are found."""

    blobs: Blobs
    bytes_of: BytesOf

    def keep(self, path: str, digest: str) -> Gap | None:
        """Put a file's bytes into the store; None when they are there now, else why they are not. Raises StoreError."""
        if digest in self.blobs:
            return None
        held = self.bytes_of(path, digest)
        if held is None or file_digest(held, digest) != digest:
            effect = "it cannot be shown, compared or carried"
            return Gap(what=f"{path} is not kept", why="it is gone or changed after the run", effect=effect)
        self.blobs.put_file(held)
        return None

    def keep_text(self, file: Path) -> Blob:
        """Keep what a run printed, redacted. Raises StoreError, OSError."""
        return self.blobs.put(redact_bytes(file.read_bytes()))


def keep_inputs(inputs: Iterable[Input], keeper: Keeper) -> Learned[tuple[Input, ...]]:
    """Return the inputs, the bytes of those kept that are small and no secret."""
    return gather(keep_input(entry, keeper) for entry in inputs)


def keep_input(entry: Input, keeper: Keeper) -> Learned[Input]:
    """Return one input, its bytes kept if it is small and no secret."""
    gaps: list[Gap] = []
    if entry.changed:
        effect = "the replay reads what the file held at the end"
        gaps.append(Gap(what=f"{entry.path} changed during the run", why="something wrote to it", effect=effect))
    if entry.digest is None or entry.size > KEPT_INPUT or is_private(Path(entry.path).name):
        return Learned(entry, tuple(gaps))
    missing = keeper.keep(entry.path, entry.digest)
    gaps += [missing] if missing else []
    return Learned(entry.model_copy(update={"kept": missing is None}), tuple(gaps))


def keep_outputs(outputs: Iterable[Output], keeper: Keeper) -> Learned[tuple[Output, ...]]:
    """Return the outputs, their bytes kept."""
    return gather(keep_output(output, keeper) for output in outputs)


def keep_output(output: Output, keeper: Keeper) -> Learned[Output]:
    """Return one output, its bytes kept if they are still what they were at the run's end."""
    missing = keeper.keep(output.path, output.digest)
    return Learned(output.model_copy(update={"kept": missing is None}), (missing,) if missing else ())


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
