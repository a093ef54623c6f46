"""Runs one command in one container, and leaves no container behind."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import docker.errors
import docker.types

from reproof.adapters.engine_errors import LOST, explanation

Output = Callable[[Literal["stdout", "stderr"], bytes], None]


@dataclass(frozen=True, slots=True)
class Bind:
    """A file or folder of this machine that the container sees at `target`."""

    source: str
    target: str
    read_only: bool = True


@dataclass(frozen=True, slots=True)
class RunSpec:
    """A command and everything that bounds it. Always: no network, no capabilities, no new privileges.

    `environment` is all that the command sees: what the image sets besides is taken away. `cpus` empty means all;
    `memory` (bytes), `processes` and `timeout_s` None mean no limit; `shm_size` is in bytes. `read_only`: the image's
    own files cannot be changed. `scratch`: folders in memory that anybody may write, by the bytes that fit.
    `gpus`: names of devices, by UUID or number, `0:1` for a MIG device; the engine needs a runtime that knows them.
    """

    image: str
    argv: tuple[str, ...]
    user: str
    workdir: str
    environment: Mapping[str, str] = field(default_factory=dict)
    mounts: tuple[Bind, ...] = ()
    cpus: tuple[int, ...] = ()
    memory: int | None = None
    shm_size: int = 64 << 20
    gpus: tuple[str, ...] = ()
    hostname: str = "replay"
    labels: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
    read_only: bool = False
    scratch: Mapping[str, int] = field(default_factory=dict)
    processes: int | None = None
    timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """How the command ended. `exit_code` is None when it could not be started: `error` says why."""

    exit_code: int | None
    oom_killed: bool
    error: str
    duration_s: float
    timed_out: bool = False
    """It was stopped because it took longer than `timeout_s`."""


def run_container(api: Any, spec: RunSpec, on_output: Output) -> RunOutcome:
    """Run to the end, hand over output as it comes, remove the container whatever happens.

    Raises what the SDK raises when the engine goes away; a command that cannot start is an outcome, not an error.
    """
    started = time.monotonic()
    try:
        container = api.create_container(**create_options(api, spec))["Id"]
    except docker.errors.APIError as error:
        return RunOutcome(None, False, explanation(error), 0.0)
    try:
        # Attached before the start, so that not one byte is missed.
        stream = api.attach(container, stdout=True, stderr=True, stream=True, demux=True)
        try:
            api.start(container)
        except docker.errors.APIError as error:
            return RunOutcome(None, False, explanation(error), time.monotonic() - started)
        with stopped_after(api, container, spec.timeout_s) as late:
            for out, err in stream:
                if out:
                    on_output("stdout", out)
                if err:
                    on_output("stderr", err)
            code = api.wait(container)["StatusCode"]
        state = api.inspect_container(container)["State"]
        duration, killed = time.monotonic() - started, bool(state.get("OOMKilled"))
        return RunOutcome(code, killed, state.get("Error") or "", duration, late.is_set())
    finally:
        with contextlib.suppress(*LOST):
            api.remove_container(container, v=True, force=True)


@contextlib.contextmanager
def stopped_after(api: Any, container: str, timeout_s: float | None) -> Iterator[threading.Event]:
    """Kill a container that still runs after so many seconds; the event that is yielded is then set."""
    late = threading.Event()

    def stop() -> None:
        late.set()
        with contextlib.suppress(*LOST):
            api.kill(container)

    timer = threading.Timer(timeout_s, stop) if timeout_s is not None else None
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield late
    finally:
        if timer is not None:
            timer.cancel()


def create_options(api: Any, spec: RunSpec) -> dict[str, Any]:
    """Return the arguments of the SDK's `create_container`. Raises docker.errors.APIError: there is no such image."""
    image_variables = api.inspect_image(spec.image)["Config"].get("Env") or []
    host = api.create_host_config(
        network_mode="none",
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        init=True,
        mounts=[docker.types.Mount(m.target, m.source, type="bind", read_only=m.read_only) for m in spec.mounts],
        cpuset_cpus=",".join(map(str, spec.cpus)) or None,
        mem_limit=spec.memory,
        memswap_limit=spec.memory,
        shm_size=spec.shm_size,
        pids_limit=spec.processes,
        read_only=spec.read_only,
        tmpfs={path: f"rw,exec,nosuid,mode=1777,size={size}" for path, size in spec.scratch.items()},
        # Its output is handed over as it comes; a log beside it would grow without bound on the engine's disk.
        log_config=docker.types.LogConfig(type="none"),
        device_requests=[gpu_request(spec.gpus)] if spec.gpus else None,
    )
    return {
        "image": spec.image,
        # The program goes in as entry point, so that one of the image's cannot come before it.
        "entrypoint": [spec.argv[0]],
        "command": list(spec.argv[1:]),
        "user": spec.user,
        "working_dir": spec.workdir,
        "environment": variables(spec.environment, image_variables),
        "hostname": spec.hostname,
        "labels": dict(spec.labels),
        "name": spec.name,
        "host_config": host,
        "network_disabled": True,
    }


def gpu_request(devices: tuple[str, ...]) -> docker.types.DeviceRequest:
    """Return the request for GPUs: computing, and NVML for the recorder; nothing that draws."""
    return docker.types.DeviceRequest(device_ids=list(devices), capabilities=[["gpu", "compute", "utility"]])


def variables(wanted: Mapping[str, str], image: list[str]) -> list[str]:
    """Return the environment for the engine: `NAME=value` sets, a bare `NAME` takes away."""
    inherited = {entry.partition("=")[0] for entry in image} | {"PATH", "HOSTNAME"}
    return [f"{name}={value}" for name, value in wanted.items()] + sorted(inherited - set(wanted))
