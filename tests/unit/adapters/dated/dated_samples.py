"""Files as indexes list them."""

from __future__ import annotations

from datetime import datetime

from reproof.adapters.dated.asof import DatedFile, Stand, parse_instant, stand
from reproof.adapters.index_pages import IndexFile

MAIN = "https://index.example/simple"
EXTRA = "https://extra.example/whl"


def listed(filename: str, uploaded: str | None = None, place: str = MAIN, **more: object) -> IndexFile:
    return IndexFile(filename, f"{place}/{filename}", place, upload_time=uploaded, **more)  # type: ignore[arg-type]


def as_of(instant: str, *files: IndexFile, tabled: dict[str, str] | None = None) -> Stand:
    """Return how the files of `pack` stood; `tabled` are versions and dates that a table knows."""

    def dates(project: str, version: object) -> datetime | None:
        known = (tabled or {}).get(str(version))
        return parse_instant(known) if known else None

    return stand("pack", files, parse_instant(instant), dates)


def names(files: tuple[DatedFile, ...]) -> list[str]:
    return [dated.file.filename for dated in files]
