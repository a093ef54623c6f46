"""Looks at a folder, to see what was written in a run by programs that nothing else was heard of.

At level `hooks` the folder is looked at before and after. The shim misses little, and what it misses is found
afterwards by the times of the files alone, so that the command need not wait for a look before it starts.
"""

import os
import stat
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

LIMIT = 200000
"""Entries; a larger tree is not followed to its end."""

_SKIPPED = frozenset((".git", ".hg", ".svn", "__pycache__", "node_modules", "proc", "sys", "dev"))
"""The last three only where they are mount points, at the root."""

Stamp = Tuple[int, int, int]
"""Size, mtime in ns and inode."""


class Tree(NamedTuple):
    """The regular files and the folders below a folder."""

    files: Dict[str, Stamp]
    folders: Set[str]
    complete: bool


class Changes(NamedTuple):
    """What differs between two looks: new files, changed files, new folders."""

    new: List[str]
    changed: List[str]
    folders: List[str]


def look(root: str, excluded: Tuple[str, ...] = (), limit: int = LIMIT) -> Tree:
    """Return what lies below `root`; virtual environments, repositories' own folders and `excluded` are left out."""
    tree = Tree({}, set(), True)
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        for entry in _entries(folder):
            if len(tree.files) + len(tree.folders) >= limit:
                return tree._replace(complete=False)
            status = _status(entry)
            if status is None:
                continue
            if stat.S_ISREG(status.st_mode):
                tree.files[entry.path] = (status.st_size, status.st_mtime_ns, status.st_ino)
            elif stat.S_ISDIR(status.st_mode) and not _is_skipped(entry, excluded):
                tree.folders.add(entry.path)
                waiting.append(entry.path)
    return tree


def compare(before: Tree, after: Tree) -> Changes:
    """Return what `after` has that `before` had not, or had otherwise.

    If `before` was cut short, a file that it does not hold may be an old one: such files are not counted as new.
    """
    new = [path for path in after.files if path not in before.files] if before.complete else []
    changed = [path for path, stamp in after.files.items() if before.files.get(path, stamp) != stamp]
    folders = sorted(after.folders - before.folders) if before.complete else []
    return Changes(sorted(new), sorted(changed), folders)


class Recent(NamedTuple):
    """What has changed since a time: files, each with whether it was there before (None: not known); new folders."""

    files: Dict[str, Optional[bool]]
    folders: Set[str]
    complete: bool


def changed_since(root: str, start: float, excluded: Tuple[str, ...] = (), limit: int = LIMIT) -> Recent:
    """Return what below `root` was made or written after `start`; the same folders are left out as in `look`.

    A file whose time was set back counts as written if the file system knows that it was made since. It does not if it
    was there before: it cannot be told from one whose mode or name alone was changed.
    """
    recent = Recent({}, set(), True)
    since, seen, waiting = int(start * 1e9), 0, [root]
    while waiting:
        for entry in _entries(waiting.pop()):
            seen += 1
            if seen > limit:
                return recent._replace(complete=False)
            status = _status(entry)
            if status is None:
                continue
            if stat.S_ISREG(status.st_mode):
                if status.st_ctime_ns >= since:
                    existed = _existed(entry.path, since)
                    if status.st_mtime_ns >= since or existed is False:
                        recent.files[entry.path] = existed
            elif stat.S_ISDIR(status.st_mode) and not _is_skipped(entry, excluded):
                waiting.append(entry.path)
                if status.st_ctime_ns >= since and _existed(entry.path, since) is False:
                    recent.folders.add(entry.path)
    return recent


def _existed(path: str, since: int) -> Optional[bool]:
    """Say whether a file or folder was made before a time in ns; None if the file system does not know."""
    from .birth import birth_ns

    born = birth_ns(path)
    return None if born is None else born < since


def written_since(folder: str, start: float) -> List[str]:
    """Return the files directly in `folder` that this user wrote after `start`; none where everybody writes."""
    try:
        if os.stat(folder).st_mode & stat.S_ISVTX:
            return []
    except OSError:
        return []
    found = []
    for entry in _entries(folder):
        status = _status(entry)
        if status is None or not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid():
            continue
        if status.st_mtime_ns >= start * 1e9:
            found.append(entry.path)
    return found


def _entries(folder: str) -> List["os.DirEntry[str]"]:
    try:
        return list(os.scandir(folder))
    except OSError:
        return []


def _status(entry: "os.DirEntry[str]") -> Optional[os.stat_result]:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None


def _is_skipped(entry: "os.DirEntry[str]", excluded: Tuple[str, ...]) -> bool:
    if entry.name in _SKIPPED and (entry.name not in ("proc", "sys", "dev") or os.path.ismount(entry.path)):
        return True
    return entry.path in excluded or os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
