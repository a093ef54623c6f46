"""Releases that came after the instant, and are taken where nothing that was there serves what the project asks for.

A commit pins what is released an hour later; and what was there is deleted from an index, or uploaded anew: `torch` of
2018 is gone, the oldest that is left is of December. The first to come afterwards is the nearest that can be had.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from packaging.requirements import Requirement as Line
from packaging.version import Version

from reproof.adapters.dated.index import DatedIndex
from reproof.adapters.dated.releases import releases
from reproof.model.target import Target
from reproof.resolve.wanted import Wanted

ASKED_AT_ONCE = 16


def late_releases(needs: Wanted, index: DatedIndex, target: Target) -> Mapping[str, Version]:
    """Return the version to add to those that were there, by project. All that the project asks for is looked up."""
    lines: dict[str, Line] = {}
    for line, _ in needs.lines:
        merged = lines.setdefault(line.name, Line(str(line)))
        merged.specifier &= line.specifier
    with ThreadPoolExecutor(ASKED_AT_ONCE) as pool:
        found = pool.map(lambda line: _late(line, needs, index, target), lines.values())
        return {name: version for name, version in zip(lines, found, strict=True) if version is not None}


def _late(line: Line, needs: Wanted, index: DatedIndex, target: Target) -> Version | None:
    def admits(version: Version) -> bool:
        return line.specifier.contains(version, prereleases=True)

    stand = index.project(line.name).stand
    if any(admits(dated.version) for dated in stand.there):
        return None
    later = stand.later_of(line.name, admits)
    installable = {
        release.version
        for release in releases(later, target, needs.admitted.get(line.name, ()))
        if release.chosen is not None
    }
    return next((dated.version for dated in later if dated.version in installable), None)
