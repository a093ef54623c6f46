"""The code of a run: every file of the project that was loaded, all that git tracks, and the repository's state."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from reproof.adapters.git import ignored
from reproof.adapters.working_tree import Tracked, WorkingTree
from reproof.capture.classify import Files, Places
from reproof.capture.datasets import Folder
from reproof.capture.keeping import Keeper
from reproof.capture.learned import Learned
from reproof.capture.legible import is_legible, spell
from reproof.capture.overwritten import keep_overwritten
from reproof.capture.source_files import keep_loaded, keep_tracked
from reproof.model.snapshot import Git, Source, SourceFile, Submodule

LINK = 0o120000
"""Git's mode of a symbolic link."""

Project = tuple[WorkingTree | None, tuple[Tracked, ...]]
"""A repository, if there is one, and files that are kept although it does not track them."""


def learn_source(files: Files, places: Places, project: Project, keeper: Keeper) -> Learned[Source]:
    """Return the code as it lay on disk, its bytes kept. Raises StoreError."""
    tree, beside = project
    candidates = (*(tree.tracked if tree else ()), *beside)
    loaded = keep_loaded(files.source, keeper)
    modes = {file.path: file.mode for file in candidates}
    known = {file.path: with_tracked_mode(file, modes) for file in loaded.value}
    used = {file.path for file in files.source} | {entry.path for entry in files.inputs}
    used |= untracked_folders(files.folders, modes)
    data = {entry.path for folder in files.folders for entry in folder.files}
    taken = {output.path for output in files.outputs} | {entry.path for entry in files.inputs} | data
    wanted = [file for file in candidates if file.mode == LINK or file.path not in taken]
    tracked = keep_tracked(wanted, known, places.cwd, keeper)
    lost = overwritten(files)
    before = keep_overwritten([file for file in candidates if file.path in lost and file.mode != LINK], keeper)
    every = without_shadows({**known, **{file.path: file for file in (*before.value, *tracked.value)}})
    git = describe_git(tree, used, keeper) if tree else None
    gaps = (*loaded.gaps, *tracked.gaps, *before.gaps)
    return Learned(Source(roots=places.roots, git=git, files=in_order(every)), gaps)


def overwritten(files: Files) -> set[str]:
    """Return the files that were there before the run and that it wrote to."""
    return {output.path for output in files.outputs} & set(files.existed)


def untracked_folders(folders: Iterable[Folder], tracked: Container[str]) -> set[str]:
    """Return the data sets that git does not track whole."""
    return {folder.path for folder in folders if not all(entry.path in tracked for entry in folder.files)}


def in_order(files: Mapping[str, SourceFile]) -> tuple[SourceFile, ...]:
    return tuple(files[path] for path in sorted(files))


def with_tracked_mode(file: SourceFile, modes: Mapping[str, int]) -> SourceFile:
    """Return a loaded file with the mode that git has for it, if it tracks it."""
    mode = modes.get(file.path, 0) & 0o777
    return file.model_copy(update={"mode": mode}) if mode else file


def without_shadows(files: dict[str, SourceFile]) -> dict[str, SourceFile]:
    """Return the files without those that were loaded through a linked folder and are there by their own path, too.

    A link whose files are nowhere else gives way to them: a path cannot be a link and a folder.
    """
    links = {path for path, file in files.items() if file.link is not None}
    below: dict[str, list[str]] = {}
    for path in files:
        for parent in Path(path).parents:
            if str(parent) in links:
                below.setdefault(str(parent), []).append(path)
    dropped: set[str] = set()
    for link, paths in below.items():
        twice = [path for path in paths if str(Path(path).resolve()) in files]
        dropped |= set(twice) if len(twice) == len(paths) else {link}
    return {path: file for path, file in files.items() if path not in dropped}


def describe_git(tree: WorkingTree, used: Iterable[str], keeper: Keeper) -> Git:
    """Return the repository's state, its patches kept without secrets. `used`: the files that the run used."""
    redact, blobs = keeper.redactor, keeper.blobs
    known = {file.path for file in tree.tracked}
    start = f"{tree.root}/"
    untracked = sorted(path[len(start) :] for path in used if path.startswith(start) and path not in known)
    hidden = ignored(tree.root, untracked)
    return Git(
        root=spell(str(tree.root)),
        commit=tree.commit,
        branch=spell(tree.branch) if tree.branch else None,
        remote=redact.text(spell(tree.remote)) if tree.remote else None,
        dirty=tree.dirty,
        diff=blobs.put(redact.data(tree.diff)) if tree.diff else None,
        staged=blobs.put(redact.data(tree.staged)) if tree.staged else None,
        unpushed=tree.unpushed,
        untracked_used=tuple(path for path in untracked if is_legible(path)),
        ignored_used=tuple(path for path in untracked if path in hidden and is_legible(path)),
        submodules=tuple(describe_submodule(module, keeper) for module in tree.submodules),
    )


def describe_submodule(module: Submodule, keeper: Keeper) -> Submodule:
    """Return a submodule without credentials in its address, all in it legible."""
    url = keeper.redactor.text(spell(module.url)) if module.url else None
    return module.model_copy(update={"path": spell(module.path), "url": url})
