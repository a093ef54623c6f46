"""Image + plan -> a recording: the recorded command, run again in its container under the same recorder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reproof.adapters.engine import Engine, EngineInfo
from reproof.adapters.engine_run import Bind, Output, RunOutcome, RunSpec
from reproof.errors import EngineError
from reproof.model.execution import Failure
from reproof.model.image import Image
from reproof.model.plan import BuildPlan
from reproof.mounts import bind_inputs, read_listing
from reproof.progress import Progress, Task
from reproof.store.blobs import Blobs
from reproof.store.folder import explain

RECORDER = "/opt/recorder"
RECORDING = "/opt/recording"
"""Where the recorder and its output lie in the container: places that no run is likely to use."""
SUPERVISOR = "supervisor"
"""The recorder's only program (`recorder/native`): what is mounted must be executable."""
LABEL = "run.replay"
TAIL_BYTES = 8000


@dataclass(frozen=True, slots=True)
class Means:
    """What a replay needs from outside. `terminals`: which of the recorded command's streams were terminals.

    `level` is how the original was watched: two recordings of one level can be compared.
    """

    engine: Engine
    blobs: Blobs
    progress: Progress
    terminals: tuple[str, ...] = ()
    level: str = "shim"
    gpus: tuple[str, ...] = ()
    """The devices of this machine that the plan asks for."""


def replay(plan: BuildPlan, image: Image, folder: Path, means: Means) -> Failure | None:
    """Run the command of a plan; None when `folder` then holds `recording.json`, else what went wrong.

    A command that fails is recorded like one that does not: that is no failure of the replay.

    Raises:
        RunError: an input has disappeared or changed since it was recorded.
        StoreError: a kept input is damaged.
        EngineError: the engine is on another machine, or went away. No container is left behind.
    """
    info = means.engine.info()
    if not info.is_local:
        raise EngineError(
            f"the engine at {means.engine.host.url} is on another machine, and a replay mounts inputs from this one",
            "run reproof there, or use an engine on this machine (unset DOCKER_HOST)",
        )
    gpus = means.gpus if info.gpu_runtime else ()
    tail = Tail()
    with staging(folder) as stage:
        count = len(plan.mounts) + sum(dataset.files for dataset in plan.datasets)
        with means.progress.task("checking the inputs", count, "files") as task:
            binds = [*bind_inputs(plan, stage, means.blobs, task)]
        binds += prepare(plan, folder, stage, means)
        allow_writing(folder, plan, info)
        with means.progress.task("replaying the run") as task:
            outcome = means.engine.run(run_spec(plan, image, binds, info.cpus, gpus), tail.follow(task))
    if (folder / "recording.json").is_file():
        if outcome.oom_killed:
            means.progress.note(cause(plan, outcome, tail.text))
        return None
    return Failure(stage="run", cause=cause(plan, outcome, tail.text), log=tail.text)


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Yield a folder for what the container reads, beside that for what it writes. Raises StoreError: no room."""
    try:
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix="staged-") as name:
            yield Path(name)
    except OSError as error:
        raise explain(error, folder.parent) from error


def run_spec(plan: BuildPlan, image: Image, binds: Iterable[Bind], cpus: int, gpus: tuple[str, ...] = ()) -> RunSpec:
    """Return the container to run: the recorder, under the base interpreter, on the recorded command.

    `cpus`: how many the engine has; `gpus`: the devices that it hands on.
    """
    launch = (plan.python, "-I", "-S", f"{RECORDER}/launch.py")
    return RunSpec(
        image=image.image_id,
        argv=(*launch, "--folder", RECORDING, "--spec", f"{RECORDING}/spec.json"),
        user=f"{plan.uid}:{plan.gid}",
        workdir=plan.workdir,
        environment=plan.environment,
        mounts=tuple(binds),
        cpus=usable_cpus(plan.limits.cpus, cpus),
        memory=plan.limits.memory,
        shm_size=plan.limits.shm,
        gpus=gpus,
        labels={LABEL: plan.id},
    )


def prepare(plan: BuildPlan, folder: Path, stage: Path, means: Means) -> tuple[Bind, Bind]:
    """Write what the recorder is to do, and copy it so that any user can read it; return the mounts of both."""
    spec: dict[str, Any] = {"argv": plan.command, "cwd": plan.workdir, "keep": True}
    spec["known"] = dict(checked_inputs(plan, means.blobs))
    spec |= {"terminals": list(means.terminals), "level": means.level}
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    (folder / "spec.json").chmod(0o644)
    source = Path(__file__).parent / "recorder"
    copied = stage / "recorder"
    shutil.copytree(source, copied, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copyfile)
    for path in (copied, *copied.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.name == SUPERVISOR else 0o644)
    return Bind(str(copied), RECORDER), Bind(str(folder), RECORDING, read_only=False)


def checked_inputs(plan: BuildPlan, blobs: Blobs) -> Iterator[tuple[str, str]]:
    """Yield path and digest of the inputs that were checked a moment ago and are mounted read-only.

    The recorder need not hash them, and for a large one it could not: an image has no blake3. Raises StoreError.
    """
    yield from ((mount.path, mount.digest) for mount in plan.mounts if mount.digest)
    for folder in plan.datasets:
        if not folder.written_below:
            listing = read_listing(folder.listing.digest, blobs)
            yield from ((f"{folder.path}/{file.name}", file.digest) for file in listing if file.digest)


def allow_writing(folder: Path, plan: BuildPlan, info: EngineInfo) -> None:
    """Let the container's user write the recording."""
    if os.geteuid() == 0 and not info.rootless:
        os.chown(folder, plan.uid, plan.gid)
    elif info.rootless or plan.uid != os.getuid():
        # That user is none of ours, so nobody can be named; the folder lives only as long as the replay.
        folder.chmod(0o777)


