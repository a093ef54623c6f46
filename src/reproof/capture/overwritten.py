"""Files of the project that the run wrote to: what they held before is on disk no more, but git may have it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from reproof.adapters.git import content
from reproof.adapters.working_tree import Tracked
from reproof.capture.keeping import Keeper
from reproof.capture.learned import Learned
from reproof.model.base import Gap
from reproof.model.snapshot import SourceFile


def keep_overwritten(files: Iterable[Tracked], keeper: Keeper) -> Learned[tuple[SourceFile, ...]]:
    """Return the files as git's index has them, and for each a gap: what else it held is lost. Raises StoreError.

    The index is the one after the run; a run that also stages what it writes leaves nothing of what was before.
    """
    kept: list[SourceFile] = []
    gaps: list[Gap] = []
    for file in files:
        data = None if keeper.is_private(file.path) else content(file.path, file.blob)
        code = PurePosixPath(file.path).suffix == ".py"
        if data is None or keeper.redactor.find(data, code):
            gaps.append(lost(file.path, "git does not have what it held before, or that holds a secret"))
            continue
        blob = keeper.blobs.put(data)
        mode = 0o755 if file.mode & 0o100 else 0o644
        kept.append(SourceFile(path=file.path, digest=blob.digest, size=blob.size, mode=mode))
        gaps.append(taken_back(file.path))
    return Learned(tuple(kept), tuple(gaps))


def lost(path: str, why: str) -> Gap:
    return Gap(what=f"{path} is not carried: the run wrote to it", why=why, effect="the tree that ran lacks it")


def taken_back(path: str) -> Gap:
    return Gap(
        what=f"{path} is not kept as the run found it",
        why="the run wrote to it; what git's index has of it is kept",
        effect="changes to it that were not staged are not in the restored tree",
    )
