"""Images whose build context `gc` removed: an engine may still have them, and not every `gc` asks one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from reproof.store.files import is_digest, write_durably

FILE = "images-to-remove"


def pending_images(root: Path) -> set[str]:
    """Return the ids of build contexts whose images are not needed any more. Raises OSError."""
    path = root / FILE
    return set(filter(is_digest, path.read_text().split())) if path.is_file() else set()


def postpone_images(root: Path, contexts: Iterable[str]) -> None:
    """Note that the images of these contexts are to be removed, before the contexts are. Raises OSError."""
    note(root, pending_images(root) | set(contexts))


def forget_images(root: Path, contexts: Iterable[str]) -> None:
    """Note that these are gone, or needed again. Raises OSError."""
    note(root, pending_images(root) - set(contexts))


def note(root: Path, contexts: set[str]) -> None:
    """Write the list if it changes. Raises OSError."""
    if contexts != pending_images(root):
        write_durably(root / FILE, "".join(f"{context}\n" for context in sorted(contexts)).encode())
