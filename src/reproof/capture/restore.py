"""Writes the code of a run into a folder again, from the snapshot alone: files with their modes, and links."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reproof.errors import UsageError
from reproof.model.base import Gap
from reproof.model.snapshot import Dataset, Input, Snapshot, SourceFile
from reproof.store.blobs import Blobs

OUTSIDE = "outside-of-the-project"
"""The folder for files that lay elsewhere: editable packages, and scripts beside the project."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was written, as paths relative to the folder, and what of the code could not be."""

    files: tuple[str, ...]
    gaps: tuple[Gap, ...]


def restore_source(snapshot: Snapshot, folder: Path, blobs: Blobs) -> Restored:
    """Write the code that ran into a new or empty folder, whole or not at all.

    Inputs of the project whose bytes are kept are written, too: they were part of the tree that ran.

    Raises:
        UsageError: the folder is there and not empty, or cannot be made.
        StoreError: a blob is missing or damaged.
    """
    if folder.is_symlink() or (folder.exists() and (not folder.is_dir() or any(folder.iterdir()))):
        raise UsageError(f"{folder} is there already and not an empty folder", "name a new folder")
    files: dict[str, SourceFile] = {}
    for file in wanted(snapshot, blobs):
        files.setdefault(place(file.path, snapshot.source.roots[0]), file)  # a link, also where it was read through
    links = {path for path, file in files.items() if file.link is not None}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
            whole = Path(temporary) / "source"
            whole.mkdir()
            for path in sorted(files, key=lambda path: path in links):  # links last: nothing is written through one
                if not any(str(parent) in links for parent in PurePosixPath(path).parents):
                    write(files[path], whole / path, blobs)
            whole.replace(folder)
    except OSError as error:
        raise UsageError(f"the code cannot be written to {folder}: {error.strerror}", "name another folder") from error
    return Restored(tuple(sorted(files)), tuple(dict.fromkeys(missing(snapshot))))


def wanted(snapshot: Snapshot, blobs: Blobs) -> Iterator[SourceFile]:
    """Yield the code, and the kept inputs and data sets that lay in the project. Raises StoreError."""
    yield from snapshot.source.files
    project = f"{snapshot.source.roots[0].rstrip('/')}/"
    for entry in snapshot.inputs:
        if entry.kept and entry.digest and entry.path.startswith(project):
            yield SourceFile(path=entry.path, digest=entry.digest, size=entry.size, mode=entry.mode)
    for dataset in snapshot.datasets:
        if dataset.kept and f"{dataset.path}/".startswith(project):
            for line in blobs.get(dataset.listing.digest).splitlines():
                name, digest, size, mode = json.loads(line)
                yield SourceFile(path=f"{dataset.path}/{name}", digest=digest, size=size, mode=mode)


def place(path: str, project: str) -> str:
    """Return where a file goes in the folder. Raises UsageError: its recorded path is no clean absolute one."""
    pure = PurePosixPath(path)
    if not pure.is_absolute() or ".." in pure.parts:
        raise UsageError(f"the recorded path {path!r} is none of a file", "the snapshot was made by somebody else")
    inside = pure.is_relative_to(project)
    return str(pure.relative_to(project)) if inside else f"{OUTSIDE}{pure}"


def write(file: SourceFile, target: Path, blobs: Blobs) -> None:
    """Write one file or link. Raises StoreError, OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if file.link is not None:
        target.symlink_to(file.link)
        return
    shutil.copyfile(blobs.checked(file.digest), target)
    target.chmod(file.mode & 0o777)


def missing(snapshot: Snapshot) -> Iterator[Gap]:
    """Yield what the folder lacks of the tree that ran, or has otherwise."""
    project = f"{snapshot.source.roots[0].rstrip('/')}/"
    told = ("is not carried", "is not kept", "are not carried", "a secret in", "tracked files", "the submodule")
    yield from (gap for gap in snapshot.gaps if any(words in gap.what for words in told))
    every: tuple[Input | Dataset, ...] = (*snapshot.inputs, *snapshot.datasets)
    for entry in every:
        if not entry.kept and entry.path.startswith(project):
            why = f"its {entry.size:,} bytes are not kept"
            yield Gap(what=entry.path, why=why, effect="put it there by hand")
