"""What `gc` is asked to remove, and what it removed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reproof.store.folder import remove_tree


@dataclass(frozen=True, slots=True)
class Request:
    """What to remove besides what nothing needs.

    `drop`: ids of runs; `damaged`: documents that cannot be read; `cache_days`: files of the caches that were not used
    for so many days, None for none of them; `dry_run`: only tell.
    """

    drop: frozenset[str] = frozenset()
    damaged: bool = False
    cache_days: float | None = None
    dry_run: bool = False


@dataclass(slots=True)
class Removed:
    """What was removed, or would be: how many files of each kind, and how many bytes in all."""

    dry_run: bool = False
    runs: list[str] = field(default_factory=list)
    in_use: list[str] = field(default_factory=list)
    """Runs that were to be dropped, and stay because a living process holds them."""
    damaged: list[str] = field(default_factory=list)
    """Documents that cannot be read and stay: because of them all blobs and pieces stay."""
    cache_in_use: bool = False
    """The caches were left alone because another process uses the store."""
    counts: dict[str, int] = field(default_factory=dict)
    bytes: int = 0

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)

    def remove(self, what: str, path: Path) -> None:
        """Remove a file or a folder, and count it. A file that has another name elsewhere frees nothing."""
        with suppress(FileNotFoundError):
            size = occupied(path)
            if not self.dry_run:
                if path.is_dir() and not path.is_symlink():
                    remove_tree(path)
                else:
                    path.unlink()
            self.counts[what] = self.counts.get(what, 0) + 1
            self.bytes += size

    def discard(self, path: Path, how: Callable[[Path], None] = Path.unlink) -> None:
        """Remove a mark or an empty folder; it may be gone, or be somebody else's."""
        if not self.dry_run:
            with suppress(OSError):
                how(path)


def occupied(path: Path) -> int:
    """Return the bytes that go when a file or folder goes. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        return sum(occupied(inside) for inside in path.iterdir())
    found = path.lstat()
    return found.st_size if found.st_nlink == 1 else 0
