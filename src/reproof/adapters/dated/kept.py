"""What indexes said, kept on disk: a page that was read after an instant says all about that instant for ever."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, fields
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any

from reproof.adapters.dated.asof import parse_instant
from reproof.adapters.dated.repair import CoreMetadata
from reproof.adapters.index_pages import IndexFile
from reproof.model.resolution import Repair

VERSION = 1
"""Of what is kept and of how metadata is mended; entries of another version are read anew."""

REST = attrgetter(*(each.name for each in fields(IndexFile)[2:]))
"""All of a file's fields but its name and its address."""


class Kept:
    """A folder with pages and metadata. Thread-safe, since each file is replaced as a whole.

    What is newer than an instant plays no part in it, so a page that was read at or after it never gets stale: files
    that were deleted since are still known, and yanks are known as of that reading. A page with an address that holds a
    secret (a user, or a query) is not kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def page(self, places: Iterable[str], project: str, instant: datetime) -> tuple[IndexFile, ...] | None:
        """Return the files of a project on some places, if they were read at or after an instant."""
        entry = self._read(self._page_path(places, project))
        if entry is None or parse_instant(entry["read"]) < instant:
            return None
        return tuple(IndexFile(*row) for row in entry["files"])

    def keep_page(self, places: Iterable[str], project: str, files: Iterable[IndexFile], read: datetime) -> None:
        """Keep the files of a project, as they were read at a time."""
        files = tuple(files)
        # Credentials come from the configuration again when such a file is fetched; a query cannot be put back.
        if any("?" in file.url for file in files):
            return
        rows = [(file.filename, file.public_url, *REST(file)) for file in files]
        self._write(self._page_path(places, project), {"read": read.isoformat(), "files": rows})

    def metadata(self, file: IndexFile) -> CoreMetadata | None:
        """Return the metadata of a file; None if it is not known, or nothing names the file's bytes."""
        if file.sha256 is None or (entry := self._read(self._metadata_path(file.sha256))) is None:
            return None
        return CoreMetadata(
            requires_dist=tuple(entry["requires_dist"]),
            requires_python=entry["requires_python"],
            extras=tuple(entry["extras"]),
            repairs=tuple(Repair(**repair) for repair in entry["repairs"]),
            origin=entry["origin"],
            unread=entry["unread"],
        )

    def keep_metadata(self, file: IndexFile, metadata: CoreMetadata) -> None:
        """Keep what a file says of itself."""
        if file.sha256 is None:
            return
        entry = {**asdict(metadata), "repairs": [repair.model_dump() for repair in metadata.repairs]}
        self._write(self._metadata_path(file.sha256), entry)

    def _page_path(self, places: Iterable[str], project: str) -> Path:
        where = hashlib.sha256("\n".join(places).encode()).hexdigest()[:16]
        return self._folder / "pages" / where / f"{project}.json"

    def _metadata_path(self, sha256: str) -> Path:
        # The name comes from a page: it must not lead anywhere else.
        plain = re.sub(r"[^0-9a-f]", "", sha256.lower())
        return self._folder / "metadata" / plain[:2] / f"{plain}.json"

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            entry = json.loads(path.read_bytes())
        except (OSError, ValueError):
            return None
        if not isinstance(entry, dict) or entry.pop("version", None) != VERSION:
            return None
        return entry

    def _write(self, path: Path, entry: dict[str, Any]) -> None:
        """Write an entry. A cache that cannot be written only costs time, so that is no failure.

        Nor is one that a crash cut short: it does not parse. So it is not synced, which would take longer than to ask.
        """
        temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps({"version": VERSION, **entry}, separators=(",", ":")), encoding="utf-8")
            temporary.replace(path)
        except OSError:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)


def now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)
