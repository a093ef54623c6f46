"""Metadata of distributions as tools of today read it: what is malformed is mended, and each repair is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from email.parser import HeaderParser

from packaging.requirements import InvalidRequirement, Requirement

from reproof.adapters.dated.specifiers import mend_specifier
from reproof.model.resolution import Repair

PARTS = re.compile(
    r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?P<extras>\[[^\]]*\])?\s*(?P<specifier>[^;@]*?)\s*(?:;\s*(?P<marker>.*))?"
)
NAME_END = re.compile(r"[._-]+$")
EXTRA = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
PYTHON_NAMES = "python_version|python_full_version|implementation_version"
BARE_VERSION = re.compile(rf"({PYTHON_NAMES})\s*(===?|~=|!=|<=|>=|<|>|in|not in)\s*([\d.*]+)(?=[\s)]|$)")
STARRED = re.compile(rf"({PYTHON_NAMES})\s*(<=|>=|<|>|~=)\s*(['\"])([\d.]+?)\.?\*\3")


@dataclass(frozen=True)
class CoreMetadata:
    """What a solver asks of a distribution, each line valid; `origin` says in words where it was read."""

    requires_dist: tuple[str, ...] = ()
    requires_python: str | None = None
    extras: tuple[str, ...] = ()
    repairs: tuple[Repair, ...] = ()
    origin: str = ""
    unread: str | None = None
    """Why it could not be read; then nothing above means anything."""

    def render(self, name: str, version: str) -> bytes:
        """Return it as a METADATA file of version 2.1."""
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Python: {self.requires_python}"] if self.requires_python else []
        lines += [f"Requires-Dist: {requirement}" for requirement in self.requires_dist]
        lines += [f"Provides-Extra: {extra}" for extra in self.extras]
        return ("\n".join(lines) + "\n\n").encode()


@dataclass
class _Mending:
    """The repairs of one file, as they are found."""

    file: str
    repairs: list[Repair] = field(default_factory=list)

    def note(self, name: str, before: str, after: str | None) -> None:
        self.repairs.append(Repair(file=self.file, field=name, before=before, after=after))


def read_metadata(text: str, filename: str, origin: str) -> CoreMetadata:
    """Return what the METADATA or PKG-INFO of a file says. Of any text something is made; no text is an error."""
    # Only the head is of interest, and a description with a broken encoding must not spoil it. A line of spaces does
    # not end the head: it is an empty line of a folded licence, and the requirements come after that.
    message = HeaderParser().parsestr(text.lstrip().replace("\r\n", "\n").partition("\n\n")[0])
    mending = _Mending(filename)
    version = str(message.get("Metadata-Version", "")).strip()
    if not re.fullmatch(r"[12]\.\d", version):
        mending.note("Metadata-Version", version, "2.1")
    return CoreMetadata(
        requires_dist=tuple(mend_requirements(_values(message.get_all("Requires-Dist")), mending)),
        requires_python=_python(_values(message.get_all("Requires-Python")), mending),
        extras=tuple(_extras(_values(message.get_all("Provides-Extra")), mending)),
        repairs=tuple(mending.repairs),
        origin=origin,
    )


def with_requirements(metadata: CoreMetadata, lines: Iterable[str], filename: str) -> CoreMetadata:
    """Return metadata with the requirements, and the extras they belong to, of the `requires.txt` in the same file."""
    mending = _Mending(filename, list(metadata.repairs))
    requires = tuple(mend_requirements(lines, mending))
    extras = dict.fromkeys((*metadata.extras, *re.findall(r"extra == \"([^\"]+)\"", "\n".join(requires))))
    return replace(
        metadata,
        requires_dist=requires,
        extras=tuple(extras),
        repairs=tuple(mending.repairs),
        origin=f"requires.txt in {filename}",
    )


def mend_requirements(lines: Iterable[str], mending: _Mending) -> Iterator[str]:
    """Yield each requirement in today's spelling; note those that meant nothing as they stood."""
    for line in lines:
        try:
            yield str(Requirement(line))
            continue
        except InvalidRequirement:
            mended = mend_requirement(line)
        mending.note("Requires-Dist", line, mended)
        if mended is not None:
            yield mended


def mend_requirement(line: str) -> str | None:
    """Return a requirement that is valid and means what an invalid one meant; None if that cannot be told."""
    match = PARTS.fullmatch(line.strip())
    if match is None:
        return None
    asked = match["specifier"].strip(" ()")
    # PEP 345 let a bare version stand for that version alone.
    specifier = mend_specifier(f"=={asked}" if asked[:1].isdigit() else asked) if asked else ""
    marker = _mend_marker(match["marker"] or "")
    name = NAME_END.sub("", match["name"])
    for candidate in (f"{name}{match['extras'] or ''}{specifier or ''}", f"{name}{specifier or ''}"):
        try:
            return str(Requirement(candidate + (f" ; {marker}" if marker else "")))
        except InvalidRequirement:
            continue
    return None


def _mend_marker(text: str) -> str:
    """Return a marker with the versions of Python quoted, and without the `.*` that an order cannot have."""
    return STARRED.sub(r"\1 \2 \3\4\3", BARE_VERSION.sub(r"\1 \2 '\3'", text.strip()))


def _values(found: list[str] | None) -> list[str]:
    """Return the values of a field, folded lines joined, empty and unknown ones left out."""
    values = [" ".join(str(value).split()) for value in found or ()]
    return [value for value in values if value and value != "UNKNOWN"]


def _python(values: list[str], mending: _Mending) -> str | None:
    if not values:
        return None
    mended = mend_specifier(values[0])
    if mended != values[0]:
        mending.note("Requires-Python", values[0], mended)
    return mended


def _extras(values: list[str], mending: _Mending) -> Iterator[str]:
    for value in values:
        if EXTRA.fullmatch(value):
            yield value
        else:
            mending.note("Provides-Extra", value, None)
