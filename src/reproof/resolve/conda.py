"""A conda environment as conda itself recorded it: which packages by hash, and which files.

Source: the prefix records in `conda-meta` that conda, mamba and pixi write, one JSON file for each package.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from reproof.model.base import Gap
from reproof.model.resolution import CondaPackage

TOKEN = re.compile(r"(?<=/)t/[^/]+/")
ADDRESSES = ("url", "channel", "schannel", "base_url")
"""Fields that may hold a user, a password or a token."""


@dataclass(frozen=True, slots=True)
class CondaEnvironment:
    """What is in a prefix: packages by name, the files that they brought, and the records to put beside them.

    `records` have no credentials and are named relative to the prefix; `absent` are files that are listed and gone.
    """

    packages: tuple[CondaPackage, ...]
    files: tuple[Path, ...]
    records: dict[str, bytes]
    absent: int
    unreadable: tuple[str, ...] = ()

    @property
    def identity(self) -> str:
        """A name for its packages and for the files as they are now, by size and time."""
        state = hashlib.sha256()
        for name in sorted(self.records):
            state.update(name.encode() + self.records[name])
        for path in self.files:
            found = path.lstat()
            state.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
        return state.hexdigest()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What cannot be carried of it."""
        effect = "the replay fails if it needs them; the verdict names what differs"
        told = []
        if self.absent:
            why = "conda's records list them, and they are not there"
            told.append(Gap(what=f"{self.absent} files of the conda environment", why=why, effect=effect))
        if self.unreadable:
            what = f"the conda packages of {', '.join(self.unreadable)}"
            told.append(Gap(what=what, why="these records of conda cannot be read", effect=effect))
        unhashed = [package.name for package in self.packages if package.sha256 is None and package.md5 is None]
        if unhashed:
            why = "conda's records have none (a package built here, or an old conda)"
            effect = "they are carried as bytes, but cannot be fetched again and checked"
            told.append(Gap(what=f"the hashes of conda packages: {', '.join(unhashed)}", why=why, effect=effect))
        return tuple(told)


def read_conda(prefix: Path) -> CondaEnvironment | None:
    """Return what conda installed into a prefix; None when conda did not make it. Raises OSError."""
    paths = sorted((prefix / "conda-meta").glob("*.json"))
    if not paths:
        return None
    packages, records, unreadable = [], {}, []
    listed: set[str] = set()
    for path in paths:
        try:
            data = path.read_bytes()
            record = json.loads(data)
            packages.append(_package(record))
            listed.update(name for name in record.get("files") or () if isinstance(name, str))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            unreadable.append(path.name)
            continue
        clean = _without_secrets(record)
        records[f"conda-meta/{path.name}"] = data if clean == record else json.dumps(clean, indent=2).encode()
    wanted = {Path(os.path.normpath(prefix / name)) for name in listed if "__pycache__" not in name}
    inside = sorted(path for path in wanted if path.is_relative_to(prefix) and path != prefix)
    present = tuple(path for path in inside if os.path.lexists(path))
    ordered = tuple(sorted(packages, key=lambda package: package.name))
    return CondaEnvironment(ordered, present, records, len(inside) - len(present), tuple(unreadable))


def public_address(address: str) -> str:
    """Return the address of a channel or package without user, password, token, query and fragment."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], TOKEN.sub("", parts.path), "", ""))


def _package(record: dict[str, Any]) -> CondaPackage:
    def text(name: str) -> str | None:
        value = record.get(name)
        return value if isinstance(value, str) and value else None

    url = text("url")
    return CondaPackage(
        name=record["name"],
        version=record["version"],
        build=text("build") or "",
        channel=public_address(text("channel") or ""),
        url=public_address(url) if url else None,
        md5=text("md5"),
        sha256=text("sha256"),
    )


def _without_secrets(record: dict[str, Any]) -> dict[str, Any]:
    changed = {name: public_address(record[name]) for name in ADDRESSES if isinstance(record.get(name), str)}
    return {**record, **{name: value for name, value in changed.items() if value != record[name]}}
