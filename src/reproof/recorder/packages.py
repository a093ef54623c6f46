"""Asks dpkg which distribution packages own files, and which versions of them are installed."""

import os
from typing import Any, Dict, Iterable, List, Optional, Set, Tuple

from .programs import run_quietly

_BATCH = 2000
"""Paths in one call: the length of a command line is limited."""
_MERGED = ("/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/")
"""Folders that are links into /usr today; dpkg may know a file by either path."""
_OWNABLE = ("/usr/", "/etc/", "/opt/", "/var/lib/", *_MERGED)


def deb_owners(paths: Iterable[str]) -> Optional[Dict[str, str]]:
    """Return the package that owns each path, of those that a package owns; None if there is no dpkg."""
    asked: Dict[str, Set[str]] = {}
    for path in paths:
        if path.startswith(_OWNABLE) and not path.startswith("/usr/local/") and "\n" not in path:
            for alias in _aliases(path):
                asked.setdefault(alias, set()).add(path)
    names = sorted(asked)
    owners: Dict[str, str] = {}
    for start in range(0, max(len(names), 1), _BATCH):
        printed = run_quietly(["dpkg", "-S", "--", *names[start : start + _BATCH]])
        if printed is None:
            return None
        for package, alias in _owned(printed):
            for path in asked.get(alias, ()):
                owners[path] = package
    return owners


def _aliases(path: str) -> List[str]:
    """Return the names under which dpkg may know a path: with and without /usr, and with links resolved."""
    names = {path, os.path.realpath(path)}
    for name in list(names):
        if name.startswith("/usr") and name[4:].startswith(_MERGED):
            names.add(name[4:])
        elif name.startswith(_MERGED):
            names.add("/usr" + name)
    # A pattern with these would be matched as a glob.
    return [name for name in names if not set("*?[\\") & set(name)]


def _owned(printed: str) -> Iterable[Tuple[str, str]]:
    """Yield (package, path) of what `dpkg -S` prints: `libc6:amd64: /lib/x`, `a, b: /etc/c`, and diversions."""
    for line in printed.splitlines():
        packages, found, path = line.partition(": /")
        if found and not line.startswith("diversion by "):
            yield packages.split(",")[0].split(":")[0].strip(), "/" + path


def system_packages(names: Iterable[str]) -> List[Dict[str, Any]]:
    """Return the fields of the model's SystemPackage for these packages, by name."""
    wanted = sorted(set(names))
    if not wanted:
        return []
    form = "${Package}\t${Version}\t${Architecture}\t${db:Status-Abbrev}\n"
    printed = run_quietly(["dpkg-query", "-W", "-f", form, *wanted]) or ""
    rows = [line.split("\t") for line in printed.splitlines()]
    return [
        {"name": name, "version": version, "architecture": architecture, "manager": "deb"}
        for name, version, architecture, status in sorted(rows)
        if status.startswith("ii")
    ]
