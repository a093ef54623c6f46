"""When releases came out that indexes without upload times offer: torch and what is released with it.

Versions that an index with upload times has as well are dated by it, and need no table: those of NVIDIA's wheels are
all of this kind. Sources: SOURCES.md.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache

from packaging.version import Version

from reproof.facts.frameworks import torch_builds
from reproof.facts.tables import read_table
from reproof.model.base import Frozen


class TorchCompanions(Frozen):
    """A release of torch, and the releases that were made for it; None if there was none."""

    torch: str
    torchvision: str | None
    torchaudio: str | None


def release_date(project: str, version: Version) -> datetime | None:
    """Return the end of the day (UTC) on which a version came out; None if no table knows. Local parts do not count."""
    day = _days().get((project, version.public)) if project in ("torch", "torchvision", "torchaudio") else None
    return datetime.combine(day, time(23, 59, 59), UTC) if day else None


@cache
def _days() -> dict[tuple[str, str], date]:
    """Return the days by project and version; of a companion that served several releases of torch, the first."""
    days: dict[tuple[str, str], date] = {}
    released = {
        build.version: date.fromisoformat(build.released) for build in torch_builds().values() if build.released
    }
    for row in read_table("torch_companions", TorchCompanions):
        for project, version in row.model_dump().items():
            if version is not None and row.torch in released:
                key = (project, version)
                days[key] = min(released[row.torch], days.get(key, released[row.torch]))
    return days
