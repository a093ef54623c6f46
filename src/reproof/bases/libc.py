"""How new a base's C and C++ libraries must be, and how near one system is to the recorded one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from packaging.version import Version

from reproof.facts.systems import OperatingSystem, glibc_of, system_named, system_of
from reproof.model.snapshot import Interpreter, Snapshot

MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_|manylinux(1|2010|2014)_")
LEGACY = {"1": Version("2.5"), "2010": Version("2.12"), "2014": Version("2.17")}
"""PEP 513, 571 and 599."""


PORTABLE = Version("2.17")
"""What the builds of python-build-standalone, which uv installs, and of conda-forge ask for, as their makers say."""
UV = re.compile(r"/uv/python/cpython-")


@dataclass(frozen=True, slots=True)
class LibcNeed:
    """What files that go into an image ask of its C library. None where nothing tells."""

    recorded: Version | None
    wheels: Version | None
    """The least with which every wheel from an index loads; None if one was built on the recorded machine."""
    system: OperatingSystem | None
    """The recorded system, if it is one that is known."""
    portable: bool = False
    """Whether the interpreter was built elsewhere, to run on older systems, too."""

    def least(self, carried: bool) -> Version | None:
        """Return the oldest that will do. `carried`: binaries of the recorded system go in, too."""
        if self.wheels is None or (carried and not self.portable):
            return self.recorded
        return max(self.wheels, PORTABLE) if carried else self.wheels


@total_ordering
@dataclass(frozen=True, slots=True)
class Nearness:
    """How well a system serves in place of the recorded one: less is nearer."""

    tier: int
    """0 the same release, 1 new enough, 2 its C library is not known, 3 too old."""
    distance: int = 0
    """Between the C libraries, in halves of their minor versions: an older one counts half a version more."""

    def __lt__(self, other: Nearness) -> bool:
        return (self.tier, self.distance) < (other.tier, other.distance)


def libc_need(snapshot: Snapshot) -> LibcNeed:
    """Return what the packages and the recorded system ask for."""
    system = snapshot.system
    named = system_of(system.codename) or system_named(system.os, system.os_version)
    recorded = glibc_of(system.libc) or (glibc_of(named.glibc) if named else None)
    return LibcNeed(recorded, wheels_need(snapshot), named, portable=is_portable(snapshot.interpreter))


def is_portable(interpreter: Interpreter | None) -> bool:
    """Say whether an interpreter is one that uv or conda installed: it was not compiled on the recorded system."""
    if interpreter is None:
        return False
    return UV.search(interpreter.base_prefix) is not None or (interpreter.owner or "").startswith("conda:")


def wheels_need(snapshot: Snapshot) -> Version | None:
    """Return the newest C library that a wheel asks for; None if some package was compiled on the machine itself."""
    newest = Version("2.5")
    for distribution in snapshot.distributions:
        platforms = [tag.rpartition("-")[2] for tag in distribution.tags]
        if any(platform != "any" for platform in platforms):
            # A file name lists every policy that its wheel meets; the least of them is enough.
            least = min(filter(None, map(policy, platforms)), default=None)
            if least is None:
                return None
            newest = max(newest, least)
    return newest


def policy(platform: str) -> Version | None:
    """Return the C library that a platform tag asks for, 2.17 for `manylinux2014_x86_64`; None if it does not say."""
    found = MANYLINUX.match(platform)
    if found is None:
        return None
    return LEGACY[found[3]] if found[3] else Version(f"{found[1]}.{found[2]}")


def nearness(system: OperatingSystem | None, need: LibcNeed, carried: bool) -> Nearness:
    """Return how near a system comes to the recorded one, for wheels alone or with binaries of that system."""
    if system is not None and system == need.system:
        return Nearness(0)
    glibc = glibc_of(system.glibc) if system else None
    least = need.least(carried)
    if system is None or glibc is None or least is None:
        return Nearness(2)
    wanted = need.recorded or least
    distance = 2 * abs(glibc.minor - wanted.minor) + (glibc < wanted)
    if glibc < least or (carried and not need.portable and older_glibcxx(system, need.system)):
        return Nearness(3, distance)
    return Nearness(1, distance)


def libc_difference(system: OperatingSystem, need: LibcNeed) -> str:
    """Return in words how a system's C library compares to the recorded one."""
    if need.recorded is None:
        return f"glibc {system.glibc}"
    same = glibc_of(system.glibc) == need.recorded
    return f"glibc {system.glibc}, as recorded" if same else f"glibc {system.glibc}, recorded {need.recorded}"


def older_glibcxx(system: OperatingSystem, recorded: OperatingSystem | None) -> bool:
    """Say whether a C++ library is known to lack symbols that the recorded one has."""
    if recorded is None or system.glibcxx is None or recorded.glibcxx is None:
        return False
    here, there = (Version(name.removeprefix("GLIBCXX_")) for name in (system.glibcxx, recorded.glibcxx))
    return here < there
