"""Files that git-lfs manages: their object id is the sha256 of their bytes."""

from __future__ import annotations

import fnmatch
import re
from itertools import islice
from pathlib import Path

from reproof.capture.pointer_files import lines_of, remotes_of, repository_of
from reproof.capture.secrets import redact
from reproof.model.snapshot import Pointer

SHORTEST, LONGEST = 100, 1024
"""Bytes of a file that stands for data."""
STANDS_FOR = re.compile(
    rb"version https?://\S+/spec/v1\n(?:ext-\S+ \S+\n)*oid (?P<oid>sha256:[0-9a-f]{64})\nsize \d+\n"
)
LOOKED_AT = 20
"""Files of a data set."""


def in_lfs(path: Path, digest: str) -> Pointer | None:
    """Return the pointer of a file that git-lfs manages: its object id is the sha256 of its bytes.

    It is one if `.gitattributes` says so and the object with this id is in the repository (git-lfs specification).
    """
    root = repository_of(path, ".git")
    if root is None or not filtered(path, root):
        return None
    oid, git = digest.removeprefix("sha256:"), git_folder(root)
    if not (git / "lfs" / "objects" / oid[:2] / oid[2:4] / oid).is_file():
        return None
    return Pointer(manager="git-lfs", identity=digest, location=origin(path))


def unpulled(path: Path, size: int) -> Pointer | None:
    """Return what a file points to that git-lfs left in place of data which was never fetched; None of another file.

    Such a file is shorter than 1,024 bytes and begins with these three keys (git-lfs specification).
    """
    if not SHORTEST <= size < LONGEST:
        return None
    match = STANDS_FOR.match(path.read_bytes())
    if match is None:
        return None
    return Pointer(manager="git-lfs", identity=match["oid"].decode(), location=origin(path), pulled=False)


def unpulled_folder(folder: Path, size: int, files: int) -> Pointer | None:
    """Return the first pointer in a data set whose first files all stand for data that was never fetched."""
    if size >= files * LONGEST:
        return None
    below = (path for path in sorted(folder.rglob("*")) if path.is_file())
    found = [unpulled(path, path.stat().st_size) for path in islice(below, LOOKED_AT)]
    return found[0] if found and all(found) else None


def origin(path: Path) -> str | None:
    """Return the address of the remote `origin` of a file's repository, without credentials; None if it has none."""
    root = repository_of(path, ".git")
    if root is None:
        return None
    remotes = remotes_of(git_folder(root) / "config")
    url = next((held["url"] for name, held in remotes if name == "origin" and "url" in held), None)
    return redact(url) if url else None


def filtered(path: Path, root: Path) -> bool:
    """Say whether a `.gitattributes` between a file and the top gives it to git-lfs; the nearest line counts."""
    for folder in (path.parent, *path.parent.parents):
        for line in reversed(lines_of(folder / ".gitattributes")):
            pattern, *attributes = line.split()
            settings = [word for word in attributes if word.lstrip("-!").startswith("filter")]
            if settings and fits(str(path.relative_to(folder)), pattern):
                return settings[-1] == "filter=lfs"
        if folder == root:
            break
    return False


def fits(name: str, pattern: str) -> bool:
    """Say whether a path fits a pattern of git's: without a slash, on any level; `**` spans folders."""
    if "/" not in pattern.rstrip("/"):
        return fnmatch.fnmatchcase(name.rpartition("/")[2], pattern)
    return fnmatch.fnmatchcase(name, pattern.lstrip("/").replace("**/", "*").replace("/**", "/*"))


def git_folder(root: Path) -> Path:
    """Return the git directory of a working tree, which in a worktree or submodule is named in a file."""
    place = root / ".git"
    if place.is_dir():
        return place
    named = Path(root, place.read_text().removeprefix("gitdir:").strip())
    common = named / "commondir"
    return (named / common.read_text().strip()).resolve() if common.is_file() else named
