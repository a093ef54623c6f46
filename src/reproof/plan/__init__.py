"""Snapshot + Resolution -> BuildPlan, by pure functions: each decision carries its evidence and its reason."""

from __future__ import annotations

from reproof import __version__
from reproof.bases.cuda_use import find_cuda
from reproof.model.plan import BuildPlan
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.plan import environment, layout
from reproof.plan.base import choose_foundation
from reproof.plan.foreign import refuse_foreign
from reproof.plan.gpu import gpu_decisions, gpu_request, gpu_warnings, renumbered


def make_plan(snapshot: Snapshot, resolution: Resolution) -> BuildPlan:
    """Return everything that decides the image and the replay.

    Raises:
        ResolveError: no base or no interpreter can be had for what was recorded.
    """
    seen, snapshot = snapshot, with_chosen(snapshot, resolution)
    refuse_foreign(snapshot)
    use = find_cuda(snapshot)
    request = gpu_request(snapshot, use)
    foundation = choose_foundation(snapshot, resolution, use)
    interpreter = snapshot.interpreter
    uid, gid = layout.choose_user(snapshot)
    home = snapshot.command.home or "/home/user"
    venv = environment.choose_venv(interpreter)
    executable = interpreter.executable if interpreter and (venv or not foundation.own) else foundation.python
    return BuildPlan(
        snapshot=seen.id,
        resolution=resolution.id,
        generator=f"reproof {__version__}",
        decisions=(
            *resolution.decisions,
            *foundation.decisions,
            *environment.conda_decision(snapshot, resolution),
            environment.wheels_decision(resolution.pins),
            layout.user_decision(snapshot),
            layout.limits_decision(snapshot),
            *gpu_decisions(snapshot, use),
        ),
        base=foundation.base,
        interpreter=foundation.carried,
        python=foundation.python,
        executable=executable,
        venv=venv,
        wheels=environment.choose_wheels(interpreter, resolution.pins),
        installer=resolution.installer,
        sources=layout.choose_sources(snapshot),
        directories=layout.choose_directories(snapshot, home),
        user=snapshot.command.user if snapshot.command.uid else layout.UNPRIVILEGED_NAME,
        uid=uid,
        gid=gid,
        workdir=snapshot.command.cwd,
        home=home,
        locale=snapshot.system.locale,
        timezone=snapshot.system.timezone,
        environment=renumbered(environment.choose_variables(snapshot, home), request),
        command=environment.choose_command(snapshot, executable),
        mounts=layout.choose_mounts(snapshot),
        datasets=layout.choose_datasets(snapshot),
        limits=layout.choose_limits(snapshot),
        gpus=request,
        labels=choose_labels(seen),
        warnings=(
            *foundation.warnings,
            *resolution.gaps,
            *environment.conda_environment(snapshot, resolution),
            *layout.unkept_inputs(snapshot),
            *gpu_warnings(snapshot, use),
        ),
    )


def with_chosen(snapshot: Snapshot, resolution: Resolution) -> Snapshot:
    """Return a snapshot with the interpreter that was chosen for it; as it is when it recorded one."""
    if resolution.python is None:
        return snapshot
    return snapshot.model_copy(update={"interpreter": resolution.python})


def choose_labels(snapshot: Snapshot) -> dict[str, str]:
    """Return OCI annotations and the snapshot's id. The date is the run's, so that equal plans give equal images."""
    labels = {
        "org.opencontainers.image.created": snapshot.command.started,
        "org.opencontainers.image.title": "the environment of a recorded training run",
        "run.snapshot": snapshot.id,
    }
    git = snapshot.source.git
    if git is not None and git.commit:
        labels["org.opencontainers.image.revision"] = git.commit
    if git is not None and git.remote:
        labels["org.opencontainers.image.source"] = git.remote
    return labels
