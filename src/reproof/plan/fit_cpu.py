"""Processor and memory of a machine against what a run was recorded with."""

from __future__ import annotations

from collections.abc import Iterator

from reproof.facts.cpu_kernels import LIBRARIES, SETTINGS
from reproof.model.host import Check, Host
from reproof.model.snapshot import Snapshot

ENOUGH = 0.9
"""Of the recorded memory: a machine of the same kind shows some per cent more or less."""
FORCED = {"OPENBLAS_CORETYPE": "openblas"}
"""Variables that choose a kernel whether or not the processor can run it; MKL and oneDNN look first."""


def architecture(snapshot: Snapshot, host: Host) -> Iterator[Check]:
    """Say whether programs of the recorded architecture run here."""
    recorded = snapshot.system.architecture
    if host.architecture == recorded:
        yield Check.ok("processor", f"{recorded}, as recorded")
        return
    yield Check.failed(
        "processor",
        f"this machine is {host.architecture or 'of an unknown architecture'}, the run was recorded on {recorded}",
        "its interpreter and compiled packages do not start here, or under emulation with other numbers",
        f"repeat it on a machine that is {recorded}",
    )


def instructions(snapshot: Snapshot, host: Host) -> Iterator[Check]:
    """Say whether the processor can run the kernels that the recorded run had chosen."""
    if not host.cpu_flags:
        yield Check.warning("kernels", "this machine does not list its instructions", "whether the recorded kernels "
                            "run here is not known", "look at the verdict: it compares the kernels")  # fmt: skip
        return
    needed = needed_flags(snapshot)
    missing = {kernel: flags - host.cpu_flags for kernel, flags in needed.items() if flags - host.cpu_flags}
    if not missing:
        named = ", ".join(needed) or "none was read back"
        yield Check.ok("kernels", f"those of the run: {named}")
        return
    lacks = sorted(set().union(*missing.values()))
    forced = [name for name, api in FORCED.items() if name in snapshot.environment.variables and any(
        kernel.lower().startswith(api) for kernel in missing)]  # fmt: skip
    detail = f"this processor lacks {', '.join(lacks)}, which {', '.join(missing)} need"
    remedy = f"repeat it on a processor with {', '.join(lacks)}"
    if forced:
        effect = f"{', '.join(forced)} chooses them all the same: the run is stopped by an illegal instruction"
        yield Check.failed("kernels", detail, effect, remedy)
    else:
        yield Check.warning("kernels", detail, "other kernels are chosen, so the last bits may differ", remedy)


def needed_flags(snapshot: Snapshot) -> dict[str, frozenset[str]]:
    """Return the instructions that each kernel which was read back needs; kernels that are not listed are left out."""
    needed: dict[str, frozenset[str]] = {}
    for pool in snapshot.numerics.pools:
        flags = LIBRARIES.get(pool.api, {}).get(spelled(pool.api, pool.kernel))
        if flags:
            needed[f"{pool.api} {pool.kernel}"] = frozenset(flags)
    for name, table in SETTINGS.items():
        words = snapshot.numerics.settings.get(name, "").split()
        found = frozenset(flag for word in words for flag in table.get(word, ()))
        if found:
            label = name.partition(".")[0]
            needed[f"{label} {words[0]}" if len(words) == 1 else label] = found
    return needed


def spelled(api: str, kernel: str | None) -> str:
    """Return a kernel's name as its table has it: OpenBLAS writes SkylakeX and SKYLAKEX."""
    return (kernel or "").lower() if api == "openblas" else kernel or ""


def cpus(snapshot: Snapshot, host: Host) -> Iterator[Check]:
    """Say whether as many processors can be given to the run as it had."""
    recorded = len(snapshot.hardware.cpus)
    threads = max((pool.threads or 0 for pool in snapshot.numerics.pools), default=0)
    told = f"{recorded} CPUs recorded" + (f", {threads} threads in its largest pool" if threads else "")
    if recorded <= host.cpus:
        yield Check.ok("cpus", f"{host.cpus} here; {told}")
        return
    yield Check.warning(
        "cpus",
        f"{host.cpus} here; {told}",
        "pools get fewer threads, sums are split otherwise, and the last bits may differ",
        f"repeat it on a machine with {recorded} CPUs",
    )


def memory(snapshot: Snapshot, host: Host) -> Iterator[Check]:
    """Say whether the memory suffices: that which the run took at its height, or else what its machine had."""
    hardware, peak = snapshot.hardware, snapshot.command.peak_memory
    recorded = hardware.memory_limit or hardware.memory
    if host.memory is None:
        return
    told = f"{gigabytes(host.memory)} here, {gigabytes(recorded)} recorded"
    told += f", of which the largest process took {gigabytes(peak)}" if peak else ""
    if host.memory >= recorded * ENOUGH:
        yield Check.ok("memory", told)
        return
    remedy = "repeat it on a machine with as much memory"
    if peak is not None and peak > host.memory:
        yield Check.failed("memory", told, "the replay will be stopped for want of memory", remedy)
    else:
        yield Check.warning("memory", told, "the replay may be stopped for want of memory", remedy)


def gigabytes(size: int) -> str:
    """Return bytes in words."""
    return f"{size / 1e9:.1f} GB"
