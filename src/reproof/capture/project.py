"""The files of a project that is captured without a run: those that git does not track, or all of a plain folder."""

from __future__ import annotations

from pathlib import Path

from reproof.adapters.git import untracked
from reproof.adapters.working_tree import Tracked, WorkingTree
from reproof.recorder.scan import look

FILE = 0o100644


def files_beside(folder: Path, tree: WorkingTree | None) -> tuple[Tracked, ...]:
    """Return the files that belong to a project although no repository tracks them; what git ignores does not.

    Without a repository these are all files below the folder, virtual environments and caches left out.
    """
    paths = untracked(tree.root) if tree else tuple(sorted(look(str(folder)).files))
    return tuple(Tracked(path, FILE, "") for path in paths)
