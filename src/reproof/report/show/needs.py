"""What an old project needs, and of when it is: each thing with the place that says so."""

from __future__ import annotations

from collections.abc import Iterator

from reproof.model.requirements import Requirement, Requirements
from reproof.report.show.entry import Entry, joined


def needs(requirements: Requirements) -> Iterator[Entry]:
    """Yield the dates and the Pythons that may be right, best first, then what is needed."""
    for number, date in enumerate(requirements.dates):
        yield Entry("date" if number == 0 else "or", date.instant, date.reason)
    for number, python in enumerate(requirements.pythons):
        yield Entry("Python" if number == 0 else "or", python.version, python.reason)
    for one in requirements.requirements:
        spare = "the code may do without" if one.optional else ""
        yield Entry(one.name, wanted(one), joined(one.kind, spare, one.source))
    for place in requirements.places:
        yield Entry("place", place, "named by the project")
    for package in requirements.system_packages:
        yield Entry("system package", package)
    if requirements.imports:
        yield Entry("imports", ", ".join(requirements.imports), "tried in the image before the run")


def wanted(one: Requirement) -> str:
    """Return which versions of a distribution are asked for."""
    extras = f"[{','.join(one.extras)}] " if one.extras else ""
    marker = f" if {one.marker}" if one.marker else ""
    return f"{extras}{one.specifier or one.url or 'any version'}{marker}"
