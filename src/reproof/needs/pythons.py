"""Which Python a project was run with: candidates, the best first, each with what speaks for and against it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from reproof.facts.framework_pythons import pythons_of
from reproof.facts.python_releases import PythonRelease, python_releases
from reproof.model.base import Gap
from reproof.model.requirements import PythonChoice, Requirement
from reproof.needs.found import PythonSign

SETTLED = timedelta(days=365)
"""How long a version is out before it is the usual one: frameworks need about so long until they have wheels for it."""
PATCHES = range(30)
PYTHON2 = "<3.0"
"""The range that code in Python 2 gives."""
CHOICES = 4
LATER = 2
"""Versions that came out after the project's date and fit otherwise: for when an older one is not to be had."""
NAMED = 3
"""Reasons that a choice gives."""


@dataclass(frozen=True, slots=True)
class Case:
    """What speaks for a version and against it."""

    release: PythonRelease
    version: str
    """As the project says it, with its patch version where it does."""
    stated: int
    """The place of the sign that says exactly this version; past the last if none does."""
    tested: bool
    later: bool
    """Whether it came out after the project's date."""
    distance: float
    """Steps to the usual version of the time; half a step more for an older one."""
    for_it: tuple[str, ...]
    against: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int, bool, float]:
        """Smaller is better."""
        return len(self.against), self.stated, not self.tested, self.distance


def find_pythons(
    signs: Sequence[PythonSign], requirements: Iterable[Requirement], instant: str | None, given: str | None
) -> tuple[PythonChoice, ...]:
    """Return the versions that a project may need as of an instant; the one that was given is the only one."""
    if given:
        return (PythonChoice(version=given, reason="as asked for"),)
    day = date.fromisoformat(instant[:10]) if instant else None
    ranges = [*specifiers(signs), *wheel_ranges(requirements)]
    cases = sorted((judge(release, signs, ranges, day) for release in python_releases()), key=lambda case: case.rank)
    fewest = len(cases[0].against)
    fitting = [case for case in cases if len(case.against) == fewest][:CHOICES]
    later = [case for case in cases if case.later and case not in fitting and len(case.against) == fewest + 1]
    return tuple(PythonChoice(version=case.version, reason=reason_of(case)) for case in (*fitting, *later[:LATER]))


@dataclass(frozen=True, slots=True)
class Range:
    """Minor versions that something admits, and what says so."""

    versions: frozenset[str]
    where: str


def specifiers(signs: Iterable[PythonSign]) -> Iterator[Range]:
    """Yield the ranges that signs give; what is no specifier says nothing."""
    for sign in signs:
        if sign.kind == "range":
            try:
                specifier = SpecifierSet(sign.value, prereleases=True)
            except InvalidSpecifier:
                continue
            versions = (release.version for release in python_releases())
            admitted = frozenset(one for one in versions if any(specifier.contains(f"{one}.{p}") for p in PATCHES))
            yield Range(admitted, f"{sign.value} by {sign.where}")


def wheel_ranges(requirements: Iterable[Requirement]) -> Iterator[Range]:
    """Yield the versions that have wheels of a declared framework."""
    for one in requirements:
        if one.specifier and one.kind in ("declared", "locked", "constraint") and not one.url:
            public = ",".join(part.partition("+")[0] for part in one.specifier.split(","))
            versions = pythons_of(one.name, SpecifierSet(public, prereleases=True))
            if versions:
                yield Range(versions, f"the wheels of {one.name}{one.specifier} ({one.source})")


def judge(release: PythonRelease, signs: Sequence[PythonSign], ranges: Sequence[Range], day: date | None) -> Case:
    """Return the case of one version."""
    exact = [(at, one) for at, one in enumerate(signs) if one.kind == "exact" and minor(one.value) == release.version]
    tested = [one for one in signs if one.kind == "tested" and minor(one.value) == release.version]
    usual = usual_python(day)
    steps = position(release.version) - position(usual)
    for_it = [one.where for _, one in exact] + [one.where for one in tested]
    for_it += [one.where for one in ranges if release.version in one.versions]
    if steps == 0:
        for_it.append(f"the usual one {f'on {day}' if day else 'now'}: the newest that had been out for a year")
    against = [f"not within {one.where}" for one in ranges if release.version not in one.versions]
    later = day is not None and release.released > day.isoformat()
    if release.version < "3" and not exact and not any(one.value == PYTHON2 for one in signs):
        against.append("nothing in the code asks for Python 2")
    if later:
        against.append(f"it came out on {release.released}, after the project's date")
    return Case(
        release=release,
        version=next((one.value for _, one in exact), release.version),
        stated=exact[0][0] if exact else len(signs),
        tested=bool(tested),
        later=later,
        distance=steps if steps >= 0 else -steps + 0.5,
        for_it=tuple(dict.fromkeys(for_it)),
        against=tuple(dict.fromkeys(against)),
    )


def usual_python(day: date | None) -> str:
    """Return the newest version that had been out for a year on a day; without one, the last but two."""
    releases = python_releases()
    if day is None:
        return releases[-3].version
    before = (day - SETTLED).isoformat()
    return next((one.version for one in reversed(releases) if one.released <= before), releases[0].version)


def position(version: str) -> int:
    return next(at for at, release in enumerate(python_releases()) if release.version == version)


def minor(version: str) -> str:
    """Return `3.6` of `3.6.9`."""
    return ".".join(version.split(".")[:2])


def reason_of(case: Case) -> str:
    """Return what speaks for a version, and what against it."""
    named = "; ".join(case.for_it[:NAMED]) or f"near to the usual one; out since {case.release.released}"
    more = f"; and {len(case.for_it) - NAMED} more" if len(case.for_it) > NAMED else ""
    against = f"; although {'; '.join(case.against[:NAMED])}" if case.against else ""
    return named + more + against


def python2_gap(choices: Sequence[PythonChoice], signs: Iterable[PythonSign]) -> Iterator[Gap]:
    """Yield a gap if the best choice is Python 2, with what shows it."""
    if choices and choices[0].version.startswith("2"):
        shown = [sign.where for sign in signs if sign.value == PYTHON2]
        why = "; ".join(shown[:NAMED]) or choices[0].reason
        effect = "it runs only where an interpreter of version 2.7 is at hand; 2to3 may bring the code to Python 3"
        yield Gap(what="the project is written in Python 2", why=why, effect=effect)
