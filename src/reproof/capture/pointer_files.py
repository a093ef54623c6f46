"""Reads the small files that DVC, git and git-lfs keep beside data: what is missing or too large reads as nothing."""

from __future__ import annotations

import configparser
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LARGEST = 4 << 20
"""Bytes of a `.dvc` file, a lock or a list of a folder that is read."""
REMOTE = re.compile(r"""\s*\[\s*'?remote "(?P<name>.+)"'?\s*\]""")


def remotes_of(config: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the remotes of a configuration of git or DVC, by name."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, delimiters=("=",), allow_no_value=True)
    try:
        parser.read_string("\n".join(line.strip() for line in read(config).splitlines()))
    except configparser.Error:
        return
    for section in parser.sections():
        match = REMOTE.fullmatch(f"[{section}]")
        if match:
            yield match["name"], {name: value for name, value in parser[section].items() if value}


def repository_of(path: Path, mark: str) -> Path | None:
    """Return the nearest folder above a file that holds `mark`."""
    return next((folder for folder in path.parents if (folder / mark).exists()), None)


def load(path: Path) -> dict[str, Any]:
    """Return a YAML mapping; an empty one if there is no such file, or it holds something else. Raises ValueError."""
    text = read(path)
    if not text:
        return {}
    import yaml  # few runs read such files, and it takes longer to load than to read one

    try:
        loaded = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return loaded if isinstance(loaded, dict) else {}


def read(path: Path) -> str:
    """Return a small text file; the empty text if there is none."""
    try:
        return path.read_text(errors="replace") if path.stat().st_size <= LARGEST else ""
    except OSError:
        return ""


def lines_of(path: Path) -> list[str]:
    return [line for line in read(path).splitlines() if line.strip() and not line.startswith("#")]
