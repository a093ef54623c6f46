"""Pre-flight checks: is everything here that a rebuild and a replay need? Each answer says what to do."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from reproof.adapters.engine import EngineInfo
from reproof.errors import ReproofError
from reproof.model.base import Frozen
from reproof.model.snapshot import Dataset, Snapshot
from reproof.mounts import changes, not_as_recorded, read_listing
from reproof.pipeline import Tools
from reproof.store.blobs import Blobs
from reproof.store.files import file_digest
from reproof.wiring import image_lookup

NEEDED_DISK = 3 << 30
"""Bytes; a base, an interpreter and a scientific environment take about half of this, twice while they are built."""
NUMERIC_FLAGS = ("avx", "amx", "sse", "fma", "f16c", "sve", "asimd")
"""CPU flags that choose the kernels of numeric libraries."""
ANY_IMAGE = "python:3-slim"
"""A name that every registry of official images has."""


class Check(Frozen):
    """One line of the pre-flight: fine, or what is wrong, what it will cause and how to mend it."""

    subject: str
    state: Literal["ok", "warning", "failed"]
    detail: str
    effect: str = ""
    remedy: str = ""


def ok(subject: str, detail: str) -> Check:
    return Check(subject=subject, state="ok", detail=detail)


def warning(subject: str, detail: str, effect: str, remedy: str) -> Check:
    return Check(subject=subject, state="warning", detail=detail, effect=effect, remedy=remedy)


def failed(subject: str, error: ReproofError, effect: str) -> Check:
    return Check(subject=subject, state="failed", detail=error.message, effect=effect, remedy=error.hint)


def examine(tools: Tools, snapshot: Snapshot | None) -> tuple[Check, ...]:
    """Return all checks of this machine, and those of one snapshot if it is given."""
    engine, info = check_engine(tools)
    checks = [engine, check_store(tools), check_disk(tools), check_bootstrap(), check_registry(tools)]
    if snapshot is not None:
        checks += [check_cpu(snapshot), check_memory(snapshot, info), *check_inputs(snapshot, tools.store.blobs)]
        checks.append(check_graphics(snapshot, info))
    return tuple(checks)


def check_engine(tools: Tools) -> tuple[Check, EngineInfo | None]:
    """Ask the engine for its version."""
    try:
        info = tools.engine().info()
    except ReproofError as error:
        return failed("engine", error, "nothing can be built or replayed"), None
    return ok("engine", f"{info.name} {info.version}, {info.storage_driver}"), info


def check_store(tools: Tools) -> Check:
    """Try to write to the store."""
    try:
        tools.store.writable()
    except ReproofError as error:
        return failed("store", error, "nothing can be recorded")
    return ok("store", str(tools.store.root))


def check_disk(tools: Tools) -> Check:
    """Compare the free space under the store with what a rebuild takes."""
    place = next(path for path in (tools.store.root, *tools.store.root.parents) if path.exists())
    free = shutil.disk_usage(place).free
    detail = f"{free / 1e9:.1f} GB free at {place}"
    if free >= NEEDED_DISK:
        return ok("disk", detail)
    return warning("disk", detail, "a build may stop for want of space", "free some, or name another --store")


def check_bootstrap() -> Check:
    """Look for the program that makes a base image without a registry."""
    if shutil.which("mmdebstrap"):
        return ok("bootstrap", "mmdebstrap is installed")
    effect = "without a registry no base image can be made"
    return warning("bootstrap", "mmdebstrap is not installed", effect, "apt-get install mmdebstrap")


def check_registry(tools: Tools) -> Check:
    """Ask the registry for an official image."""
    lookup = image_lookup(tools.environ, tools.registry)(ANY_IMAGE)
    if lookup.reachable:
        return ok("registry", lookup.error or "answers")
    effect = "the base image is bootstrapped from the distribution's archive"
    return warning("registry", lookup.error or "no answer", effect, "name one with --registry or REPROOF_REGISTRY")


def check_cpu(snapshot: Snapshot) -> Check:
    """Compare instruction sets and core count with what was recorded."""
    missing = sorted(f for f in set(snapshot.hardware.cpu_flags) - cpu_flags() if f.startswith(NUMERIC_FLAGS))
    cores, recorded = os.cpu_count() or 1, len(snapshot.hardware.cpus)
    if missing:
        effect = "other kernels are chosen, so the last bits may differ"
        return warning(
            "cpu", f"this CPU lacks {', '.join(missing)}", effect, "replay on a machine of the recorded kind"
        )
    if recorded > cores:
        effect = "other thread counts, so the last bits may differ"
        return warning(
            "cpu", f"{cores} CPUs here, {recorded} recorded", effect, "replay on a machine with as many CPUs"
        )
    return ok("cpu", f"every recorded instruction set; {cores} CPUs")


def cpu_flags() -> set[str]:
    """Return this CPU's flags; empty where the kernel does not list them."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return set()
    line = next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "")
    return set(line.partition(":")[2].split())


def check_memory(snapshot: Snapshot, info: EngineInfo | None) -> Check:
    """Compare the engine's memory with what the recorded machine had."""
    recorded = snapshot.hardware.memory_limit or snapshot.hardware.memory
    here = info.memory if info else recorded
    if here >= recorded * 0.9:
        return ok("memory", f"{here / 1e9:.1f} GB")
    detail = f"{here / 1e9:.1f} GB here, {recorded / 1e9:.1f} GB recorded"
    effect = "the replay may be stopped for want of memory"
    return warning("memory", detail, effect, "replay on a machine with as much memory")


def check_inputs(snapshot: Snapshot, blobs: Blobs) -> Iterator[Check]:
    """Look whether each input and data set that the store does not keep is still what it was."""
    loose = [entry for entry in snapshot.inputs if not entry.kept]
    for entry in loose:
        path = Path(entry.path)
        if not path.is_file():
            what = "has disappeared"
        elif path.stat().st_size != entry.size or file_digest(path, entry.digest) != entry.digest:
            what = "has changed"
        else:
            continue
        error = ReproofError(f"{entry.path} {what} since it was recorded", "put the recorded file back")
        yield failed("input", error, "the run cannot be replayed")
    for folder in snapshot.datasets:
        yield check_dataset(folder, blobs)
    if snapshot.inputs:
        kept = len(snapshot.inputs) - len(loose)
        yield ok("inputs", f"{len(snapshot.inputs)} recorded, {kept} of them in the store")


def check_dataset(folder: Dataset, blobs: Blobs) -> Check:
    """Look whether the files of a data set are still what they were."""
    told = f"{folder.files:,} files in {folder.path}"
    if folder.kept:
        return ok("data set", f"{told}, in the store")
    try:
        changed = changes(Path(folder.path), listing := read_listing(folder.listing.digest, blobs))
        if changed:
            raise not_as_recorded(folder, changed, listing)
    except ReproofError as error:
        return failed("data set", error, "the run cannot be replayed")
    return ok("data set", f"{told}, as recorded")


def check_graphics(snapshot: Snapshot, info: EngineInfo | None) -> Check:
    """Say whether recorded GPUs can be had here."""
    if not snapshot.accelerator.present:
        return ok("gpu", "the run used none")
    names = ", ".join(gpu.name for gpu in snapshot.accelerator.gpus)
    if info is not None and info.gpu_runtime:
        return ok("gpu", f"recorded: {names}; the engine has a GPU runtime")
    effect = "the replay runs on the CPU and will differ"
    remedy = "replay on a machine with such a GPU and the NVIDIA container toolkit"
    return warning("gpu", f"recorded: {names}; the engine has no GPU runtime", effect, remedy)
