"""What a source distribution says of its requirements without being run: PKG-INFO, and setuptools' `requires.txt`."""

from __future__ import annotations

import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

from reproof.adapters.dated.repair import CoreMetadata, read_metadata, with_requirements

LARGEST_MEMBER = 4 << 20
"""Bytes; a metadata file that is larger is none."""
DAMAGE = (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError)


def read_source(stream: IO[bytes], filename: str) -> CoreMetadata:
    """Return the metadata of a source distribution; its archive is read no further than needed.

    PKG-INFO counts if it lists requirements, or, from version 2.2 on, says that none depend on the build. Otherwise
    setuptools' `requires.txt` does, which it leaves out when there are none. An archive that has neither was made by
    distutils, which knows no requirements. Both files tell what `setup.py` said on its author's machine.
    """
    told: dict[str, str] = {}
    try:
        for name, text in _members(stream, filename):
            told.setdefault(name, text)
            if _is_enough(told):
                break
    except DAMAGE as error:
        return CoreMetadata(origin=filename, unread=f"{filename} is damaged: {error}")
    if "PKG-INFO" not in told and "egg-info/PKG-INFO" not in told:
        return CoreMetadata(origin=filename, unread=f"{filename} holds no PKG-INFO")
    found = read_metadata(told.get("PKG-INFO") or told["egg-info/PKG-INFO"], filename, f"PKG-INFO in {filename}")
    if not found.requires_dist and "requires.txt" in told:
        lines = requirement_lines(told["requires.txt"])
        return with_requirements(found, lines, filename)
    return found


def requirement_lines(text: str) -> Iterator[str]:
    """Yield the requirements of a `requires.txt`, whose sections are `[extra:marker]`, as metadata spells them."""
    extra = marker = ""
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            extra, _, marker = line.strip("[]").partition(":")
            continue
        head, _, own = line.partition(";")
        conditions = [f"({part.strip()})" for part in (own, marker) if part.strip()]
        conditions += [f'extra == "{extra}"'] if extra else []
        yield head.strip() + (f" ; {' and '.join(conditions)}" if conditions else "")


def _is_enough(told: dict[str, str]) -> bool:
    info = told.get("PKG-INFO", "")
    if re.search(r"^Requires-Dist:", info, re.M) or "requires.txt" in told:
        return bool(info)
    if (version := re.search(r"^Metadata-Version: *(\d+)\.(\d+)", info, re.M)) and (
        int(version[1]), int(version[2])
    ) >= (2, 2):  # fmt: skip
        return not re.search(r"^Dynamic: *requires-dist", info, re.M | re.I)
    # The list of files tells whether there will be a requires.txt.
    return bool(info) and "SOURCES.txt" in told and "requires.txt" not in told["SOURCES.txt"]


def _members(stream: IO[bytes], filename: str) -> Iterator[tuple[str, str]]:
    """Yield the metadata files of an archive, in its order: those beside `setup.py`, and those of its egg-info."""
    if filename.endswith(".zip"):
        with zipfile.ZipFile(stream) as archive:
            for info in archive.infolist():
                if (name := _metadata_name(info.filename)) and info.file_size <= LARGEST_MEMBER:
                    yield name, archive.read(info).decode("utf-8", "replace")
        return
    with tarfile.open(fileobj=stream, mode="r|*") as tar:
        for member in tar:
            name = _metadata_name(member.name)
            if name and member.isfile() and member.size <= LARGEST_MEMBER and (file := tar.extractfile(member)):
                yield name, file.read().decode("utf-8", "replace")


def _metadata_name(path: str) -> str | None:
    """Return a short name for a path such as `pack-1.0/src/pack.egg-info/requires.txt`; None if it is no metadata."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if len(parts) == 2 and parts[1] == "PKG-INFO":
        return "PKG-INFO"
    if 3 <= len(parts) <= 4 and parts[-2].endswith(".egg-info"):
        return {"PKG-INFO": "egg-info/PKG-INFO"}.get(parts[-1], parts[-1])
    return None
