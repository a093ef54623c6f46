"""What a replay reads: inputs and data sets, checked against the record, as mounts that the container's user can read.

A data set is mounted as the folder that it is, so that a listing of it is what the run saw. Where that cannot be (the
files are links, or private, or the run writes among them, or only the store has them), a folder is made for it.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from reproof.adapters.engine_run import Bind
from reproof.errors import RunError
from reproof.model.plan import BuildPlan, DatasetMount, Mount
from reproof.model.snapshot import Dataset
from reproof.progress import Task
from reproof.store.blobs import Blobs
from reproof.store.files import file_digest

READ, SEARCH = 4, 1
"""Permission bits, as they stand for others."""


class Listed(NamedTuple):
    """A file of a data set, as its listing has it; `name` is relative to the folder."""

    name: str
    digest: str | None
    size: int
    mode: int


@dataclass(frozen=True, slots=True)
class User:
    """Who reads in the container. Root counts as any other: it has no capabilities there."""

    uid: int
    gid: int

    def may(self, status: os.stat_result, bits: int) -> bool:
        """Say whether the user has these permissions on a file."""
        if status.st_uid == self.uid:
            return status.st_mode >> 6 & bits == bits
        return (status.st_mode >> 3 if status.st_gid == self.gid else status.st_mode) & bits == bits


def bind_inputs(plan: BuildPlan, stage: Path, blobs: Blobs, task: Task) -> Iterator[Bind]:
    """Yield the mounts of a plan, checked against what was recorded; `stage` is a folder for copies.

    Raises:
        RunError: an input has disappeared or changed.
        StoreError: a kept input is damaged.
        OSError: there is no room for copies.
    """
    user = User(plan.uid, plan.gid)
    for number, dataset in enumerate(plan.datasets):
        yield bind_dataset(dataset, stage / f"dataset-{number}", blobs, user)
        task.advance(dataset.files)
    for number, mount in enumerate(plan.mounts):  # after the folders: some of them lie inside one
        source = input_source(mount, blobs)
        status = source.stat()
        if not user.may(status, READ) or mount.mode & 0o111 & ~status.st_mode:
            source = copied(source, stage / f"input-{number}", mount.mode)
        task.advance()
        yield Bind(str(source), mount.path)


def copied(source: Path, target: Path, mode: int) -> Path:
    """Return a copy that everybody may read, executable as the file was."""
    shutil.copyfile(source, target)
    target.chmod(0o444 | mode & 0o111)
    return target


def input_source(mount: Mount, blobs: Blobs) -> Path:
    """Return a file with the recorded bytes: the store's copy, or the file itself. Raises RunError, StoreError."""
    if mount.digest is not None and mount.digest in blobs:
        return blobs.checked(mount.digest)
    path = Path(mount.path)
    what = difference(path, mount.digest, mount.size)
    if what is None:
        return path
    held = f"({mount.size:,} bytes, {mount.digest or 'digest unknown'})"
    raise RunError(
        f"the input {mount.path} {what} since the run was recorded", f"put the file back {held} and repeat the command"
    )


def difference(path: Path, digest: str | None, size: int) -> str | None:
    """Return what happened to a recorded file: `has disappeared`, `has changed`; None if it is the same.

    Raises:
        RunError: it cannot be read.
    """
    try:
        same = path.stat().st_size == size and digest in (None, file_digest(path, digest))
    except FileNotFoundError:
        return "has disappeared"
    except OSError as error:
        raise RunError(
            f"the input {path} cannot be read: {error.strerror}", "make it readable and repeat the command"
        ) from error
    return None if same else "has changed"


def read_listing(digest: str, blobs: Blobs) -> tuple[Listed, ...]:
    """Return the files of a data set. Raises StoreError: the listing is gone or damaged."""
    return tuple(Listed(*json.loads(line)) for line in blobs.get(digest).splitlines())


def changes(folder: Path, listing: tuple[Listed, ...]) -> dict[str, str]:
    """Return what happened to the files of a data set that are not as recorded, by name. Raises RunError."""
    found = ((file.name, difference(folder / file.name, file.digest, file.size)) for file in listing)
    return {name: what for name, what in found if what is not None}


def bind_dataset(mount: DatasetMount, stage: Path, blobs: Blobs, user: User) -> Bind:
    """Return the mount of a data set. Raises as `bind_inputs`."""
    listing, folder = read_listing(mount.listing.digest, blobs), Path(mount.path)
    changed = changes(folder, listing)
    if changed and not mount.kept:
        raise not_as_recorded(mount, changed, listing)
    if not changed and not mount.written_below and is_open(folder, listing, user):
        return Bind(str(folder.resolve()), mount.path)
    for file in listing:
        held = blobs.checked(file.digest) if file.name in changed and file.digest else folder / file.name
        place(held, stage / file.name, file.mode, None if mount.written_below else user)
    open_up(stage, mount.written_below)
    return Bind(str(stage), mount.path, read_only=not mount.written_below)


def not_as_recorded(mount: DatasetMount | Dataset, changed: Mapping[str, str], listing: tuple[Listed, ...]) -> RunError:
    """Return the error that names the first file of a data set that changed, and counts them."""
    name, what = next(iter(changed.items()))
    file = next(file for file in listing if file.name == name)
    more = (
        f", and {len(changed) - 1:,} more of its {mount.files:,} files are not as recorded" if len(changed) > 1 else ""
    )
    return RunError(
        f"{name} of the data set {mount.path} {what} since the run was recorded{more}",
        f"put the recorded file back ({file.size:,} bytes, {file.digest or 'digest unknown'}) and repeat the command",
    )


def is_open(folder: Path, listing: tuple[Listed, ...], user: User) -> bool:
    """Say whether a user can read all files of a folder where they are, none of them by a link that leads elsewhere."""
    parents = {parent for file in listing for parent in (folder / file.name).parents if parent.is_relative_to(folder)}
    for parent in parents:
        status = parent.lstat() if parent != folder else parent.stat()
        if not stat.S_ISDIR(status.st_mode) or not user.may(status, READ | SEARCH):
            return False
    for file in listing:
        status = (folder / file.name).lstat()
        if not stat.S_ISREG(status.st_mode) or not user.may(status, READ):
            return False
    return True


def place(source: Path, target: Path, mode: int, reader: User | None) -> None:
    """Put a file into a made folder: a second name of it if `reader` can read that, a copy if not, or if it is None."""
    target.parent.mkdir(parents=True, exist_ok=True)
    real = source.resolve()
    if reader is not None and reader.may(real.stat(), READ):
        try:
            os.link(real, target)
        except OSError:  # another file system, or somebody else's file
            copied(real, target, mode)
    else:
        copied(real, target, mode)


def open_up(stage: Path, writable: bool) -> None:
    """Let everybody search a made folder, or write it and the copies in it; it lives only as long as the replay."""
    for path in (stage, *stage.rglob("*")):
        if path.is_dir():
            path.chmod(0o777 if writable else 0o755)
        elif writable:
            path.chmod(path.stat().st_mode | 0o666)
