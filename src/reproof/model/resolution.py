"""Resolution: one artifact with its sha256 for each package, and what was found out about possible base images."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Blob, Document, Frozen, Gap

Confidence = Literal["proven", "probable", "vendored", "unknown"]


class Artifact(Frozen):
    """A wheel. `url` (without credentials) says where it was found; None means that the store holds the only copy."""

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
    evidence: str


class ImageLookup(Frozen):
    """What a registry said of an image name. `digest` is None when it has none or could not be asked: see `error`."""

    reference: str
    digest: str | None
    error: str | None = None
    reachable: bool = True


class ArchivePackage(Frozen):
    """A distribution package that the archive offers now, for one that was recorded."""

    name: str
    recorded: str
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
    gaps: tuple[Gap, ...] = ()
