"""Files that git-lfs manages: their object id is the sha256 of their bytes."""

from __future__ import annotations

import fnmatch
from pathlib import Path

from reproof.capture.pointer_files import lines_of, remotes_of, repository_of
from reproof.capture.secrets import redact
from reproof.model.snapshot import Pointer


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
    remotes = remotes_of(git / "config")
    url = next((held["url"] for name, held in remotes if name == "origin" and "url" in held), None)
    return Pointer(manager="git-lfs", identity=digest, location=redact(url) if url else None)


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
