"""Resolves the links in many paths, asking of each folder once."""

import os
from typing import Dict


class RealPaths:
    """`os.path.realpath` for absolute, clean paths; what was learned of a folder is taken to hold on."""

    def __init__(self) -> None:
        self.folders: Dict[str, str] = {}

    def __call__(self, path: str) -> str:
        """Return the path without links in it."""
        folder, _, name = path.rpartition("/")
        real = self.folders.get(folder)
        if real is None:
            real = self.folders[folder] = os.path.realpath(folder or "/").rstrip("/")
        whole = real + "/" + name
        return os.path.realpath(whole) if os.path.islink(whole) else whole
