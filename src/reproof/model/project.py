"""A project as it lies on disk, read once: all that `needs` decides from. It is not stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import normpath

from reproof.model.base import Gap


@dataclass(frozen=True, slots=True)
class Project:
    """Names and texts of a project's files. Paths are relative to its folder, with slashes; instants are UTC."""

    name: str
    """Of the folder."""
    paths: frozenset[str]
    """Every regular file, those that were not read included."""
    texts: Mapping[str, str]
    """Of the files that say what is needed and of the code."""
    commits: Mapping[str, str] = field(default_factory=dict)
    """When a commit last touched a file; files with changes that are in no commit are not named."""
    modified: Mapping[str, str] = field(default_factory=dict)
    """When a file that was read was last written, as the file system says."""
    checked_out: str | None = None
    """When the commit that is checked out was made; None without a repository."""
    gaps: tuple[Gap, ...] = ()

    def text(self, path: str) -> str | None:
        """Return the text of a file that was read, None of any other."""
        return self.texts.get(path)

    def within(self, folder: str) -> Iterable[str]:
        """Yield the paths of the files in a folder and below it; `""` is the project itself."""
        return (path for path in self.paths if not folder or path.startswith(f"{folder}/"))


def beside(path: str, name: str) -> str | None:
    """Return the path that a file means by a relative name; None if it leads out of the project."""
    folder = path.rpartition("/")[0]
    found = normpath(f"{folder}/{name}" if folder and not name.startswith("/") else name)
    if found.startswith(("../", "/")) or found == "..":
        return None
    return "" if found == "." else found
