"""Finds the installed distributions and their files, by reading their folders: the interpreter is not ours."""

import os
from typing import Dict, Iterable, Iterator, List, Optional, Set

from .conda import CondaPackage, conda_owners
from .installed import Installed
from .metadata import read_metadata


def find_installed(path: Iterable[str], conda: Iterable[CondaPackage] = ()) -> List[Installed]:
    """Return the distributions on a search path, each name once: the first one is the one that is imported.

    `conda` are the packages that conda installed there.
    """
    found: Dict[str, Installed] = {}
    entries = list(dict.fromkeys(path))
    folders = [folder for folder in entries if os.path.isdir(folder)]
    links = {target for folder in folders for target in _egg_links(folder)}
    # A leftover `x.egg-info` in a source folder is found, too, but what pip installed says more.
    for folder in sorted(folders, key=lambda folder: not _is_site(folder)):
        if _is_site(folder) or folder in links:
            for installed in _newest_of_each(Installed(info) for info in _infos(folder)):
                installed.linked = folder in links
                found.setdefault(installed.canonical, installed)
    for egg in entries:
        if egg.endswith(".egg") and os.path.exists(egg):
            installed = Installed(egg + "/EGG-INFO" if os.path.isdir(egg) else egg)
            if installed.name:
                found.setdefault(installed.canonical, installed)
    _tell_condas(found.values(), conda)
    return [found[name] for name in sorted(found)]


def owners_of(installed: Iterable[Installed], paths: Set[str]) -> Dict[str, str]:
    """Return for each of these paths that a distribution installed that one's canonical name."""
    owners: Dict[str, str] = {}
    roots: Dict[str, str] = {}
    for distribution in installed:
        real = os.path.realpath(distribution.location)
        for location in {distribution.location, real}:
            owners.update(dict.fromkeys(distribution.owned(paths, location), distribution.canonical))
        roots.update((root, distribution.canonical) for root in distribution.roots())
    for path in paths - set(owners) if roots else ():
        name = _below(roots, path)
        if name is not None:
            owners[path] = name
    return owners


def imported_from(distribution: Installed, code: Set[str], own: Set[str]) -> bool:
    """Say whether modules of a distribution were imported: of the code that the run loaded `own` is what it owns."""
    if own:
        return True
    roots = dict.fromkeys(distribution.working_folders(), "")
    return bool(roots) and any(_below(roots, path) is not None for path in code)


def requests(installed: Iterable[Installed]) -> Dict[str, Optional[bool]]:
    """Return for each canonical name whether the user asked for it; None where the installer does not tell.

    pip 20.2 and later leave a mark with what was asked for. One mark in a folder shows that such a pip was at work
    there. uv leaves the mark with everything.
    """
    distributions = list(installed)
    marked = {one.canonical for one in distributions if one.text("REQUESTED") is not None and one.installer == "pip"}
    folders = {one.location for one in distributions if one.canonical in marked}
    return {
        one.canonical: one.canonical in marked if one.installer == "pip" and one.location in folders else None
        for one in distributions
    }


def unclear(installed: Iterable[Installed], used: Set[str]) -> List[Dict[str, str]]:
    """Return a gap for each of the distributions named in `used` about whose files nothing certain is known."""
    gaps = []
    for one in installed:
        reasons = []
        if not one.headers:
            reasons.append("its metadata cannot be read")
        if one.others:
            reasons.append("its folder also has the metadata of {}".format(", ".join(one.others)))
        if not one.names() and not one.linked:
            reasons.append("nothing lists its files")
        if one.canonical in used and reasons:
            gaps.append({
                "what": "whether {} {} is as it was installed".format(one.name, one.version),
                "why": "; ".join(reasons),
                "effect": "its files are recorded and carried as they are",
            })  # fmt: skip
    return gaps


def _newest_of_each(candidates: Iterable[Installed]) -> Iterator[Installed]:
    """Yield the distributions of one folder; of two that have one name, the one whose metadata was written last."""
    found: Dict[str, Installed] = {}
    for installed in candidates:
        other = found.get(installed.canonical)
        if not installed.name:
            continue
        if other is None or _written(other) < _written(installed):
            installed.others = [*other.others, other.version] if other else []
            found[installed.canonical] = installed
        else:
            other.others.append(installed.version)
    return iter(found.values())


def _written(installed: Installed) -> float:
    try:
        return os.stat(installed.info).st_mtime
    except OSError:
        return 0.0


def _tell_condas(installed: Iterable[Installed], packages: Iterable[CondaPackage]) -> None:
    """Tell each distribution whose metadata a conda package brought which one that is."""
    known = list(packages)
    if known:
        asked = {name: one for one in installed for name in (one.info, one.info + "/METADATA", one.info + "/PKG-INFO")}
        for name, package in conda_owners(known, set(asked)).items():
            asked[name].conda = package


def _below(roots: Dict[str, str], path: str) -> Optional[str]:
    """Return what is known of the path or of the nearest folder above it."""
    while path not in roots and path not in ("/", ""):
        path = os.path.dirname(path)
    return roots.get(path)


def _is_site(folder: str) -> bool:
    return os.path.basename(folder) in ("site-packages", "dist-packages")


def _infos(folder: str) -> List[str]:
    """Return the metadata in a folder. Names with a tilde are what pip left of a removal that did not end."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return []
    endings = (".dist-info", ".egg-info")
    return [os.path.join(folder, name) for name in names if name.endswith(endings) and not name.startswith("~")]


def _egg_links(folder: str) -> Iterator[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.endswith(".egg-link"):
            yield (read_metadata(os.path.join(folder, name)) or "").split("\n")[0].strip()
