"""One installed distribution: its metadata, its files, and what it says of where it came from."""

import base64
import binascii
import csv
import hashlib
import os
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set

from .conda import CondaPackage
from .editable import editable_roots
from .hashing import Hasher
from .memory import Memory
from .metadata import headers_of, metadata_text, read_metadata
from .origin import origin_of, part_of, written_url
from .record import record_identity


class File(NamedTuple):
    """An installed file. `digest` is `sha256=<urlsafe base64>` as in RECORD or `sha256:<hex>`, empty if not known.

    `size` in bytes as text, or empty.
    """

    name: str
    path: str
    digest: str
    size: str


class Use(NamedTuple):
    """What a run used of a distribution: its files, whether modules were among them, and the package that owns it."""

    loaded: Set[str]
    imported: bool
    owner: Optional[str] = None


class Installed:
    """An installed distribution. `info` is its `.dist-info`, `.egg-info` or `EGG-INFO`, or a zipped egg."""

    def __init__(self, info: str) -> None:
        self.info = info
        self.location = os.path.dirname(info)
        self.headers = headers_of(metadata_text(info))
        guess = re.match(r"(.+?)-(\d[^-]*?)(-py\d[^/]*)?\.(dist-info|egg-info|egg)$", os.path.basename(info))
        self.name = self.headers.get("name", [guess.group(1) if guess else ""])[0]
        self.version = self.headers.get("version", [guess.group(2) if guess else ""])[0]
        self.canonical = canonical_name(self.name)
        self.record = self.text("RECORD")
        self.linked = False
        """Installed in development mode by an `.egg-link`: its code lies in somebody's working folder."""
        self.conda: Optional[CondaPackage] = None
        self.others: List[str] = []
        """Versions of the same distribution that other metadata in this folder names."""
        self.known: Optional[List[File]] = None
        self.named: Optional[List[str]] = None

    def text(self, name: str) -> Optional[str]:
        """Return a file of the metadata."""
        return read_metadata(os.path.join(self.info, name))

    def files(self) -> List[File]:
        """Return the files that were installed, with the paths where they must be; none if nothing lists them."""
        if self.known is None:
            self.known = self._conda_files() or list(self._recorded()) or list(self._listed())
        return self.known

    def names(self) -> List[str]:
        """Return the names of the files as `files` does: of most distributions their long lists say no more here."""
        if self.named is None:
            plain = self.record if not self.conda and '"' not in (self.record or '"') else None
            listed = [line.partition(",")[0] for line in plain.splitlines() if line.count(",") >= 2] if plain else []
            self.named = listed or [file.name for file in self.files()]
        return self.named

    def owned(self, paths: Set[str], location: str) -> Set[str]:
        """Return those of some paths that it installed, if `location` stands for the folder that it lies in."""
        if self.conda or not self.record:
            every = (file.path for file in self.files())
            moved = len(self.location)
            return paths.intersection(location + p[moved:] if p.startswith(self.location) else p for p in every)
        start = location + "/"
        return paths.intersection(
            start + name if name[:1] not in ("/", ".") else os.path.normpath(os.path.join(location, name))
            for name in self.names()
        )

    def _conda_files(self) -> List[File]:
        start = self.location + "/"
        return [
            File(path[len(start) :] if path.startswith(start) else path, path, digest or "", "")
            for path, digest in (self.conda.files.items() if self.conda else ())
        ]

    def _recorded(self) -> Iterator[File]:
        try:
            rows = list(csv.reader((self.record or "").splitlines()))
        except csv.Error:
            return
        for row in rows:
            if len(row) >= 3:
                yield File(row[0], self._path(row[0]), row[1], row[2])

    def _listed(self) -> Iterator[File]:
        """Yield what pip listed before there was RECORD, relative to the metadata."""
        for line in (self.text("installed-files.txt") or "").splitlines():
            path = os.path.normpath(os.path.join(self.info, line))
            yield File(line, path, "", "")

    def _path(self, name: str) -> str:
        if name.startswith(("../", "/")):
            return os.path.normpath(os.path.join(self.location, name))
        return self.location + "/" + name

    def roots(self) -> Set[str]:
        """Return the modules and folders of a distribution whose files nothing lists: by their top-level names."""
        if self.names() or self.linked:
            return set()
        if os.path.isfile(self.info) and self.info.endswith(".egg"):
            return {self.info}
        tops = [self.location + "/" + name for name in (self.text("top_level.txt") or "").split()]
        return {path for top in tops for path in (top, top + ".py") if os.path.exists(path)}

    def working_folders(self) -> Set[str]:
        """Return the modules and folders that an editable installation takes from somebody's working folder."""
        if self.linked:
            return {self.location}
        found = editable_roots(self.location + "/" + name for name in self._beside())
        direct = written_url(self.text("direct_url.json"))
        if not found and part_of(direct, "dir_info").get("editable"):
            found = {direct["url"][7:]} if direct.get("url", "").startswith("file:///") else found
        return found

    def direct_url(self) -> Dict[str, Any]:
        """Return where it came from, as the installer wrote it or as an editable installation without that shows it."""
        written = written_url(self.text("direct_url.json"))
        if written or not (self.linked or self._is_shell()):
            return written
        folders = sorted(self.working_folders())
        return {"url": "file://" + folders[0], "dir_info": {"editable": True}} if folders else {}

    def _is_shell(self) -> bool:
        """Say whether nothing but pointers to another folder was installed, beside metadata and programs."""
        beside = self._beside()
        if not any(name.endswith(".pth") for name in beside):
            return False
        own = (".dist-info/", "__pycache__/")
        inside = (name for name in self.names() if "/" in name and not name.startswith(("../", "/")))
        return all(name.endswith((".pth", ".py")) for name in beside) and all(
            any(part in name for part in own) for name in inside
        )

    def _beside(self) -> List[str]:
        """Return the installed files that lie in the site folder itself."""
        return [name for name in self.names() if "/" not in name]

    def describe(self, use: Use, requested: Optional[bool], hasher: Hasher) -> Dict[str, Any]:
        """Return the fields of the model's Distribution."""
        direct = self.direct_url()
        commit = part_of(direct, "vcs_info").get("commit_id")
        return {
            "name": self.name,
            "version": self.version,
            "location": self.location,
            "dist_info": self.info,
            "origin": origin_of(direct, use.owner, self.conda is not None or self.installer == "conda"),
            "installer": self.installer,
            "direct_url": direct.get("url"),
            "tags": headers_of(self.text("WHEEL") or "").get("tag", []),
            "record": self._identity(hasher.means.memory),
            "modified": sorted(self._modified(use.loaded, hasher)) if use.loaded and not use.owner else [],
            "loaded": len(use.loaded),
            "imported": use.imported,
            "requested": self.conda.requested if self.conda else requested,
            "commit": commit if isinstance(commit, str) else None,
            "build": self.conda.build if self.conda else None,
            "owner": use.owner,
        }

    @property
    def installer(self) -> str:
        """The name that the installer left; empty if it left none."""
        return (self.text("INSTALLER") or "").strip()

    def _identity(self, memory: Memory) -> Optional[str]:
        if not self.record:
            return None
        record = self.record
        key = hashlib.sha256(record.encode("utf-8", "surrogateescape")).hexdigest()
        try:
            return memory.answer("the identity of " + self.info, key, lambda: record_identity(record))
        except csv.Error:
            return None

    def _modified(self, loaded: Set[str], hasher: Hasher) -> Iterator[str]:
        """Yield the files that are not as they were installed: by size, and those that were used by their hash."""
        for file in self.files():
            if not file.digest:
                continue
            try:
                size = str(os.stat(file.path).st_size)
            except (OSError, ValueError):
                yield file.name
                continue
            if size != file.size and file.size:
                yield file.name
            elif file.path in loaded and file.digest.startswith("sha256"):
                content = hasher.content(file.path)
                if content is None or content.digest != _hexadecimal(file.digest):
                    yield file.name


def canonical_name(name: str) -> str:
    """Return a distribution's name as PEP 503 spells it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _hexadecimal(digest: str) -> str:
    """Return `sha256:<hex>` of RECORD's `sha256=<urlsafe base64 without padding>`, without digits if it is broken."""
    if digest.startswith("sha256:"):
        return digest
    encoded = digest.partition("=")[2]
    try:
        return "sha256:" + base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).hex()
    except (ValueError, binascii.Error):
        return "sha256:"
