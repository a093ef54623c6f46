"""Wheels as files: written so that their bytes depend on nothing but their members."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import stat
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

CHUNK = 1 << 20
EPOCH = (1980, 1, 1, 0, 0, 0)
ZIP64_FROM = (1 << 31) - 1
SIGNED = ("RECORD", "RECORD.jws", "RECORD.p7s")


@dataclass(frozen=True)
class Member:
    """A file of a wheel: its name there, and where its bytes come from: a file, `data`, or a member of a zip file."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    executable: bool = False
    archive: zipfile.ZipFile | None = None
    size: int = 0
    """Bytes, of a member of a zip file."""


def write_wheel(path: Path, members: Sequence[Member]) -> None:
    """Write a wheel: sorted, undated, uncompressed, its RECORD made anew and last.

    Compressed bytes would depend on the zlib at hand; layers are compressed anyway. Raises OSError.
    """
    ordered = sorted(members, key=lambda member: (_top(member).endswith(".dist-info"), member.name))
    folder = _top(ordered[-1])
    rows = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for member in ordered:
            digest, size = _add(archive, member)
            rows.append((member.name, f"sha256={digest}", str(size)))
        table = io.StringIO()
        csv.writer(table, lineterminator="\n").writerows([*rows, (f"{folder}/RECORD", "", "")])
        _add(archive, Member(f"{folder}/RECORD", data=table.getvalue().encode("utf-8", "surrogateescape")))


def normalise(source: Path, target: Path) -> None:
    """Write a wheel again in the form of `write_wheel`: two builds of the same files then have the same bytes.

    Raises:
        OSError, ValueError, zipfile.BadZipFile: it is no wheel.
    """
    with zipfile.ZipFile(source) as archive:
        members = []
        for info in archive.infolist():
            folder, _, name = info.filename.partition("/")
            if info.is_dir() or (folder.endswith(".dist-info") and name in SIGNED):
                continue
            if info.filename.startswith("/") or ".." in info.filename.split("/"):
                raise ValueError(f"it wants to write outside of its folder ({info.filename})")
            executable = bool(info.external_attr >> 16 & 0o111)
            members.append(Member(info.filename, executable=executable, archive=archive, size=info.file_size))
        if len({_top(member) for member in members if _top(member).endswith(".dist-info")}) != 1:
            raise ValueError("it does not hold one folder of metadata")
        write_wheel(target, members)


def _top(member: Member) -> str:
    return member.name.partition("/")[0]


def _add(archive: zipfile.ZipFile, member: Member) -> tuple[str, int]:
    """Write one member; return its digest as RECORD spells it, and its size."""
    info = zipfile.ZipInfo(member.name, EPOCH)
    info.external_attr = (stat.S_IFREG | (0o755 if member.executable else 0o644)) << 16
    info.create_system = 3
    digest, size = hashlib.sha256(), 0
    expected = member.path.stat().st_size if member.path is not None else member.size
    with _opened(member) as source, archive.open(info, "w", force_zip64=expected >= ZIP64_FROM) as target:
        for chunk in _chunks(source):
            target.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("="), size


def _opened(member: Member) -> AbstractContextManager[IO[bytes]]:
    if member.archive is not None:
        return member.archive.open(member.name)
    return member.path.open("rb") if member.path is not None else nullcontext(io.BytesIO(member.data or b""))


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk
