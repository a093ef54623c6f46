"""The members of a source archive, each checked before anything is unpacked."""

from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from reproof.errors import BuildError

READ_LIMIT = 4 << 20
"""Bytes; no `pyproject.toml` or `setup.py` is nearly as large."""
DAMAGED = "fetch it again; if it stays so, the file on the index is damaged: take another version"


def check_member(member: str, name: str) -> str:
    """Return a member's name if it stays below the folder that the archive is unpacked to. Raises BuildError."""
    parts = PurePosixPath(member.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise BuildError(
            f"the source distribution {name} wants to write outside of its folder ({member!r})",
            "do not use it: it was made to harm or is badly damaged",
        )
    return member


class TarSource:
    """A tar, open for reading; compressed as it may be."""

    def __init__(self, path: Path, name: str) -> None:
        self._archive = tarfile.open(path)  # noqa: SIM115 (closed by __exit__)
        self._name = name

    def names(self) -> list[str]:
        """Return the names of all members; links that lead out of the archive are refused. Raises BuildError."""
        found = []
        for member in self._archive.getmembers():
            if member.isdev():
                raise BuildError(f"the source distribution {self._name} holds a device ({member.name})", DAMAGED)
            if member.issym() or member.islnk():
                start = PurePosixPath(member.name).parent if member.issym() else PurePosixPath()
                check_member(_flat(start / member.linkname), self._name)
            found.append(member.name)
        return [name for name in found if name not in (".", "./") and "pax_global_header" not in name]

    def read(self, member: str) -> bytes:
        """Return the bytes of a member, READ_LIMIT at most."""
        handle = self._archive.extractfile(member)
        return handle.read(READ_LIMIT) if handle is not None else b""

    def __enter__(self) -> TarSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()


class ZipSource:
    """A zip file, open for reading."""

    def __init__(self, path: Path) -> None:
        self._archive = zipfile.ZipFile(path)

    def names(self) -> list[str]:
        """Return the names of all members."""
        return self._archive.namelist()

    def read(self, member: str) -> bytes:
        """Return the bytes of a member, READ_LIMIT at most."""
        with self._archive.open(member) as handle:
            return handle.read(READ_LIMIT)

    def __enter__(self) -> ZipSource:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()


def opened(path: Path, name: str) -> TarSource | ZipSource:
    """Open an archive of the kind that its name says. Raises what tarfile and zipfile raise."""
    return ZipSource(path) if name.endswith(".zip") else TarSource(path, name)


def _flat(path: PurePosixPath) -> str:
    """Return a path without `..` in the middle; what still begins with one leads out."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts) if path.parts[:1] != ("/",) else "/" + "/".join(parts[1:])
