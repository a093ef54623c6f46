"""The code of a run: every file of the project that was loaded, all that git tracks, and the repository's state."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reproof.adapters.git import WorkingTree
from reproof.capture.classify import LARGEST_SOURCE, Files, Places
from reproof.capture.datasets import Folder
from reproof.capture.keeping import Keeper
from reproof.capture.learned import Learned
from reproof.capture.legible import is_legible, left_out, spell
from reproof.capture.secrets import is_private, redact, redact_bytes
from reproof.model.base import Gap
from reproof.model.snapshot import Git, Source, SourceFile
from reproof.store.blobs import Blobs


def learn_source(files: Files, places: Places, tree: WorkingTree | None, keeper: Keeper) -> Learned[Source]:
    """Return the code as it lay on disk, its bytes kept. Raises StoreError."""
    loaded, gaps = keep_loaded(files.source, keeper)
    if tree is None:
        return Learned(Source(roots=places.roots, git=None, files=in_order(loaded)), tuple(gaps))
    data = {entry.path for folder in files.folders for entry in folder.files}
    taken = {output.path for output in files.outputs} | {entry.path for entry in files.inputs} | data
    tracked = keep_tracked([path for path in tree.tracked if path not in loaded and path not in taken], keeper.blobs)
    used = {*loaded, *(entry.path for entry in files.inputs), *untracked_folders(files.folders, tree)}
    git = learn_git(tree, untracked(used, tree), keeper.blobs)
    every = {**loaded, **{file.path: file for file in tracked.value}}
    return Learned(Source(roots=places.roots, git=git.value, files=in_order(every)), (*gaps, *tracked.gaps, *git.gaps))


def in_order(files: dict[str, SourceFile]) -> tuple[SourceFile, ...]:
    return tuple(files[path] for path in sorted(files))


def keep_loaded(files: Iterable[SourceFile], keeper: Keeper) -> tuple[dict[str, SourceFile], list[Gap]]:
    """Return the loaded files whose bytes are kept, by path, and a gap for each of the others."""
    kept: dict[str, SourceFile] = {}
    gaps: list[Gap] = []
    for file in files:
        missing = keeper.keep(file.path, file.digest)
        if missing is None:
            kept[file.path] = file
        else:
            gaps.append(missing)
    return kept, gaps


def untracked_folders(folders: Iterable[Folder], tree: WorkingTree) -> set[str]:
    """Return the data sets that git does not track whole."""
    tracked = set(tree.tracked)
    return {folder.path for folder in folders if not all(entry.path in tracked for entry in folder.files)}


def untracked(used: set[str], tree: WorkingTree) -> tuple[str, ...]:
    """Return the used files of the repository that git does not track, relative to its root."""
    inside = used - set(tree.tracked)
    return tuple(sorted(path.removeprefix(f"{tree.root}/") for path in inside if path.startswith(f"{tree.root}/")))


def learn_git(tree: WorkingTree, untracked: tuple[str, ...], blobs: Blobs) -> Learned[Git]:
    """Return the repository's state, its patch redacted and kept."""
    gaps: tuple[Gap, ...] = ()
    if tree.error:
        gaps = (Gap(what="the repository's state", why=tree.error, effect="the patch may be incomplete"),)
    git = Git(
        root=spell(str(tree.root)),
        commit=tree.commit,
        branch=tree.branch,
        remote=redact(tree.remote) if tree.remote else None,
        dirty=bool(tree.diff),
        diff=blobs.put(redact_bytes(tree.diff)) if tree.diff else None,
        untracked_used=untracked,
    )
    return Learned(git, gaps)


def keep_tracked(paths: Iterable[str], blobs: Blobs) -> Learned[tuple[SourceFile, ...]]:
    """Return the files that git tracks but the run did not load; what is no plain file or private is left out."""
    files: list[SourceFile] = []
    gaps: list[Gap] = []
    for path in paths:
        file = Path(path)
        if not is_legible(path):
            gaps.append(left_out(path))
        elif file.is_symlink() or not file.is_file() or is_private(file.name):
            continue
        elif (size := file.stat().st_size) > LARGEST_SOURCE:
            why = f"it has {size:,} bytes and the run did not read it"
            gaps.append(Gap(what=f"{path} is not carried", why=why, effect="it is missing in the rebuilt project"))
        else:
            blob = blobs.put_file(file)
            mode = 0o755 if file.stat().st_mode & 0o100 else 0o644
            files.append(SourceFile(path=path, digest=blob.digest, size=blob.size, mode=mode))
    return Learned(tuple(files), tuple(gaps))
