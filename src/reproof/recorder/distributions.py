"""Finds the installed distributions and their files, by reading their folders: the interpreter is not ours."""

import base64
import csv
import json
import os
import re
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Set

from .hashing import Hasher
from .record import record_identity


class File(NamedTuple):
    """A line of RECORD. `digest` is `sha256=<urlsafe base64>` as it stands there, or empty."""

    name: str
    path: str
    digest: str
    size: str


class Installed:
    """One installed distribution: its metadata, and its files if it has a RECORD."""

    def __init__(self, info: str) -> None:
        self.info = info
        self.location = os.path.dirname(info)
        headers = _headers(os.path.join(info, "METADATA") if info.endswith(".dist-info") else _metadata_of_egg(info))
        self.name = headers.get("name", [""])[0]
        self.version = headers.get("version", [""])[0]
        self.canonical = canonical_name(self.name)
        self.record = _text(os.path.join(info, "RECORD"))
        self.known: Optional[List[File]] = None
        self.linked = False
        """Installed in development mode by an `.egg-link`: its code lies in somebody's working folder."""

    def files(self) -> List[File]:
        """Return the files that RECORD names, with the paths where they must be."""
        if self.known is None:
            rows = [row for row in csv.reader((self.record or "").splitlines()) if len(row) >= 3]
            self.known = [File(row[0], self._path(row[0]), row[1], row[2]) for row in rows]
        return self.known

    def _path(self, name: str) -> str:
        if name.startswith(("../", "/")):
            return os.path.normpath(os.path.join(self.location, name))
        return self.location + "/" + name

    def direct_url(self) -> Dict[str, Any]:
        """Return what pip wrote about where it came from, empty for an index."""
        text = _text(os.path.join(self.info, "direct_url.json"))
        if text is None and self.linked:
            return {"url": "file://" + self.location, "dir_info": {"editable": True}}
        try:
            content = json.loads(text or "{}")
        except ValueError:
            return {}
        return content if isinstance(content, dict) else {}

    def describe(self, owner: Optional[str], loaded: Set[str], hasher: Hasher) -> Dict[str, Any]:
        """Return the fields of the model's Distribution. `loaded`: the files of it that the run used."""
        direct = self.direct_url()
        return {
            "name": self.name,
            "version": self.version,
            "location": self.location,
            "dist_info": self.info,
            "origin": _origin(direct, owner),
            "installer": (_text(os.path.join(self.info, "INSTALLER")) or "").strip(),
            "direct_url": direct.get("url"),
            "tags": _headers(os.path.join(self.info, "WHEEL")).get("tag", []),
            "record": record_identity(self.record) if self.record else None,
            "modified": [] if owner else sorted(self._modified(loaded, hasher)),
            "loaded": len(loaded),
            "owner": owner,
        }

    def _modified(self, loaded: Set[str], hasher: Hasher) -> Iterator[str]:
        """Yield the files that are not as RECORD says: by size, and those that were used by their hash."""
        for file in self.files():
            if not file.digest:
                continue
            try:
                size = str(os.stat(file.path).st_size)
            except OSError:
                yield file.name
                continue
            if size != file.size and file.size:
                yield file.name
            elif file.path in loaded and file.digest.startswith("sha256="):
                content = hasher.content(file.path)
                if content is None or content.digest != _hexadecimal(file.digest):
                    yield file.name


def canonical_name(name: str) -> str:
    """Return a distribution's name as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def find_installed(path: Iterable[str]) -> List[Installed]:
    """Return the distributions on a search path, each name once: the first one is the one that is imported."""
    found: Dict[str, Installed] = {}
    folders = [folder for folder in dict.fromkeys(path) if os.path.isdir(folder)]
    links = {target for folder in folders for target in _egg_links(folder)}
    # A leftover `x.egg-info` in a source folder is found, too, but what pip installed says more.
    for folder in sorted(folders, key=lambda folder: not _is_site(folder)):
        for info in _infos(folder):
            if not _is_site(folder) and folder not in links:
                continue
            installed = Installed(info)
            installed.linked = folder in links
            if installed.name:
                found.setdefault(installed.canonical, installed)
    return [found[name] for name in sorted(found)]


def owners_of(installed: Iterable[Installed], paths: Set[str]) -> Dict[str, str]:
    """Return for each of these paths that a RECORD names the canonical name of its distribution."""
    owners: Dict[str, str] = {}
    for distribution in installed:
        real = os.path.realpath(distribution.location)
        moved = real if real != distribution.location else None
        for file in distribution.files():
            if file.path in paths:
                owners[file.path] = distribution.canonical
            if moved and file.path.startswith(distribution.location):
                path = moved + file.path[len(distribution.location) :]
                if path in paths:
                    owners[path] = distribution.canonical
    return owners


def _origin(direct: Dict[str, Any], owner: Optional[str]) -> str:
    if owner is not None:
        return "distro"
    if "vcs_info" in direct:
        return "vcs"
    if "dir_info" in direct:
        return "editable" if direct["dir_info"].get("editable") else "local"
    return "archive" if "archive_info" in direct else "index"


def _is_site(folder: str) -> bool:
    return os.path.basename(folder) in ("site-packages", "dist-packages")


def _infos(folder: str) -> List[str]:
    names = sorted(os.listdir(folder))
    return [os.path.join(folder, name) for name in names if name.endswith((".dist-info", ".egg-info"))]


def _egg_links(folder: str) -> Iterator[str]:
    for name in os.listdir(folder):
        if name.endswith(".egg-link"):
            yield (_text(os.path.join(folder, name)) or "").split("\n")[0].strip()


def _metadata_of_egg(info: str) -> str:
    return os.path.join(info, "PKG-INFO") if os.path.isdir(info) else info


def _headers(path: str) -> Dict[str, List[str]]:
    """Return the headers of a metadata file, names in lower case."""
    headers: Dict[str, List[str]] = {}
    for line in (_text(path) or "").splitlines():
        if not line.strip():
            break
        name, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            headers.setdefault(name.strip().lower(), []).append(value.strip())
    return headers


def _hexadecimal(digest: str) -> str:
    """Return `sha256:<hex>` of RECORD's `sha256=<urlsafe base64 without padding>`."""
    encoded = digest.partition("=")[2]
    return "sha256:" + base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).hex()


def _text(path: str) -> Optional[str]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
            return file.read()
    except OSError:
        return None
