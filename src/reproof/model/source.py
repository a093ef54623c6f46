"""The code of a run, and the repository where it lies."""

from __future__ import annotations

from reproof.model.base import Blob, Frozen


class SourceFile(Frozen):
    """A file of the project (or of an editable package beside it) whose bytes are kept in the store."""

    path: str
    digest: str
    size: int
    mode: int = 0o644
    link: str | None = None
    """Where it points, if it is a symbolic link; `digest` and `size` are then of that text."""


class Submodule(Frozen):
    """A repository inside the repository. `path` is relative to the outer one's root."""

    path: str
    commit: str | None
    url: str | None = None
    dirty: bool = False


class Git(Frozen):
    """The state of the repository. Patches are redacted; the exact files that ran are in `Source.files`."""

    root: str
    commit: str | None
    branch: str | None = None
    remote: str | None = None
    dirty: bool = False
    diff: Blob | None = None
    """The patch from the commit to the working tree."""
    staged: Blob | None = None
    """The part of it that is in the index: the patch from the commit to the index."""
    unpushed: tuple[str, ...] = ()
    """Commits that lead here and that no remote is known to have, newest first."""
    untracked_used: tuple[str, ...] = ()
    """Files that the run used and git does not track, relative to the root."""
    ignored_used: tuple[str, ...] = ()
    """Those of them that git was told to ignore."""
    submodules: tuple[Submodule, ...] = ()


class Source(Frozen):
    """Where the code lives. `roots` are absolute folders: the project first, then editable packages and the like."""

    roots: tuple[str, ...]
    git: Git | None
    files: tuple[SourceFile, ...]
