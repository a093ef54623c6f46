"""This machine, as a replay on it will find it: processor, memory, GPUs and what the engine can hand on."""

from __future__ import annotations

import os
import platform

from reproof.adapters.engine import EngineInfo
from reproof.model.host import Host
from reproof.model.machine import Accelerator
from reproof.recorder.accelerator import accelerator
from reproof.recorder.hardware import hardware


def read_host(info: EngineInfo | None) -> Host:
    """Return what is here. `info` is what the engine says of itself; None where none answers.

    The recorder's own probes are used, so that what is compared was found out in one way.
    """
    found = hardware()
    gaps: list[dict[str, str]] = []
    return Host(
        architecture=platform.machine(),
        cpu_model=found["cpu_model"],
        cpu_flags=frozenset(found["cpu_flags"]),
        cpus=info.cpus if info else os.cpu_count() or 1,
        memory=(info.memory if info else found["memory"]) or None,
        accelerator=Accelerator.model_validate(accelerator(gaps)),
        gpu_runtime=info.gpu_runtime if info else None,
    )