def usable_cpus(recorded: tuple[int, ...], here: int) -> tuple[int, ...]:
    """Return as many CPUs as were recorded, the same ones where they exist; empty (no limit) when that is all."""
    wanted = [cpu for cpu in recorded if cpu < here]
    wanted += [cpu for cpu in range(here) if cpu not in wanted][: len(recorded) - len(wanted)]
    return () if len(wanted) in (0, here) else tuple(sorted(wanted))


def cause(plan: BuildPlan, outcome: RunOutcome, log: str) -> str:
    """Return why there is no recording, in one sentence."""
    if outcome.oom_killed:
        limit = f"the limit of {plan.limits.memory:,} bytes" if plan.limits.memory else "the engine has"
        return f"a process of the replay was stopped because it needed more memory than {limit}"
    if outcome.exit_code is None:
        return f"the container could not be started: {outcome.error}"
    said = next((line for line in reversed(log.splitlines()) if line.startswith("reproof: ")), None)
    if said is not None:
        return f"the command could not be started in the container: {said.removeprefix('reproof: ')}"
    if outcome.exit_code in (126, 127):
        return f"the interpreter {plan.python} cannot be run in the image"
    if outcome.exit_code > 128:
        return f"the replay was ended from outside by {signal_name(outcome.exit_code - 128)}"
    return f"the recorder ended with status {outcome.exit_code} and left no recording"


def signal_name(number: int) -> str:
    """Return SIGKILL for 9."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class Tail:
    """The last of what a container printed."""

    def __init__(self) -> None:
        self._data = b""

    def follow(self, task: Task) -> Output:
        """Return a receiver of output that keeps its end and shows its last line as what is being done."""

        def receive(_: str, data: bytes) -> None:
            self._data = (self._data + data)[-TAIL_BYTES:]
            lines = self._data.decode(errors="replace").splitlines()
            task.describe(next((line.strip() for line in reversed(lines) if line.strip()), ""))

        return receive

    @property
    def text(self) -> str:
        """The last output as text."""
        return self._data.decode(errors="replace")
