"""The machine that packages are chosen for. It is never taken from the one that reproof happens to run on."""

from __future__ import annotations

from reproof.model.base import Frozen


class Target(Frozen):
    """An interpreter and a platform: what decides which artifacts can be installed, and which markers hold."""

    python: str
    """CPython's full version: `3.6.15`."""
    machine: str = "x86_64"
    """As `uname -m` says it."""
    glibc: str = "2.36"
    """The C library of the base image, which admits manylinux wheels up to its own level."""

    @property
    def minor(self) -> tuple[int, int]:
        """The first two parts of Python's version."""
        major, minor = self.python.split(".")[:2]
        return int(major), int(minor)
