"""Merges what the guest noted and what the host sees into the recording."""

import os
import pwd
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set, Tuple

from . import gaps as missing
from . import gaps_native, table
from .accelerator import accelerator
from .accelerator_libraries import Owner, accelerator_libraries
from .command import Run
from .conda import CondaPackage, conda_owners, conda_packages
from .distributions import find_installed, imported_from, owners_of, requests, unclear
from .elf import build_id
from .events import Process, from_table, read_logs
from .files import MOST_TEMPORARIES, Used
from .hardware import hardware
from .hashing import Hasher, Means
from .installed import Installed, Use, canonical_name
from .interpreter import Place, describe
from .machine import system
from .memory import Memory
from .readback import read_back
from .remembered import owners_of_paths, versions_of
from .scan import Tree, changed_since, compare, look
from .survivors import Survivor, survivors
from .table import Table

LARGEST_KEPT = 16 << 20
"""Bytes; a larger file that was only read is not copied: it came from outside, and is there still."""


class Owners(NamedTuple):
    """Who owns which path. `packages` are the distribution packages (`deb:libc6`) of the paths that were asked for.

    `conda` are conda's packages that own what was used and is in no Python distribution.
    """

    owner: Dict[str, str]
    packages: Dict[str, str]
    known: bool
    conda: List[CondaPackage]


def collect(folder: str, run: Run, before: Optional[Tree], gaps: List[Dict[str, str]], means: Means) -> Dict[str, Any]:
    """Return the recording of a run whose logs lie in `folder`.

    `before` is the working directory before it, None if the shim watched; `gaps` are those already known.
    """
    processes = read_logs(os.path.join(folder, "logs"))
    main = next((process.start for process in processes if process.start and process.start["executable"]), None)
    place = Place(main, means.memory) if main else None
    noted = table.read(run.level.table) if run.level.table else None
    used, complete = _use(processes + ([from_table(noted)] if noted else []), before, run, folder)
    gaps += _unseen(run, processes, noted, (place, _survivors(folder, run, processes, noted)))
    gaps += missing.of_files(used, complete, run.cwd)
    hasher = Hasher(means)
    hasher.hash_all(set(used.loaded) | set(used.written) | _small(used.read))
    conda = conda_packages((place.prefix, place.base_prefix)) if place else []
    installed = find_installed(_search_path(processes[0]), conda) if place else []
    owners = _find_owners(used, (installed, conda), place, means.memory)
    hasher.hash_all(sorted(set(used.read) & set(owners.owner)))
    hasher.hash_all(sorted(used.read), fast=True)
    gaps += unclear(installed, {owner[5:] for owner in owners.owner.values() if owner.startswith("dist:")})
    if not owners.known:
        why = "there is no database of a package manager that is known here"
        gaps.append(missing.gap("the packages that own system libraries", why, "they cannot be installed by name"))
    interpreter = None
    if main and place:
        interpreter = describe(main, place, owners.packages.get(place.binary), hasher)
        owners.packages.update(owners_of_paths(set(interpreter["needs"]), means.memory) or {})
    distributions = _distributions(installed, used, owners, hasher)
    loaded = _loaded(used, owners, hasher)
    read, written = _read(used, owners, hasher), _written(used, hasher)
    gaps += missing.of_copies(hasher.uncopied)
    return {
        "format": 1,
        "level": run.level.name,
        "command": _command(run),
        "interpreter": interpreter,
        "distributions": distributions,
        "loaded": loaded,
        "read": read,
        "written": written,
        "temporaries": sorted(used.temporaries)[:MOST_TEMPORARIES],
        "created_dirs": sorted(used.made),
        "system": system(run.environ, _system_packages(owners, installed, used, means.memory)),
        "hardware": hardware(),
        "accelerator": dict(
            accelerator(gaps), libraries=accelerator_libraries(loaded, _versions(distributions, owners.conda))
        ),
        **read_back(processes),
        "gaps": gaps,
    }


def _use(processes: List[Process], before: Optional[Tree], run: Run, folder: str) -> Tuple[Used, bool]:
    """Return the files that were used, from all that saw them, and whether the whole working directory was seen."""
    started = run.ended.started
    used = Used((folder, os.path.dirname(os.path.abspath(__file__))))
    used.take(processes)
    used.add_program(run.program)
    if before is None:
        recent = changed_since(run.cwd, started, (folder,))
        used.add_recent(recent, started)
    else:
        used.add_changes(before, compare(before, look(run.cwd, (folder,))))
    used.add_neighbours(run.cwd, started)
    used.settle(started)
    return used, before.complete if before else recent.complete


def _survivors(folder: str, run: Run, processes: List[Process], noted: Optional[Table]) -> List[Survivor]:
    """Return the processes that have not ended; they are looked for only if something says that there are any."""
    unfinished = any(process.start and process.ending is None for process in processes)
    if unfinished or run.ended.background or (noted is not None and noted.started > noted.ended):
        return survivors(folder, run.level.table)
    return []


def _unseen(
    run: Run, processes: List[Process], noted: Optional[Table], known: Tuple[Optional[Place], List[Survivor]]
) -> List[missing.Gap]:
    """Return what was not seen of the processes: by the shim, or without it. `known`: the place, and who lives on."""
    place, left = known
    found = missing.of_survivors(left)
    found += gaps_native.of_native(run.program, run.level, noted, left) if noted else []
    watched = noted is not None and (noted.started or run.level.name == "complete")
    of_pythons = gaps_native.of_python if watched else missing.of_processes
    return found + of_pythons(run.argv, run.program, processes, place, left)


