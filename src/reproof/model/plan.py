"""BuildPlan: the facts that a Dockerfile needs, and for each decision its reason. Made by `plan`, which is pure."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Blob, Document, Frozen, Gap
from reproof.model.decision import Alternative, Decision
from reproof.model.resolution import Artifact
from reproof.model.snapshot import SourceFile

__all__ = [
    "Alternative", "Base", "BuildPlan", "DatasetMount", "Decision", "Limits", "Mount", "SourceRoot", "Venv", "Wheel",
]  # fmt: skip


class Base(Frozen):
    """Where the image starts: an image by digest, or a root file system bootstrapped from the archive."""

    kind: Literal["registry", "bootstrap"]
    reference: str
    """`python:3.11.7-slim-bookworm` or `debian:bookworm`; with `digest` it names one image and no other."""
    digest: str | None = None
    suite: str = ""
    packages: tuple[str, ...] = ()
    """Distribution packages that must be in it, `name` or `name=version`, sorted."""


class Venv(Frozen):
    """The virtual environment, made again at its recorded place by the base interpreter."""

    prefix: str
    system_site_packages: bool = False


class Wheel(Frozen):
    """A wheel to install, and where."""

    name: str
    version: str
    artifact: Artifact
    target: str | None = None
    """A site folder other than the interpreter's own; None for the ordinary place."""


class SourceRoot(Frozen):
    """A folder of the project's code and the files that go into it, by digest."""

    path: str
    files: tuple[SourceFile, ...]


class Mount(Frozen):
    """An input that the replay sees at its recorded path, read-only."""

    path: str
    digest: str | None
    size: int
    mode: int = 0o644
    kept: bool = False


class DatasetMount(Frozen):
    """A folder of many files that the replay sees at its recorded path, read-only unless the run writes among them."""

    path: str
    files: int
    size: int
    listing: Blob
    kept: bool = False
    written_below: bool = False


class Limits(Frozen):
    """What the replay may use, as recorded. Memory in bytes."""

    cpus: tuple[int, ...]
    memory: int | None = None
    shm: int = 1 << 30


class GpuRequest(Frozen):
    """The GPUs that a replay asks for: as many of the recorded model. Memory in bytes, of each."""

    count: int
    model: str
    """As the driver names it, `NVIDIA H100 80GB HBM3`; several kinds are joined by ` + `."""
    capability: str | None = None
    """Compute capability, `9.0`; the least where there are several kinds."""
    memory: int | None = None
    mig: tuple[str, ...] = ()
    """The profiles of the MIG devices that the run had, `1g.10gb`, when it had no whole GPUs."""


class BuildPlan(Document):
    """Everything that decides the image and the replay; equal plans give equal images."""

    SCHEMA: ClassVar[str] = "reproof/plan/1"

    snapshot: str
    resolution: str
    generator: str
    decisions: tuple[Decision, ...]
    base: Base
    interpreter: Blob | None
    """A tar to unpack at the root, when the recorded interpreter is carried."""
    python: str
    """The base interpreter inside the image: it makes the virtual environment and runs the recorder."""
    executable: str
    """The interpreter that programs are installed for and the command uses."""
    venv: Venv | None
    wheels: tuple[Wheel, ...]
    installer: Artifact | None
    sources: tuple[SourceRoot, ...]
    directories: tuple[str, ...]
    """Folders that must exist and belong to the user: the working directory, places for outputs, home."""
    user: str
    uid: int
    gid: int
    workdir: str
    home: str
    locale: str
    timezone: str
    environment: dict[str, str]
    command: tuple[str, ...]
    mounts: tuple[Mount, ...]
    datasets: tuple[DatasetMount, ...] = ()
    limits: Limits
    gpus: GpuRequest | None = None
    """None when the run used none: the replay then sees none, either."""
    labels: dict[str, str]
    warnings: tuple[Gap, ...] = ()
