"""What a project needs as a solver is asked for it: lines for one target, with what was left out and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Line

from reproof.adapters.dated.repair import mend_requirement
from reproof.model.base import Gap
from reproof.model.requirements import Requirement, Requirements
from reproof.model.target import Target

IGNORED = frozenset({"python", "pip"})
"""`python` is the interpreter; pip installs the others and is chosen apart from them."""


@dataclass(frozen=True)
class Wanted:
    """Requirements that apply to a target, in order, each with where it is said."""

    lines: tuple[tuple[Line, str], ...]
    constraints: tuple[tuple[Line, str], ...] = ()
    locked: frozenset[str] = frozenset()
    admitted: dict[str, frozenset[str]] = field(default_factory=dict)
    """The sha256 that a lock admits, by project."""
    gaps: tuple[Gap, ...] = ()

    def sources(self, name: str) -> tuple[str, ...]:
        """Return where a package is asked for."""
        return tuple(dict.fromkeys(source for line, source in self.lines if line.name == name))

    def text(self) -> tuple[str, ...]:
        """Return the lines as a solver reads them."""
        return tuple(dict.fromkeys(str(line) for line, _ in self.lines))


def wanted(requirements: Requirements, target: Target) -> Wanted:
    """Return what a project needs on a target. What is needed only to build others is not part of it."""
    lines: list[tuple[Line, str]] = []
    constraints: list[tuple[Line, str]] = []
    gaps: list[Gap] = []
    admitted: dict[str, set[str]] = {}
    for requirement in requirements.requirements:
        if requirement.kind == "build" or requirement.name in IGNORED or not applies(requirement.marker, target):
            continue
        line, gap = read(requirement)
        gaps += [gap] if gap else []
        if line is None:
            continue
        (constraints if requirement.kind == "constraint" else lines).append((line, requirement.source))
        sha256 = {text.removeprefix("sha256:") for text in requirement.hashes if text.startswith("sha256:")}
        if sha256:
            admitted.setdefault(line.name, set()).update(sha256)
    return Wanted(
        lines=tuple(lines),
        constraints=tuple(constraints),
        locked=frozenset(r.name for r in requirements.requirements if r.kind == "locked"),
        admitted={name: frozenset(hashes) for name, hashes in admitted.items()},
        gaps=tuple(gaps),
    )


def read(requirement: Requirement) -> tuple[Line | None, Gap | None]:
    """Return a requirement as a line without its marker, and what was lost in doing so."""
    extras = f"[{','.join(requirement.extras)}]" if requirement.extras else ""
    text = f"{requirement.name}{extras}{requirement.specifier}"
    try:
        line: Line | None = Line(text)
    except InvalidRequirement:
        mended = mend_requirement(text)
        line = Line(mended) if mended else None
    if line is None:
        return None, Gap(
            what=f"the requirement {text} ({requirement.source})",
            why="it cannot be understood",
            effect="nothing is chosen for it",
        )
    if requirement.url is None:
        return line, None
    if "://" not in requirement.url:
        # A folder of the project itself: its code is there, and what it requires is in the list as well.
        return None, None
    return line, Gap(
        what=f"{line.name} from {requirement.url} ({requirement.source})",
        why="a solver is asked for releases of indexes alone",
        effect="a release of the same name, of the date, takes its place",
    )


def applies(marker: str | None, target: Target) -> bool:
    """Say whether a marker holds on a target; one that cannot be read is taken to hold."""
    try:
        return marker is None or Marker(marker).evaluate({**environment(target), "extra": ""})
    except (InvalidMarker, KeyError, ValueError):
        return True


def environment(target: Target) -> dict[str, str]:
    """Return the values of the marker variables on a target."""
    version = ".".join(map(str, target.minor))
    return {
        "implementation_name": "cpython",
        "implementation_version": target.python,
        "os_name": "posix",
        "platform_machine": target.machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": target.python,
        "python_version": version,
        "sys_platform": "linux",
    }


def names(lines: Iterable[tuple[Line, str]]) -> tuple[str, ...]:
    """Return the packages of some lines, each once, in order."""
    return tuple(dict.fromkeys(line.name for line, _ in lines))
