"""Compares what two runs loaded, file by file, under paths that do not depend on where the interpreter lies."""

from __future__ import annotations

from reproof.model.comparison import Closure, ClosureDifference
from reproof.model.snapshot import LoadedFile, Snapshot

MERGED = ("/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/")
"""Folders that current systems have as links into /usr."""
UNREAD = "unknown"
"""Stands for the digest of a file that was loaded but could not be read."""


def compare_closure(original: Snapshot, replayed: Snapshot) -> Closure:
    """Return the counts of loaded files, those that differ or that one run did not load, by logical path."""
    left, right = by_logical_path(original), by_logical_path(replayed)
    same = sum(path in right and known(file) == known(right[path]) != UNREAD for path, file in left.items())
    return Closure(
        total=len(left),
        identical=same,
        differences=tuple(
            difference(path, file, right.get(path))
            for path, file in sorted(left.items())
            if path not in right or known(file) != known(right[path])
        ),
        extra=tuple(difference(path, None, file) for path, file in sorted(right.items()) if path not in left),
    )


def by_logical_path(snapshot: Snapshot) -> dict[str, LoadedFile]:
    """Return the loaded files by logical path. Of two files that fall on one such path, the second keeps its own."""
    prefixes = logical_prefixes(snapshot)
    files: dict[str, LoadedFile] = {}
    for file in snapshot.loaded:
        path = logical_path(file.path, prefixes)
        taken = files.setdefault(path, file)
        if taken.path != file.path:
            files.setdefault(file.path, file)
    return files


def logical_prefixes(snapshot: Snapshot) -> tuple[tuple[str, str], ...]:
    """Return folders and the words that stand for them, the deepest first."""
    found = [(root, "{project}" if i == 0 else f"{{project-{i}}}") for i, root in enumerate(snapshot.source.roots)]
    python = snapshot.interpreter
    if python is not None:
        found += [(python.purelib, "{site}"), (python.platlib, "{site}"), (python.stdlib, "{stdlib}")]
        found += [(prefix, "{python}") for prefix in (python.prefix, python.base_prefix) if prefix != "/usr"]
    cleaned = {folder.rstrip("/"): word for folder, word in reversed(found) if folder.strip("/")}
    return tuple(sorted(cleaned.items(), key=lambda item: -len(item[0])))


def logical_path(path: str, prefixes: tuple[tuple[str, str], ...]) -> str:
    """Return a path with the first fitting prefix replaced by its word, and /lib taken as /usr/lib."""
    for folder, word in prefixes:
        if path.startswith(f"{folder}/"):
            return f"{word}{path[len(folder) :]}"
    return f"/usr{path}" if path.startswith(MERGED) else path


def difference(path: str, a: LoadedFile | None, b: LoadedFile | None) -> ClosureDifference:
    """Return a file that is not the same in both runs."""
    file = a or b
    assert file is not None
    return ClosureDifference(
        path=path,
        kind=file.kind,
        owner=file.owner,
        original=known(a) if a else None,
        replayed=known(b) if b else None,
    )


def known(file: LoadedFile) -> str:
    """Return a file's digest, or the word for one that could not be read."""
    return file.digest or UNREAD
