"""Reads dpkg's database: a list of files for each package, the diversions, and the status of all packages.

The form is that of dpkg(1) and dpkg-divert(1). It is read and not asked for: `dpkg -S` takes twice the time.
"""

import os
from typing import Dict, List, Set, Tuple

from .procfs import listing, read_text

DATABASES = ("/var/lib/dpkg/status",)
_LISTS = "/var/lib/dpkg/info"
_DIVERSIONS = "/var/lib/dpkg/diversions"


def owners(paths: Set[str], root: str = "") -> Dict[str, str]:
    """Return the package of each of these paths that one owns, by its name without the architecture."""
    diverted, diverter = _diversions(root)
    asked = {os.fsencode(path) for path in paths | {diverted[path] for path in paths & set(diverted)}}
    owner: Dict[str, str] = {}
    owner_elsewhere: Dict[str, str] = {}
    for name in listing(root + _LISTS):
        if name.endswith(".list"):
            package = name[:-5].partition(":")[0]
            for line in asked.intersection(_lines("/".join([root + _LISTS, name]))):
                path = os.fsdecode(line)
                stays = diverter.get(path, package) == package
                (owner if stays else owner_elsewhere).setdefault(path, package)
    found = {path: owner[path] for path in paths if path in owner}
    found.update((path, owner_elsewhere[source]) for path, source in diverted.items()
                 if path in paths and source in owner_elsewhere)  # fmt: skip
    return found


def versions(names: Set[str], root: str = "") -> List[Tuple[str, str, str]]:
    """Return name, version and architecture of these packages, of those that are installed."""
    found = []
    for paragraph in (read_text(root + DATABASES[0]) or "").split("\n\n"):
        first = paragraph.lstrip("\n").partition("\n")[0]
        if not first.startswith("Package: ") or first[9:] not in names:
            continue
        lines = [line.partition(": ") for line in paragraph.splitlines() if not line.startswith(" ")]
        fields = {name: value for name, _, value in lines}
        if fields.get("Status", "").endswith(" ok installed"):
            found.append((first[9:], fields.get("Version", ""), fields.get("Architecture", "")))
    return found


def _lines(path: str) -> List[bytes]:
    try:
        with open(path, "rb") as file:
            return file.read().split(b"\n")
    except OSError:
        return []


def _diversions(root: str) -> Tuple[Dict[str, str], Dict[str, str]]:
    """Return from where the file at a path was diverted, and for each such place the package whose file lies there now.

    Three lines for each: the place, where all other packages' file goes, and the package (`:` for the administrator).
    """
    lines = (read_text(root + _DIVERSIONS) or "").splitlines()
    places = list(zip(lines[::3], lines[1::3], lines[2::3]))  # noqa: B905
    return {target: source for source, target, _ in places}, {source: package for source, _, package in places}
