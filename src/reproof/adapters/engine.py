"""A Docker engine (or Podman's, which speaks the same API), reached through the Docker SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import docker
import docker.errors

from reproof.adapters.engine_errors import LOST, engine_answers, explanation, first_line, lost, registry_error
from reproof.adapters.engine_host import Host, candidates, is_absent, no_engine
from reproof.adapters.engine_run import Output, RunOutcome, RunSpec, run_container
from reproof.adapters.engine_stream import BuildLog, follow_build, follow_pull
from reproof.errors import BuildError
from reproof.progress import Progress

ANSWER_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine says of itself. `memory` in bytes; `is_local`: paths of this machine can be mounted;
    `rootless`: users in its containers are none of this machine's."""

    name: str
    version: str
    api_version: str
    operating_system: str
    storage_driver: str
    cgroup_version: str
    is_local: bool
    rootless: bool
    gpu_runtime: bool
    cpus: int
    memory: int
    root: str = ""
    """The folder on its machine that it keeps images in."""
    builder: str = "classic"
    """What `docker build` uses by default."""


@dataclass(frozen=True, slots=True)
class EngineImage:
    """An image that the engine has. `layers` are diff IDs; `size` in bytes, as the engine counts."""

    image_id: str
    layers: tuple[str, ...]
    size: int
    labels: Mapping[str, str]


class Engine:
    """A connection to an engine that has answered once."""

    def __init__(self, api: Any, host: Host) -> None:
        self.api = api
        """The SDK's client, for what asks the engine's own registry settings."""
        self.host = host

    @classmethod
    def connect(cls, environ: Mapping[str, str]) -> Engine:
        """Return the first engine that tells its version.

        Asked are DOCKER_HOST or the current docker context, if one is set, else the sockets of Docker, rootless
        Docker and Podman.

        Raises:
            EngineError: none answers; it says which were tried, and what to do.
        """
        tried: list[tuple[Host, str]] = []
        for host in candidates(environ):
            if is_absent(host):
                tried.append((host, "no such socket"))
                continue
            try:
                return cls(docker.APIClient(base_url=host.url, tls=host.tls, timeout=ANSWER_TIMEOUT_S), host)
            except LOST as error:
                tried.append((host, root_cause(error)))
        raise no_engine(tried)

    def info(self) -> EngineInfo:
        """Return what the engine says of itself. Raises EngineError."""
        with engine_answers(self.host.url):
            version, info = self.api.version(), self.api.info()
            ping = self.api.get(f"{self.api.base_url}/_ping")
        parts = [part.get("Name", "") for part in version.get("Components") or []]
        return EngineInfo(
            name="Podman" if any("Podman" in part for part in parts) else "Docker",
            version=version.get("Version", ""),
            api_version=version.get("ApiVersion", ""),
            operating_system=info.get("OperatingSystem", ""),
            storage_driver=info.get("Driver", ""),
            cgroup_version=info.get("CgroupVersion") or "1",
            is_local=self.host.is_local,
            rootless=any("rootless" in option for option in info.get("SecurityOptions") or []),
            gpu_runtime=has_gpu_runtime(info),
            cpus=info.get("NCPU") or 1,
            memory=info.get("MemTotal") or 0,
            root=info.get("DockerRootDir") or "",
            builder="BuildKit" if ping.headers.get("Builder-Version") == "2" else "classic",
        )

    def answers(self) -> bool:
        """Return whether the engine is still there."""
        try:
            return bool(self.api.ping())
        except LOST:
            return False

    def find_image(self, reference: str) -> EngineImage | None:
        """Return the image with this id, tag or `name@digest`; None if the engine has none. Raises EngineError."""
        with engine_answers(self.host.url):
            try:
                found = self.api.inspect_image(reference)
            except docker.errors.NotFound:
                return None
        return EngineImage(
            image_id=found["Id"],
            layers=tuple(found["RootFS"].get("Layers") or ()),
            size=found["Size"],
            labels=(found.get("Config") or {}).get("Labels") or {},
        )

    def pull(self, reference: str, progress: Progress) -> EngineImage:
        """Fetch an image by `name@digest` or `name:tag`; return it. Credentials are those of the docker settings.

        Raises:
            BuildError: the registry has no such image, cannot be reached, or wants a password.
            EngineError: the engine went away.
        """
        with engine_answers(self.host.url), progress.task(f"fetching {reference}", None, "B") as task:
            try:
                error = follow_pull(self.api.pull(reference, stream=True, decode=True), task)
            except docker.errors.APIError as refusal:
                error = explanation(refusal)
        if error is not None:
            raise registry_error(reference, error)
        image = self.find_image(reference)
        if image is None:
            raise BuildError(f"the engine fetched {reference}, but does not have it now", "repeat the command")
        return image

    def build(self, context: Iterator[bytes], tag: str, labels: Mapping[str, str], progress: Progress) -> str:
        """Build an image from a tar stream without any network; return its id (`sha256:<hex>`).

        Raises:
            BuildError: a step failed; it names the step and shows the last lines.
            EngineError: the engine went away.
        """
        log = BuildLog()
        try:
            events = self.api.build(
                fileobj=context, custom_context=True, tag=tag, labels=dict(labels), decode=True,
                network_mode="none", rm=True, forcerm=True,
            )  # fmt: skip
            follow_build(events, log, progress)
        except docker.errors.APIError as error:
            log.error = explanation(error)
        except LOST as error:
            if not self.answers():
                raise lost(self.host.url, error) from error
            log.error = log.error or first_line(str(error))
        if log.error is None and log.image is not None:
            return log.image
        if log.error is None and not self.answers():
            raise lost(self.host.url)
        raise log.failure()

    def run(self, spec: RunSpec, on_output: Output) -> RunOutcome:
        """Run a command in a container to its end, and remove the container, also on Ctrl-C.

        Raises:
            EngineError: the engine went away.
        """
        with engine_answers(self.host.url):
            return run_container(self.api, spec, on_output)

    def tag(self, image_id: str, tag: str) -> None:
        """Give an image one more name. Raises EngineError."""
        repository, _, version = tag.rpartition(":")
        with engine_answers(self.host.url):
            self.api.tag(image_id, repository, version)

    def remove_image(self, reference: str) -> None:
        """Remove a name, and the image with its last one; what is gone already is fine. Raises EngineError."""
        with engine_answers(self.host.url):
            try:
                self.api.remove_image(reference)
            except docker.errors.NotFound:
                return

    def close(self) -> None:
        """Let go of the connection."""
        self.api.close()


def has_gpu_runtime(info: Mapping[str, Any]) -> bool:
    """Say whether an engine can hand GPUs to a container: by NVIDIA's runtime, or by the devices that CDI describes."""
    devices = info.get("DiscoveredDevices") or []
    return "nvidia" in (info.get("Runtimes") or {}) or any("nvidia.com/gpu" in str(one.get("ID")) for one in devices)


def root_cause(error: Exception) -> str:
    """Return the reason below the layers of libraries: `Permission denied` rather than a connection pool's words."""
    words = str(error)
    for marker, reason in (
        ("Permission denied", "permission denied"),
        ("Connection refused", "connection refused"),
        ("No such file", "no such socket"),
        ("timed out", "no answer in time"),
        ("paramiko", "addresses with ssh:// cannot be used"),
    ):
        if marker in words:
            return reason
    return first_line(words)
