"""Resolution: one artifact with its sha256 for each package, and what was found out about possible base images."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Blob, Document, Frozen, Gap
from reproof.model.decision import Decision
from reproof.model.environment import Interpreter

Confidence = Literal["proven", "probable", "vendored", "dated", "unknown"]
"""`dated`: nothing was installed to compare with; it is what the indexes offered as of an instant, by hash."""

ObstacleKind = Literal[
    "deleted", "never existed", "yanked", "placeholder", "other platform", "no interpreter", "no compiler",
    "system library", "contradiction", "broken build", "not declared", "unreachable", "versions", "data",
    "empty submodule", "Python 2", "display", "keyboard", "accelerator", "arguments", "other",
]  # fmt: skip


class Obstacle(Frozen):
    """Why a set of requirements cannot be had: which of the known kinds it is, of which package, and what to do."""

    kind: ObstacleKind
    package: str
    what: str
    """What happened, in one sentence that names versions and files."""
    remedy: str
    log: str = ""
    """The last lines that a failing build printed."""


class Try(Frozen):
    """One attempt to bring a project back: for which instant and Python, how far it came, what stopped it."""

    instant: str
    python: str
    reached: Literal["resolved", "built", "imported"] | None
    """The last stage that succeeded; None when not even the requirements could be resolved."""
    obstacles: tuple[Obstacle, ...] = ()


class Repair(Frozen):
    """Something in a file's old metadata that no tool of today accepts, and what it was read as."""

    file: str
    field: str
    before: str
    after: str | None
    """None when nothing could be made of it and it was left out."""


class Artifact(Frozen):
    """A wheel or source distribution.

    `url` (without credentials) says where it was found; None means that the store holds the only copy.
    """

    filename: str
    digest: str
    size: int
    url: str | None = None


class Pin(Frozen):
    """A distribution and the artifact that carries its bytes; `location` is the site folder it was installed in."""

    name: str
    version: str
    location: str
    confidence: Confidence
    artifact: Artifact | None
    """What is installed: a wheel; a source distribution only until a wheel was built from it."""
    evidence: str
    source: Artifact | None = None
    """The source distribution that the wheel was built from."""
    build: tuple[Artifact, ...] = ()
    """The wheels that this build needed, all of them."""


class CondaPackage(Frozen):
    """A package of a conda environment, as an explicit list would name it. Addresses have no credentials."""

    name: str
    version: str
    build: str
    channel: str
    url: str | None
    """None when conda does not say where it came from: it was built here."""
    md5: str | None
    sha256: str | None
    """In hexadecimal, of the package file; old condas know the other one alone."""


class ImageLookup(Frozen):
    """What a registry said of an image name. `digest` is None when it has none or could not be asked: see `error`."""

    reference: str
    digest: str | None
    error: str | None = None
    reachable: bool = True
    wanted: str = ""
    """The name as it was looked for, `python:3.11.7-slim-bookworm`: `reference` has the registry or mirror in it."""


class ArchivePackage(Frozen):
    """A distribution package that the archive offers now, for one that was recorded.

    `recorded` is None for one that nobody recorded: it was chosen, for what the packages of an old project link to.
    """

    name: str
    recorded: str | None
    available: str | None


class Resolution(Document):
    """What can be fetched, by hash, to rebuild the environment of one snapshot."""

    SCHEMA: ClassVar[str] = "reproof/resolution/1"

    snapshot: str
    pins: tuple[Pin, ...]
    installer: Artifact | None
    """The wheel of pip that installs the others inside the build."""
    interpreter: Blob | None
    """A tar of the recorded interpreter, kept because no package or image is known to hold the same binary."""
    images: tuple[ImageLookup, ...]
    packages: tuple[ArchivePackage, ...]
    sources: tuple[str, ...]
    """Suites that this machine's package manager can fetch a base from, such as `bookworm`; empty if none."""
    requirements: str | None = None
    """The id of what the project needs, when the packages were chosen for a date and not found installed."""
    as_of: str | None = None
    """The instant (UTC) as of which the indexes were asked."""
    python: Interpreter | None = None
    """The interpreter that was chosen, as it will be in the environment that is to be made: the snapshot has none."""
    decisions: tuple[Decision, ...] = ()
    """Choices that were made for the date; they go before those of the plan."""
    tries: tuple[Try, ...] = ()
    """Earlier attempts for other dates or interpreters, in order."""
    libraries: tuple[str, ...] = ()
    """Distribution packages with the libraries that wheels built here link to."""
    conda: tuple[CondaPackage, ...] = ()
    """The conda environment that `interpreter` then carries whole: an explicit, hashed list."""
    gaps: tuple[Gap, ...] = ()
