"""Refuses what no container on Linux with an NVIDIA driver can repeat, before anything is built."""

from __future__ import annotations

from reproof.bases.cuda_use import ROCM
from reproof.errors import ResolveError
from reproof.model.snapshot import Snapshot

ELSEWHERE = {"darwin": "macOS", "windows": "Windows", "freebsd": "FreeBSD"}
"""Systems that no Linux container can hold, by what a snapshot calls them."""


def refuse_foreign(snapshot: Snapshot) -> None:
    """Say so when a run needs an operating system or GPUs that images here cannot have.

    Raises:
        ResolveError: it was recorded on such a system, or computed with ROCm.
    """
    system = ELSEWHERE.get(snapshot.system.os)
    if system is not None:
        raise ResolveError(
            f"the run was recorded on {system} ({snapshot.system.architecture}), and a container holds Linux: its "
            "interpreter and compiled packages are other builds, and Metal is not there",
            f"record it once on Linux and verify that, or compare two runs on {system}: reproof diff",
        )
    libraries = sorted({entry.name for entry in snapshot.accelerator.libraries if entry.name in ROCM})
    if libraries:
        names = ", ".join(dict.fromkeys(gpu.name for gpu in snapshot.accelerator.gpus)) or "a GPU that is not described"
        raise ResolveError(
            f"the run computed with ROCm ({', '.join(libraries)}) on {names}, which no image here has yet",
            "compare two runs on that machine with reproof diff, or record the run with CUDA or on the CPU",
        )
