"""Finds the folders of many files that a run read: each is one data set, with one digest and a listing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from reproof.capture.keeping import KEPT_INPUT, Keeper
from reproof.capture.learned import Learned, gather
from reproof.capture.profiles import format_of
from reproof.model.base import Gap
from reproof.model.snapshot import Dataset, Input

MANY = 100
"""Files; a folder of which the run read more is one data set."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder and the files below it that the run read, by path."""

    path: str
    files: tuple[Input, ...]


def group_inputs(inputs: Iterable[Input], wide: Iterable[str]) -> tuple[tuple[Input, ...], tuple[Folder, ...]]:
    """Return the inputs that stand for themselves, and the folders of many files.

    A data set is the outermost folder with many files, or the one below it that holds all of them: classes in
    subfolders belong together. Folders that hold all sorts of things are none: `wide` (the project, the home), those
    above them, those at the root, and hidden ones. Tables, models and settings among other files stay by themselves,
    unless there are many of their kind too: `labels.csv` beside 60,000 images is looked into.
    """
    every = tuple(inputs)
    if len(every) <= MANY:
        return every, ()
    excluded = too_wide(wide)
    kinds: dict[str, list[str]] = {}
    for entry in every:
        kinds.setdefault(kind_of(entry), []).append(entry.path)
    chosen = outermost({folder for paths in kinds.values() for folder in folders_of_many(paths, excluded)})
    home = {entry.path: next((f for f in chosen if below(entry.path, f)), None) for entry in every}
    often = Counter((home[entry.path], kind_of(entry)) for entry in every)
    inside: dict[str, list[Input]] = {folder: [] for folder in chosen}
    alone = []
    for entry in every:
        folder = home[entry.path]
        if folder is not None and often[folder, kind_of(entry)] > MANY:
            inside[folder].append(entry)
        else:
            alone.append(entry)
    return tuple(alone), tuple(Folder(path, tuple(files)) for path, files in sorted(inside.items()))


def kind_of(entry: Input) -> str:
    """Return what a file is like: files of one kind make a data set."""
    return "table" if entry.role == "data" and format_of(entry.path) else entry.role.replace("other", "data")


def too_wide(folders: Iterable[str]) -> set[str]:
    """Return folders and all that are above them."""
    return {str(place) for folder in folders for place in (PurePosixPath(folder), *PurePosixPath(folder).parents)}


def folders_of_many(paths: Iterable[str], excluded: set[str]) -> Iterator[str]:
    """Yield the folders that are data sets of one kind of file."""
    holding: Counter[str] = Counter()
    children: dict[str, set[str]] = {}
    for path in paths:
        child = path
        for parent in map(str, PurePosixPath(path).parents):
            holding[parent] += 1
            children.setdefault(parent, set()).add(child)
            child = parent
    fitting = {folder for folder, count in holding.items() if count > MANY and not is_wide(folder, excluded)}
    for folder in outermost(fitting):
        while len(children[folder]) == 1 and next(iter(children[folder])) in holding:
            folder = next(iter(children[folder]))
        yield folder


def is_wide(folder: str, excluded: set[str]) -> bool:
    """Say whether a folder is likely to hold all sorts of things."""
    place = PurePosixPath(folder)
    return folder in excluded or len(place.parts) <= 2 or place.name.startswith(".")


def outermost(folders: set[str]) -> list[str]:
    """Return the folders that are not below another of them, sorted."""
    kept: list[str] = []
    for folder in sorted(folders):
        if not any(below(folder, other) for other in kept):
            kept.append(folder)
    return kept


def below(path: str, folder: str) -> bool:
    return path.startswith(f"{folder.rstrip('/')}/")


def keep_datasets(folders: Iterable[Folder], keeper: Keeper) -> Learned[tuple[Dataset, ...]]:
    """Return the data sets, their listings kept, and the bytes of those that are small. Raises StoreError."""
    return gather(keep_dataset(folder, keeper) for folder in folders)


def keep_dataset(folder: Folder, keeper: Keeper) -> Learned[Dataset]:
    """Return one data set. Its files are kept if all of them together are no larger than one input that is."""
    lines = sorted(
        [file.path.removeprefix(f"{folder.path.rstrip('/')}/"), file.digest, file.size, file.mode]
        for file in folder.files
    )  # fmt: skip
    listing = keeper.blobs.put("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())
    size = sum(file.size for file in folder.files)
    changed = sum(file.changed for file in folder.files)
    gaps = [changed_gap(folder, changed)] if changed else []
    kept = size <= KEPT_INPUT and not any(file.digest is None or keeper.is_private(file.path) for file in folder.files)
    for file in folder.files if kept else ():
        missing = keeper.keep(file.path, file.digest) if file.digest else None
        if missing is not None:
            gaps.append(missing)
            kept = False
    return Learned(
        Dataset(path=folder.path, digest=listing.digest, files=len(lines), size=size, listing=listing,
                changed=changed, kept=kept),
        tuple(gaps),
    )  # fmt: skip


def changed_gap(folder: Folder, count: int) -> Gap:
    """Return the gap of a data set in which files were written during the run."""
    first = next(file.path for file in folder.files if file.changed)
    why = f"something wrote to {first}" + (" and others" if count > 1 else "")
    what = f"{count:,} of {len(folder.files):,} files of {folder.path} changed during the run"
    return Gap(what=what, why=why, effect="the replay reads what they held at the end")
