"""Reads what conda installed: a JSON file for each package in `conda-meta`, with all of its files.

The form is conda's prefix record, which conda, mamba, micromamba and pixi all write.
"""

import json
import os
import re
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set

from .procfs import listing
from .real_paths import RealPaths


class CondaPackage(NamedTuple):
    """A package that conda installed. `requested` is None if the record does not say who asked for it.

    `build` is `<channel>/<platform>:<build string>`; `files` has `sha256:<hex>` by absolute path, None where conda
    gives no hash of what it wrote.
    """

    name: str
    version: str
    build: str
    platform: str
    requested: Optional[bool]
    files: Dict[str, Optional[str]]

    def describe(self) -> Dict[str, Any]:
        """Return the fields of the model's SystemPackage."""
        fields = {"name": self.name, "version": self.version, "architecture": self.platform, "manager": "conda"}
        return dict(fields, build=self.build)


def conda_packages(prefixes: Iterable[str]) -> List[CondaPackage]:
    """Return the packages that conda installed into these prefixes, by name; a damaged record is left out."""
    found = []
    for prefix in sorted(set(prefixes)):
        folder = os.path.join(prefix, "conda-meta")
        for name in listing(folder):
            record = _load(os.path.join(folder, name)) if name.endswith(".json") else None
            if record is not None:
                found.append(_package(prefix, record))
    return found


def conda_owners(packages: List[CondaPackage], paths: Set[str]) -> Dict[str, CondaPackage]:
    """Return for each of these paths that a package installed, by its real path too, that package."""
    found: Dict[str, CondaPackage] = {}
    real: Dict[str, List[str]] = {}
    real_path = RealPaths()
    for path in paths if packages else ():
        real.setdefault(real_path(path), []).append(path)
    for package in packages:
        for path in paths.intersection(package.files):
            found[path] = package
        for path in set(real).intersection(package.files):
            for name in real[path]:
                found.setdefault(name, package)
    return found


def _package(prefix: str, record: Dict[str, Any]) -> CondaPackage:
    platform = _text(record, "subdir") or _text(record, "platform")
    channel = "/".join(part for part in (_channel(_text(record, "channel"), platform), platform) if part)
    return CondaPackage(
        name=_text(record, "name"),
        version=_text(record, "version"),
        build="{}:{}".format(channel, _text(record, "build")),
        platform=platform,
        requested=_requested(record),
        files=_files(prefix, record),
    )


def _files(prefix: str, record: Dict[str, Any]) -> Dict[str, Optional[str]]:
    """Return the files with the hash of what was written: conda replaces the prefix inside of some."""
    files: Dict[str, Optional[str]] = {}
    for name in record.get("files") or []:
        if isinstance(name, str):
            files[os.path.join(prefix, name)] = None
    details = record.get("paths_data")
    for entry in (details.get("paths") if isinstance(details, dict) else None) or []:
        if isinstance(entry, dict) and isinstance(entry.get("_path"), str):
            digest = entry.get("sha256_in_prefix") or (None if "prefix_placeholder" in entry else entry.get("sha256"))
            plain = entry.get("path_type") == "hardlink" and isinstance(digest, str)
            files[os.path.join(prefix, entry["_path"])] = "sha256:{}".format(digest) if plain else None
    return files


def _requested(record: Dict[str, Any]) -> Optional[bool]:
    """Say whether somebody asked for the package; mamba and older condas do not write this for all."""
    if "requested_specs" not in record and "requested_spec" not in record:
        return None
    return bool(record.get("requested_specs") or record.get("requested_spec") not in (None, "", "None"))


def _channel(address: str, platform: str) -> str:
    """Return a channel by its name: without server, credentials, token and platform."""
    path = re.sub(r"^\w+://[^/]*", "", address).strip("/")
    path = re.sub(r"^t/[^/]+/", "", path)
    if platform and path.endswith("/" + platform):
        path = path[: -len(platform) - 1]
    return "" if path == "<unknown>" else path


def _text(record: Dict[str, Any], name: str) -> str:
    value = record.get(name)
    return value if isinstance(value, str) else ""


def _load(path: str) -> Optional[Dict[str, Any]]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            record = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    named = isinstance(record, dict) and isinstance(record.get("name"), str) and record["name"]
    return record if named else None
