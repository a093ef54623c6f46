"""Finds reproof.yaml. What is in it is read by `settings`, which takes longer to load: most projects have none."""

from __future__ import annotations

from pathlib import Path

NAME = "reproof.yaml"


def find_settings(folder: Path) -> Path | None:
    """Return the nearest reproof.yaml of `folder` and its parents, not looking above the root of a git repository."""
    for place in (folder, *folder.parents):
        if (place / NAME).is_file():
            return place / NAME
        if (place / ".git").exists():
            return None
    return None
