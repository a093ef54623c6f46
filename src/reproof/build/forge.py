"""Runs one build in a container: no network, no privilege, no way to write outside, and limits on all else."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from reproof.adapters.engine import Engine
from reproof.adapters.engine_run import Bind, RunOutcome, RunSpec
from reproof.adapters.wheel_archive import normalise
from reproof.build.context import EPOCH
from reproof.build.diagnose import BuildFailure
from reproof.build.source_archive import Source
from reproof.build.wheel_cache import Made
from reproof.errors import EngineError
from reproof.model.resolution import Artifact
from reproof.progress import Task
from reproof.store.store import Store

GUEST = Path(__file__).parent / "guest" / "make_wheel.py"
INPUT, PLACE = "/in", "/build"
USER = "1000:1000"
LABEL = "run.wheel"
LOG_BYTES = 1 << 20
HEAD_BYTES = 1 << 16
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": f"{PLACE}/home",
    "TMPDIR": f"{PLACE}/tmp",
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "SOURCE_DATE_EPOCH": str(EPOCH),
    "PIP_NO_INDEX": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
}


@dataclass(frozen=True, slots=True)
class BuildLimits:
    """What one build may use. Memory, disk (which is memory, too) and the size of the wheel in bytes."""

    memory: int = 6 << 30
    disk: int = 3 << 30
    wheel: int = 1 << 30
    processes: int = 1024
    timeout_s: float = 1800.0


@dataclass(frozen=True, slots=True)
class Job:
    """One source distribution to build: the requirements are all wheels; `pip` is the one that installs them."""

    name: str
    version: str
    artifact: Artifact
    source: Source
    known: Sequence[str]
    """The requirements in words, as the source or an earlier try told them."""
    requirements: Sequence[Artifact]
    pip: Artifact


@dataclass(frozen=True, slots=True)
class Forge:
    """An engine with the image of a workshop, and the path of the interpreter in it."""

    engine: Engine
    image: str
    python: str
    store: Store
    limits: BuildLimits = field(default_factory=BuildLimits)

    def make(self, job: Job, task: Task) -> Made | BuildFailure:
        """Build one wheel and keep it, in a form that depends on nothing but its files.

        Raises:
            EngineError: the engine is on another machine, or went away.
            StoreError: the store cannot be written, or lacks the source or a requirement.
        """
        if not self.engine.info().is_local:
            raise EngineError(
                f"the engine at {self.engine.host.url} is on another machine, and a build mounts files of this one",
                "run reproof there, or use an engine on this machine (unset DOCKER_HOST)",
            )
        package = canonicalize_name(job.name)
        with self.store.scratch("forge") as folder:
            with Answer(folder / "answer", self.limits.wheel, task) as answer:
                outcome = self.engine.run(self._spec(job), answer.receive)
            limit = exceeded(outcome, self.limits, answer.too_large)
            if outcome.exit_code != 0 or limit is not None:
                return BuildFailure(package, job.version, answer.log or outcome.error, limit)
            try:
                return self._adopt(job, answer, folder)
            except (ValueError, OSError, zipfile.BadZipFile) as error:
                log = f"{answer.log}\nreproof: what the build made is no wheel of {job.name} {job.version}: {error}"
                return BuildFailure(package, job.version, log)

    def _spec(self, job: Job) -> RunSpec:
        artifacts = {artifact.filename: artifact for artifact in (job.artifact, job.pip, *job.requirements)}
        blobs = self.store.blobs
        return RunSpec(
            image=self.image,
            argv=(self.python, "-I", "-c", GUEST.read_text(encoding="utf-8"), json.dumps(order(job))),
            user=USER,
            workdir="/",
            environment=ENVIRONMENT,
            mounts=tuple(Bind(str(blobs.checked(a.digest)), f"{INPUT}/{name}") for name, a in artifacts.items()),
            memory=self.limits.memory,
            hostname="build",
            labels={LABEL: job.artifact.digest},
            read_only=True,
            scratch={PLACE: self.limits.disk, "/tmp": self.limits.disk},
            processes=self.limits.processes,
            timeout_s=self.limits.timeout_s,
        )

    def _adopt(self, job: Job, answer: Answer, folder: Path) -> Made:
        """Keep the wheel of an answer. Raises ValueError, OSError, zipfile.BadZipFile: it is not what it should be."""
        head = answer.head()
        filename = str(head["filename"])
        name, version, _, _ = parse_wheel_filename(filename)  # InvalidWheelFilename is a ValueError
        if name != canonicalize_name(job.name) or version.public != Version(job.version).public:
            raise ValueError(f"its name is {filename}")
        normalise(answer.wheel(int(head["size"])), folder / "wheel")
        blob = self.store.blobs.put_file(folder / "wheel")
        return Made(
            wheel=Artifact(filename=filename, digest=blob.digest, size=blob.size),
            build=tuple(sorted({*job.requirements, job.pip}, key=lambda artifact: artifact.filename)),
            libraries=tuple(str(package) for package in head.get("packages", ())),
        )


def order(job: Job) -> dict[str, Any]:
    """Return what the guest is told."""
    return {
        "source": f"{INPUT}/{job.artifact.filename}",
        "folder": job.source.folder,
        "backend": job.source.backend,
        "backend_path": job.source.backend_path,
        "known": list(job.known),
        "pip": f"{INPUT}/{job.pip.filename}",
        "wheels": sorted({f"{INPUT}/{artifact.filename}" for artifact in job.requirements}),
    }


def exceeded(outcome: RunOutcome, limits: BuildLimits, too_large: bool) -> str | None:
    """Return in words which limit stopped a build; None if none did."""
    if outcome.timed_out:
        return f"it was stopped after {limits.timeout_s / 60:g} minutes"
    if outcome.oom_killed:
        return f"it was stopped because it needed more than {limits.memory / 2**30:g} GB of memory"
    if too_large:
        return f"its wheel is larger than {limits.wheel / 2**30:g} GB"
    return None


class Answer:
    """Collects what the guest sends: a line about the wheel and its bytes in a file, and the last of the log."""

    def __init__(self, path: Path, limit: int, task: Task) -> None:
        self._path = path
        self._limit = limit
        self._task = task
        self._size = 0
        self._log = b""
        self.too_large = False

    def __enter__(self) -> Answer:
        self._file = self._path.open("wb")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def receive(self, stream: str, data: bytes) -> None:
        """Take in output as it comes; beyond the limit it is dropped."""
        if stream == "stdout":
            self._size += len(data)
            self.too_large = self.too_large or self._size > self._limit + HEAD_BYTES
            if not self.too_large:
                self._file.write(data)
            return
        self._log = (self._log + data)[-LOG_BYTES:]
        lines = data.decode(errors="replace").split("\n")
        self._task.describe(next((line.strip() for line in reversed(lines) if line.strip()), ""))

    @property
    def log(self) -> str:
        """What the build printed last."""
        return self._log.decode(errors="replace")

    def head(self) -> dict[str, Any]:
        """Return what was told about the wheel. Raises ValueError."""
        with self._path.open("rb") as handle:
            told = json.loads(handle.readline(HEAD_BYTES))
        if not isinstance(told, dict) or not {"filename", "size"} <= set(told):
            raise ValueError("the container's answer is damaged")
        return told

    def wheel(self, size: int) -> Path:
        """Return the file with the wheel's bytes alone. Raises ValueError: they are not all there."""
        target = self._path.with_suffix(".whl")
        with self._path.open("rb") as source, target.open("wb") as wheel:
            source.readline(HEAD_BYTES)
            shutil.copyfileobj(source, wheel, 1 << 20)
        if target.stat().st_size != size:
            raise ValueError("the container's answer broke off")
        return target
