"""Reads the small text files in which Linux describes a machine."""

import os
from typing import Dict, List, Optional, Tuple


def read_text(path: str) -> Optional[str]:
    """Return what a file says; None if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def assignments(text: str, separator: str = "=") -> Dict[str, str]:
    """Return the first value of each name in lines of assignments, without quotes."""
    values: Dict[str, str] = {}
    for line in text.splitlines():
        name, found, value = line.partition(separator)
        if found:
            values.setdefault(name.strip(), value.strip().strip("\"'"))
    return values


def cpu_list(text: str) -> Tuple[int, ...]:
    """Return the numbers in a list like `0-3,8`; none if it is no such list."""
    numbers: List[int] = []
    try:
        for part in text.strip().split(","):
            if part:
                first, _, last = part.partition("-")
                numbers += range(int(first), int(last or first) + 1)
    except ValueError:
        return ()
    return tuple(numbers)


def listing(folder: str) -> List[str]:
    """Return the names in a folder, sorted; none if it cannot be read."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
