"""Finds the distribution packages that own files, and their versions, in the database of whichever manager is here."""

import os
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set

from . import packages_apk, packages_deb, packages_rpm

_MERGED = ("/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/")
"""Folders that are links into /usr today; a manager may know a file by either path."""
_OWNABLE = ("/usr/", "/etc/", "/opt/", "/var/lib/", *_MERGED)


class Database(NamedTuple):
    """A package manager's database. `stamp` is another one after each installation and removal."""

    manager: str
    stamp: str


def database(root: str = "") -> Optional[Database]:
    """Return the database of this machine's distribution; None if there is none. `root`: the folder that stands for /.

    What `package_owners` and `system_packages` return depends on their arguments and on this alone.
    """
    for manager, module in (("deb", packages_deb), ("rpm", packages_rpm), ("apk", packages_apk)):
        for name in module.DATABASES:
            try:
                status = os.stat(root + name)
            except OSError:
                continue
            return Database(manager, "{}:{}:{}".format(root + name, status.st_mtime_ns, status.st_size))
    return None


def package_owners(paths: Iterable[str], root: str = "") -> Optional[Dict[str, str]]:
    """Return the package that owns each path, as `deb:libc6`, of those that a package owns; None without a database."""
    found = database(root)
    if found is None:
        return None
    asked: Dict[str, Set[str]] = {}
    for path in paths:
        if path.startswith(_OWNABLE) and "\n" not in path:
            for alias in _aliases(path):
                asked.setdefault(alias, set()).add(path)
    ask = {"deb": packages_deb.owners, "rpm": packages_rpm.owners, "apk": packages_apk.owners}[found.manager]
    owners: Dict[str, str] = {}
    for alias, package in sorted(ask(set(asked), root).items()):
        for path in asked[alias]:
            owners[path] = "{}:{}".format(found.manager, package)
    return owners


def system_packages(owners: Iterable[str], root: str = "") -> List[Dict[str, Any]]:
    """Return the fields of the model's SystemPackage for these owners (`deb:libc6`), by name."""
    found = database(root)
    prefix = found.manager + ":" if found else ""
    names = {owner[len(prefix) :] for owner in owners if owner.startswith(prefix)}
    if found is None or not names:
        return []
    ask = {"deb": packages_deb.versions, "rpm": packages_rpm.versions, "apk": packages_apk.versions}[found.manager]
    return [
        {"name": name, "version": version, "architecture": architecture, "manager": found.manager}
        for name, version, architecture in sorted(ask(names, root))
    ]


def _aliases(path: str) -> Set[str]:
    """Return the names under which a manager may know a path: with and without /usr, and with links resolved."""
    names = {path, os.path.realpath(path)}
    for name in list(names):
        if name.startswith("/usr") and name[4:].startswith(_MERGED):
            names.add(name[4:])
        elif name.startswith(_MERGED):
            names.add("/usr" + name)
    return names
