"""What the package manager says, asked for again only when a package was installed or removed since."""

from typing import Any, Dict, List, Optional, Set

from .memory import Memory
from .packages import database, package_owners, system_packages


def owners_of_paths(paths: Set[str], memory: Memory) -> Optional[Dict[str, str]]:
    """Return what `package_owners` does; only paths that are new are asked for."""
    here = database()
    if here is None:
        return None
    known = {path: memory.known("the owner of " + path, here) for path in paths}
    unknown = {path for path, answer in known.items() if answer is None}
    found = (package_owners(unknown) or {}) if unknown else {}
    for path in unknown:
        memory.note("the owner of " + path, here, found.get(path))
    found.update((path, answer[0]) for path, answer in known.items() if answer and answer[0])
    return found


def versions_of(owners: Set[str], memory: Memory) -> List[Dict[str, Any]]:
    """Return what `system_packages` does."""
    key = [database(), sorted(owners)]
    return memory.answer("the versions of packages", key, lambda: system_packages(owners))
