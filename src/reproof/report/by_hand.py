"""How to repeat a run without trusting anybody: the commands, to be typed one after the other."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from reproof.model.plan import BuildPlan
from reproof.model.snapshot import Snapshot
from reproof.report.words import short

TAG = "rebuilt"


def steps(snapshot: Snapshot, plan: BuildPlan) -> Iterator[tuple[str, str]]:
    """Yield what each step does, and its command."""
    yield (
        "Write the Dockerfile and all that it needs into a folder",
        f"reproof build {short(snapshot.id)} --context {TAG}",
    )
    yield "Build the image; no step needs the network", f"docker build --tag {TAG} {TAG}"
    yield "Run the recorded command, inputs read-only at their recorded paths", " \\\n    ".join(docker_run(plan))


def docker_run(plan: BuildPlan) -> Iterator[str]:
    """Yield the parts of the command line that runs the image as the replay did."""
    yield f"docker run --name {TAG} --network none --cap-drop ALL"
    yield f"--user {plan.uid}:{plan.gid} --shm-size {plan.limits.shm}" + (
        f" --memory {plan.limits.memory}" if plan.limits.memory else ""
    )
    if plan.limits.cpus:
        yield f"--cpuset-cpus {','.join(str(cpu) for cpu in plan.limits.cpus)}"
    for path in (*(dataset.path for dataset in plan.datasets), *(mount.path for mount in plan.mounts)):
        yield f"--volume {shlex.quote(f'{path}:{path}:ro')}"
    yield TAG
