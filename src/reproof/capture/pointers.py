"""Finds where data can be fetched again: under DVC, in git-lfs, in a Hugging Face cache. No tool is run for it.

A pointer is recorded only if it is shown to be of the very bytes that were read: by the hash itself where the manager
uses one that is known, or by the manager's own cache.
"""

from __future__ import annotations

from pathlib import Path

from reproof.capture.pointer_dvc import folder_under_dvc, under_dvc
from reproof.capture.pointer_hub import in_hub
from reproof.capture.pointer_lfs import in_lfs, unpulled, unpulled_folder
from reproof.model.snapshot import Dataset, Input, Pointer, Snapshot

BROKEN = (OSError, ValueError, RecursionError, KeyError, AttributeError)
"""What a file of another form than its tool writes can lead to; it points nowhere then."""


def with_pointers(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot whose inputs and data sets say where they can be fetched again, if that is known here."""
    inputs = (entry.model_copy(update={"pointer": find_pointer(entry)}) for entry in snapshot.inputs)
    folders = (folder.model_copy(update={"pointer": find_folder_pointer(folder)}) for folder in snapshot.datasets)
    return snapshot.model_copy(update={"inputs": tuple(inputs), "datasets": tuple(folders)})


def find_pointer(entry: Input) -> Pointer | None:
    """Return where an input can be fetched again; None if no known system manages these bytes."""
    path = Path(entry.path)
    if entry.digest is None or entry.changed:
        return None
    try:
        return unpulled(path, entry.size) or in_hub(path) or in_lfs(path, entry.digest) or under_dvc(path, entry.size)
    except BROKEN:
        return None


def find_folder_pointer(folder: Dataset) -> Pointer | None:
    """Return where a data set can be fetched again, if DVC tracks its folder as one."""
    try:
        path = Path(folder.path)
        if folder.changed:
            return None
        return unpulled_folder(path, folder.size, folder.files) or folder_under_dvc(path, folder.size)
    except BROKEN:
        return None
