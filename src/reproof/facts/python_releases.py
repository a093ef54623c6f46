"""When minor versions of Python came out, from the table of their patch releases."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from reproof.facts.systems import python_images


class PythonRelease(NamedTuple):
    """A minor version (`3.6`) and the day of its first release."""

    version: str
    released: str


@cache
def python_releases() -> tuple[PythonRelease, ...]:
    """Return the minor versions in their order."""
    first = (image for image in python_images().values() if image.python.endswith(".0") and image.released)
    releases = (PythonRelease(image.python.removesuffix(".0"), image.released or "") for image in first)
    return tuple(sorted(releases, key=lambda release: release.released))