def _search_path(process: Process) -> List[str]:
    """Return the search path of a process, from its end if it had one."""
    facts = process.ending or process.start or {"path": []}
    path: List[str] = list(facts["path"])
    return path


def _find_owners(
    used: Used, packages: Tuple[List[Installed], List[CondaPackage]], place: Optional[Place], memory: Memory
) -> Owners:
    """Ask the installed distributions, the standard library and the package manager, in this order."""
    installed, conda = packages
    paths = set(used.loaded) | set(used.read)
    asked = paths | {distribution.info for distribution in installed} | ({place.binary} if place else set())
    names = owners_of(installed, paths)
    found = owners_of_paths(asked - set(names), memory)
    owner = {path: package for path, package in (found or {}).items() if path in paths}
    by_conda = conda_owners(conda, paths)
    owner.update((path, "conda:" + package.name) for path, package in by_conda.items())
    if place:
        owner.update((path, "stdlib") for path in paths if place.is_stdlib(path))
    distro = {distribution.canonical for distribution in installed if distribution.info in (found or {})}
    owner.update((path, "dist:" + name) for path, name in names.items() if name not in distro)
    others = {package.name: package for path, package in by_conda.items() if not owner[path].startswith("dist:")}
    return Owners(owner, found or {}, found is not None, [others[name] for name in sorted(others)])


def _small(paths: Iterable[str]) -> Set[str]:
    """Return the files that are hashed by sha256 whoever owns them: they may be kept."""
    small = set()
    for path in paths:
        try:
            if os.path.getsize(path) <= LARGEST_KEPT:
                small.add(path)
        except OSError:
            pass
    return small


def _system_packages(owners: Owners, installed: List[Installed], used: Used, memory: Memory) -> List[Dict[str, Any]]:
    """Describe the packages that own what was used: a distribution that is merely installed is not."""
    unused = {distribution.info for distribution in installed} - set(used.loaded) - set(used.read)
    names = {package for path, package in owners.packages.items() if path not in unused}
    return versions_of(names, memory) + [package.describe() for package in owners.conda]


def _distributions(installed: List[Installed], used: Used, owners: Owners, hasher: Hasher) -> List[Dict[str, Any]]:
    loaded: Dict[str, Set[str]] = {}
    for path, owner in owners.owner.items():
        if owner.startswith("dist:"):
            loaded.setdefault(owner[5:], set()).add(path)
    code = {path for path, kind in used.loaded.items() if kind != "program"}
    requested = requests(installed)
    described = []
    for one in installed:
        own = loaded.get(one.canonical, set())
        use = Use(own, imported_from(one, code, own & code), owners.packages.get(one.info))
        described.append(one.describe(use, requested[one.canonical], hasher))
    return described


def _files(paths: Iterable[str], owners: Owners, hasher: Hasher) -> List[Dict[str, Any]]:
    """Return path, digest, size and owner of files; copies are kept of those that nobody owns."""
    entries = []
    for path in sorted(paths):
        owner = owners.owner.get(path)
        content = hasher.content(path)
        if content is not None:
            if owner is None and content.size <= LARGEST_KEPT:
                content = hasher.keep(path) or content
            entries.append({"path": path, "digest": content.digest, "size": content.size, "owner": owner})
    return entries


def _versions(distributions: List[Dict[str, Any]], conda: List[CondaPackage]) -> Dict[str, Owner]:
    """Return the versions of the distributions and of conda's packages by what owns their files."""
    versions = {"conda:" + package.name: Owner(package.version, True) for package in conda}
    for entry in distributions:
        versions["dist:" + canonical_name(entry["name"])] = Owner(entry["version"], entry["origin"] == "conda")
    return versions


def _loaded(used: Used, owners: Owners, hasher: Hasher) -> List[Dict[str, Any]]:
    entries = _files(used.loaded, owners, hasher)
    for entry in entries:
        entry["kind"] = used.loaded[entry["path"]]
        entry["build_id"] = build_id(entry["path"]) if entry["kind"] != "module" else None
    return entries


def _read(used: Used, owners: Owners, hasher: Hasher) -> List[Dict[str, Any]]:
    entries = _files(used.read, owners, hasher)
    for entry in entries:
        content = hasher.content(entry["path"])
        entry["mode"] = content.mode if content else 0
        entry["changed"] = entry["path"] in used.changed
    return entries


def _written(used: Used, hasher: Hasher) -> List[Dict[str, Any]]:
    entries = []
    for path in sorted(used.written):
        content = hasher.keep(path)
        if content is not None:
            fields = {"path": path, "digest": content.digest, "size": content.size, "mode": content.mode}
            entries.append(dict(fields, existed=used.written[path]))
    return entries


def _command(run: Run) -> Dict[str, Any]:
    """Return how the command was started and how it ended. The times are in seconds."""
    umask = os.umask(0)
    os.umask(umask)
    try:
        account = pwd.getpwuid(os.getuid())
        user, home = account.pw_name, account.pw_dir
    except KeyError:
        user, home = str(os.getuid()), ""
    return {
        "argv": run.argv,
        "cwd": run.cwd,
        "exit_code": run.ended.returncode if run.ended.returncode >= 0 else None,
        "signal": -run.ended.returncode if run.ended.returncode < 0 else None,
        "interrupted": run.ended.interrupted,
        "started": run.ended.started,
        "duration_s": run.ended.duration_s,
        "peak_memory": run.ended.peak_memory,
        "cpu_s": run.ended.cpu_s,
        "stdout": "stdout",
        "stderr": "stderr",
        "terminals": run.terminals,
        "user": user,
        "uid": os.getuid(),
        "gid": os.getgid(),
        "umask": umask,
        "home": run.environ.get("HOME", home),
    }
