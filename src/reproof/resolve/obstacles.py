"""Why requirements cannot be had: from what the indexes know of each package, and from the solver's words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from packaging.requirements import Requirement as Line

from reproof.adapters.dated.index import Project
from reproof.adapters.dated.releases import Release
from reproof.model.resolution import Obstacle
from reproof.model.target import Target

NEAREST = 3
"""How many versions beside a missing one are named."""
Releases = Callable[[str], Sequence[Release]]


def of_project(line: Line, project: Project, releases: Sequence[Release], target: Target) -> Obstacle | None:
    """Return why no release of a project can satisfy a requirement by itself; None if one can."""
    what = str(line)
    if not project.reached:
        return Obstacle(
            kind="unreachable",
            package=line.name,
            what=f"no index could be asked for {line.name}: {'; '.join(project.failures)}",
            remedy="check the network and pip's configuration, then resolve again",
        )
    if not releases:
        return _not_yet(line, project) or Obstacle(
            kind="never existed",
            package=line.name,
            what=f"no index has a project named {line.name}, or not any more",
            remedy="correct the name, or give a place that has it with --find-links or --extra-index-url of pip",
        )
    matching = [r for r in releases if line.specifier.contains(r.version, prereleases=True)]
    if not matching:
        return _not_yet(line, project) or _no_such_version(line, releases)
    if any(release.chosen is not None for release in matching):
        return None
    return _not_on_target(what, line.name, matching, target)


def missing_dependencies(failure: str, projects: Sequence[Project]) -> Iterator[Obstacle]:
    """Yield an obstacle for each project that the solver's words name and no index has or could be asked for."""
    words = set(re.findall(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]|[A-Za-z0-9]", failure.lower()))
    for project in projects:
        empty = not (project.stand.there or project.stand.later)
        if project.name in words and (empty or not project.reached):
            yield Obstacle(
                kind="never existed" if project.reached else "unreachable",
                package=project.name,
                what=f"{project.name}, which another package needs, is on no index"
                + (f": {'; '.join(project.failures)}" if project.failures else ""),
                remedy="give a place that has it, or ask for a version of the other package that does not need it",
            )


def contradiction(failure: str, packages: Sequence[str]) -> Obstacle:
    """Return the obstacle that requirements contradict each other, in the solver's words."""
    together = " and ".join(packages) if packages else "the requirements"
    return Obstacle(
        kind="contradiction",
        package=", ".join(packages),
        what=f"{together} cannot be installed together: {in_words(failure)}",
        remedy="drop or loosen one of them, or resolve for another date",
    )


def in_words(failure: str) -> str:
    """Return a solver's explanation as one sentence, without its ornaments."""
    lines = [line.strip(" ╰─▶│×") for line in failure.splitlines()]
    kept = [
        line.removeprefix("cause: ") for line in lines if line and not line.startswith(("hint:", "warning:", "error:"))
    ]
    return " ".join(" ".join(kept).removeprefix("No solution found when resolving dependencies:").split())


def _not_yet(line: Line, project: Project) -> Obstacle | None:
    fitting = project.stand.later_of(project.name, lambda version: line.specifier.contains(version, prereleases=True))
    if not fitting:
        return None
    first = fitting[0]
    day = f"{first.uploaded:%Y-%m-%d}" if first.uploaded else "a later day"
    return Obstacle(
        kind="never existed",
        package=line.name,
        what=f"{line} did not exist yet: {first.file.filename} is of {day}",
        remedy=f"resolve for a date after {day}",
    )


def _no_such_version(line: Line, releases: Sequence[Release]) -> Obstacle:
    known = [str(release.version) for release in releases]
    exact = next((clause.version for clause in line.specifier if clause.operator == "=="), None)
    named = f"{len(known)} others do, up to {known[-1]}"
    return Obstacle(
        kind="deleted" if exact and "*" not in exact else "never existed",
        package=line.name,
        what=f"no index has a version that satisfies {line}: {named}",
        remedy=f"ask for one of those that exist, such as {', '.join(known[-NEAREST:])}",
    )


def _not_on_target(what: str, name: str, matching: Sequence[Release], target: Target) -> Obstacle:
    newest = matching[-1]
    files = ", ".join(sorted(dated.file.filename for dated in newest.others)[:NEAREST])
    if newest.reason == "not admitted":
        return Obstacle(
            kind="other platform",
            package=name,
            what=f"the lock admits no file of {name} {newest.version} that fits {target.machine} Linux",
            remedy="make the lock on Linux, or leave out its hashes",
        )
    if newest.reason == "other platform":
        return Obstacle(
            kind="other platform",
            package=name,
            what=f"{what} has no file for {target.machine} Linux: there are {files}",
            remedy="replace it by a package for Linux, or run it on that platform",
        )
    return Obstacle(
        kind="no interpreter",
        package=name,
        what=f"{what} has no file for Python {target.python}: there are {files}",
        remedy=f"choose another Python with --python: {', '.join(pythons(newest)) or 'see its files'}",
    )


def pythons(release: Release) -> list[str]:
    """Return the versions of Python that a release has wheels for, as far as their names tell."""
    found = set()
    for dated in release.others:
        if match := re.search(r"-cp(\d)(\d+)-", dated.file.filename):
            found.add((int(match[1]), int(match[2])))
    return [f"{major}.{minor}" for major, minor in sorted(found)]
