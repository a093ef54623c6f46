"""Reads the database of Alpine's package manager: one text file, a paragraph for each package (apk-v2(5))."""

from typing import Dict, Iterator, List, Set, Tuple

from .procfs import read_text

DATABASES = ("/usr/lib/apk/db/installed", "/lib/apk/db/installed")


def owners(paths: Set[str], root: str = "") -> Dict[str, str]:
    """Return the package of each of these paths that one owns, by its name."""
    found: Dict[str, str] = {}
    for paragraph in _paragraphs(root):
        package, folder = "", ""
        for letter, value in paragraph:
            if letter == "P":
                package = value
            elif letter == "F":  # a folder, relative to /; its files follow, each with `R`
                folder = "/" + value if value else ""
            elif letter == "R" and folder + "/" + value in paths:
                found.setdefault(folder + "/" + value, package)
    return found


def versions(names: Set[str], root: str = "") -> List[Tuple[str, str, str]]:
    """Return name, version and architecture of these packages, of those that are installed."""
    packages = [dict(reversed(paragraph)) for paragraph in _paragraphs(root)]
    return [(fields["P"], fields.get("V", ""), fields.get("A", "")) for fields in packages if fields.get("P") in names]


def _paragraphs(root: str) -> Iterator[List[Tuple[str, str]]]:
    """Yield for each package its lines, split into the letter and the value."""
    text = next((text for text in (read_text(root + name) for name in DATABASES) if text), "")
    for paragraph in text.split("\n\n"):
        lines = [line.partition(":") for line in paragraph.splitlines()]
        yield [(letter, value) for letter, _, value in lines]
