"""An installed distribution as a wheel again: the same files, and the same wheel every time."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from reproof.errors import ResolveError
from reproof.model.resolution import Artifact
from reproof.model.snapshot import Distribution
from reproof.resolve.installed import Installed, Member, installed_members
from reproof.resolve.metadata import made_metadata, made_wheel_file, stem, wheel_filename
from reproof.store.store import Store

CHUNK = 1 << 20
EPOCH = (1980, 1, 1, 0, 0, 0)
ZIP64_FROM = (1 << 31) - 1


def repack(distribution: Distribution, store: Store) -> tuple[Artifact, tuple[str, ...]]:
    """Put the installed files into a wheel and keep it; return the artifact and what could not be carried, in words.

    Raises:
        ResolveError: the files cannot be read, or nothing tells which they are.
        StoreError: the store cannot be written.
    """
    installed = _members(distribution)
    filename = wheel_filename(distribution)
    with store.scratch("wheel") as folder:
        path = folder / "wheel"
        try:
            _write_wheel(path, installed.members)
            blob = store.blobs.put_file(path)
        except OSError as error:
            where = error.filename or distribution.location
            raise ResolveError(f"{distribution.name} cannot be packed ({where}): {error.strerror}") from error
    return Artifact(filename=filename, digest=blob.digest, size=blob.size), installed.missing


def is_development_install(distribution: Distribution) -> bool:
    """Say whether an egg-info lies in a source folder: `setup.py develop` only puts that folder on the path."""
    info, location = Path(distribution.dist_info), Path(distribution.location)
    installed = location.name in ("site-packages", "dist-packages") or location.name.endswith(".egg")
    return info.name.endswith(".egg-info") and not installed


def _members(distribution: Distribution) -> Installed:
    info, name = Path(distribution.dist_info), stem(distribution)
    folder = f"{name}.dist-info"
    if is_development_install(distribution):
        link = Member(f"__editable__.{name}.pth", data=f"{distribution.location}\n".encode())
        return Installed((link, *made_metadata(distribution), made_wheel_file(distribution, folder)))
    if not info.exists():
        raise ResolveError(f"{distribution.name} is gone: {info} is not there", "install it again, and record again")
    if not info.name.endswith(".dist-info"):
        installed = installed_members(info, info.parent, name)
        made = (*made_metadata(distribution), made_wheel_file(distribution, folder))
        return Installed((*installed.members, *made), installed.missing)
    installed = installed_members(info, info.parent, info.name.removesuffix(".dist-info"))
    listed = any(member.name == f"{info.name}/WHEEL" for member in installed.members)
    made = () if listed else (made_wheel_file(distribution, info.name),)
    return Installed((*installed.members, *made), installed.missing)


def _write_wheel(path: Path, members: tuple[Member, ...]) -> None:
    """Write a wheel whose bytes depend on nothing but its members: sorted, undated, uncompressed.

    Compressed bytes would depend on the zlib at hand; layers are compressed anyway. RECORD comes last.
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


def _top(member: Member) -> str:
    return member.name.partition("/")[0]


def _add(archive: zipfile.ZipFile, member: Member) -> tuple[str, int]:
    """Write one member; return its digest as RECORD spells it, and its size."""
    info = zipfile.ZipInfo(member.name, EPOCH)
    info.external_attr = (stat.S_IFREG | (0o755 if member.executable else 0o644)) << 16
    info.create_system = 3
    digest, size = hashlib.sha256(), 0
    with _opened(member) as source:
        large = member.path is not None and member.path.stat().st_size >= ZIP64_FROM
        with archive.open(info, "w", force_zip64=large) as target:
            for chunk in _chunks(source):
                target.write(chunk)
                digest.update(chunk)
                size += len(chunk)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("="), size


def _opened(member: Member) -> IO[bytes]:
    return member.path.open("rb") if member.path is not None else io.BytesIO(member.data or b"")


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk
