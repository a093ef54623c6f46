"""Tells before a build what of this machine will not do for a run, and picks the GPUs that a replay gets."""

from __future__ import annotations

from reproof.adapters.engine import EngineInfo
from reproof.adapters.machine import read_host
from reproof.model.plan import BuildPlan
from reproof.model.snapshot import Snapshot
from reproof.plan.fit import fit
from reproof.plan.fit_gpu import devices_for
from reproof.tools import Tools


def tell_misfits(build_plan: BuildPlan, info: EngineInfo, tools: Tools) -> None:
    """Note what will be otherwise than recorded, or cannot work, when this run is repeated here."""
    snapshot = tools.store.load(Snapshot, build_plan.snapshot)
    for check in fit(snapshot, read_host(info)):
        if check.state != "ok":
            tools.progress.note(f"{check.subject}: {check.detail}; {check.effect}; {check.remedy}")


def gpu_devices(build_plan: BuildPlan, info: EngineInfo) -> tuple[str, ...]:
    """Return the devices of this machine that a replay gets; none where it asks for none, or the engine has none."""
    if build_plan.gpus is None or not info.gpu_runtime:
        return ()
    return devices_for(build_plan.gpus, read_host(info).accelerator.gpus)
