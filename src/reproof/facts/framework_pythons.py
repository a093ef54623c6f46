"""For which versions of Python the wheels of large frameworks were made. Sources: SOURCES.md."""

from __future__ import annotations

from functools import cache

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from reproof.facts.tables import read_table
from reproof.model.base import Frozen

ALIKE = {"tensorflow-gpu": "tensorflow", "tensorflow-cpu": "tensorflow"}
"""Distributions whose wheels were made for the same versions as those of another."""


class FrameworkPythons(Frozen):
    """A release of a framework and the minor versions of Python that have its wheel for Linux on x86-64."""

    framework: str
    version: str
    pythons: tuple[str, ...]


@cache
def framework_pythons() -> tuple[FrameworkPythons, ...]:
    """Return the known releases."""
    return read_table("framework_pythons", FrameworkPythons)


def pythons_of(name: str, specifier: SpecifierSet) -> frozenset[str]:
    """Return the versions of Python that have a wheel of a framework in these versions; empty if that is not known."""
    framework = ALIKE.get(name, name)
    rows = (row for row in framework_pythons() if row.framework == framework)
    return frozenset(python for row in rows if specifier.contains(Version(row.version)) for python in row.pythons)
