"""Installed distributions for tests, and indexes that need no network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from index_server import make_wheel, record_hash

from reproof.errors import ResolveError
from reproof.model.resolution import Artifact
from reproof.model.snapshot import Distribution
from reproof.recorder.record import record_identity


def site_of(tmp_path: Path) -> Path:
    """Return the site folder of an environment below `tmp_path`."""
    site = tmp_path / "venv" / "lib" / "python3.11" / "site-packages"
    site.mkdir(parents=True, exist_ok=True)
    return site


def install(
    site: Path, name: str, version: str, files: Mapping[str, bytes] | None = None, **changes: Any
) -> Distribution:
    """Lay out a distribution as an installer does; `files` are relative to `site`."""
    info = f"{name}-{version}.dist-info"
    tag = changes.pop("tag", "py3-none-any")
    members = {
        **(files if files is not None else {f"{name}/__init__.py": f"VERSION = {version!r}\n".encode()}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    rows = "".join(f"{path},{record_hash(data)},{len(data)}\n" for path, data in members.items())
    record = f"{rows}{info}/INSTALLER,{record_hash(b'pip')},3\n{name}/__pycache__/x.pyc,,\n{info}/RECORD,,\n"
    for path, data in {**members, f"{info}/INSTALLER": b"pip", f"{info}/RECORD": record.encode()}.items():
        target = site / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    fields: dict[str, Any] = {
        "name": name,
        "version": version,
        "location": str(site),
        "dist_info": str(site / info),
        "origin": "index",
        "tags": (tag,),
        "record": record_identity(record),
    }
    return Distribution(**{**fields, **changes})


@dataclass(frozen=True)
class FakeFile:
    """A file on a fake index."""

    filename: str
    data: bytes
    record: str
    requires_python: str | None = None
    yanked: bool = False
    local: Path | None = None
    place: str = "http://index.test/simple"


@dataclass
class FakeListing:
    files: Sequence[FakeFile]
    failures: Sequence[str] = ()


@dataclass
class FakeIndex:
    """An index in memory; `asked` are the projects and `read` the files that somebody wanted."""

    projects: dict[str, list[FakeFile]] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    broken: bool = False

    def add(self, name: str, version: str, files: Mapping[str, bytes] | None = None, **changes: Any) -> FakeFile:
        """Offer a wheel; return its file."""
        filename, data, record = make_wheel(name, version, files, changes.pop("tag", "py3-none-any"))
        file = FakeFile(filename, data, record, **changes)
        self.projects.setdefault(name, []).append(file)
        return file

    def files(self, name: str) -> FakeListing:
        self.asked.append(name)
        return FakeListing(self.projects.get(name, []), self.failures)

    def member(self, file: FakeFile, name: str) -> str:
        self.read.append(file.filename)
        if self.broken:
            raise ResolveError("the index broke off")
        return file.record if name == "RECORD" else f"Name: x\nRequires-Python: {file.data.decode()}\n"

    def artifact(self, file: FakeFile) -> Artifact:
        digest = f"sha256:{hashlib.sha256(file.data).hexdigest()}"
        url = file.local.as_uri() if file.local else f"http://index.test/files/{file.filename}"
        return Artifact(filename=file.filename, digest=digest, size=len(file.data), url=url)
