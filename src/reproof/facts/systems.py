"""Operating systems by their C library, and the official Python images built on them. Sources: SOURCES.md."""

from __future__ import annotations

from functools import cache

from packaging.version import InvalidVersion, Version

from reproof.facts.tables import read_table
from reproof.model.base import Frozen

FAMILY = {"rocky": "rockylinux", "rhel": "ubi", "centos": "ubi", "almalinux": "ubi", "ol": "oraclelinux"}
"""How a distribution that calls itself so is listed here: by the image of its family, whose C library is the same."""


class OperatingSystem(Frozen):
    """A release of a distribution. `os` and `version` are as images are tagged; None is unknown."""

    os: str
    version: str
    codename: str | None
    glibc: str
    glibcxx: str | None
    """The newest symbol version of its C++ library."""
    eol: str | None
    unverified: tuple[str, ...]


class PythonImage(Frozen):
    """A patch release of Python, and the Debian releases on which an official slim image of it was built."""

    python: str
    released: str | None
    slim: tuple[str, ...]
    last_built: str | None
    unverified: bool


@cache
def operating_systems() -> tuple[OperatingSystem, ...]:
    """Return the known releases."""
    return read_table("systems", OperatingSystem)


@cache
def python_images() -> dict[str, PythonImage]:
    """Return the known patch releases of Python."""
    return {image.python: image for image in read_table("python_images", PythonImage)}


def system_named(os: str | None, version: str | None) -> OperatingSystem | None:
    """Return a release by what it calls itself; its minor version counts where releases have one (Ubuntu)."""
    wanted, number = (os, FAMILY.get(os or "")), version or ""
    return next(
        (
            system
            for system in operating_systems()
            if system.os in wanted and number in (system.version, f"{system.version}.{number.partition('.')[2]}")
        ),
        None,
    )


def system_of(codename: str) -> OperatingSystem | None:
    """Return a release by its codename."""
    return next((system for system in operating_systems() if codename and system.codename == codename), None)


def glibc_of(text: str) -> Version | None:
    """Return the version in `glibc 2.36` or `2.36`; None if it is another library, or none is told."""
    name, _, number = text.rpartition(" ")
    if name not in ("", "glibc"):
        return None
    try:
        return Version(number)
    except InvalidVersion:
        return None
