"""The machine: hardware, accelerator, numerics, native libraries, system and variables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from reproof.model.snapshot import Snapshot
from reproof.report.show.entry import Entry, joined
from reproof.report.words import plural, size

OWNED = ("dist:", "stdlib", "source")
"""Beginnings of owners whose files are shown as packages or code."""


def hardware(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield processor and memory, and the limits that the run was under."""
    machine = snapshot.hardware
    sockets = f"{plural(machine.sockets, 'socket')}" if machine.sockets else ""
    cores = f"{plural(machine.cores, 'core')}" if machine.cores else ""
    nodes = f"{len(machine.numa)} NUMA nodes" if len(machine.numa) > 1 else ""
    yield Entry("CPU", machine.cpu_model or "unknown", joined(sockets, cores, nodes))
    quota = f"a share of {machine.cpu_quota:g}" if machine.cpu_quota is not None else ""
    yield Entry("CPUs used", f"{len(machine.cpus):,} of {machine.cpu_count:,}", joined(ranges(machine.cpus), quota))
    yield Entry("CPU flags", f"{len(machine.cpu_flags):,}", notable(machine.cpu_flags))
    limit = f"limited to {size(machine.memory_limit)}" if machine.memory_limit is not None else ""
    swap = f"{size(machine.swap)} of swap" if machine.swap else ""
    yield Entry("memory", size(machine.memory), joined(limit, swap))
    if machine.shm is not None:
        yield Entry("/dev/shm", size(machine.shm))


def ranges(cpus: tuple[int, ...]) -> str:
    """Return numbers with neighbours joined: `0-3, 8`."""
    groups: list[list[int]] = []
    for cpu in sorted(cpus):
        if groups and cpu == groups[-1][-1] + 1:
            groups[-1].append(cpu)
        else:
            groups.append([cpu])
    return ", ".join(str(group[0]) if len(group) == 1 else f"{group[0]}-{group[-1]}" for group in groups)


def notable(flags: tuple[str, ...]) -> str:
    """Return the flags that choose kernels."""
    return " ".join(flag for flag in flags if flag.startswith(("avx", "fma", "amx", "sve", "asimd")))


def accelerator(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the GPUs, their driver, and the libraries of theirs that were loaded, with where they came from."""
    device = snapshot.accelerator
    if not device.present:
        yield Entry("GPU", "none")
    for name, count in Counter(gpu.name for gpu in device.gpus).items():
        gpu = next(gpu for gpu in device.gpus if gpu.name == name)
        capability = f"compute capability {gpu.compute_capability}" if gpu.compute_capability else ""
        parts = f"MIG {' '.join(gpu.mig_devices)}".rstrip() if gpu.mig else ""
        yield Entry("GPU", f"{count} × {name}" if count > 1 else name,
                    joined(size(gpu.memory) if gpu.memory else "", capability, parts))  # fmt: skip
    if device.driver:
        yield Entry("driver", device.driver, joined(f"CUDA {device.cuda}" if device.cuda else "",
                                                    f"as {device.probe} says" if device.probe else ""))  # fmt: skip
    for library in device.libraries:
        yield Entry(library.name, library.version or "unknown", joined(library.origin, library.owner or library.path))


def numerics(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the kernels that were selected, and the settings that decide the last bits."""
    for pool in snapshot.numerics.pools:
        version = f"{pool.api} {pool.version or ''}".rstrip()
        threads = f"{plural(pool.threads, 'thread')}" if pool.threads else "threads unknown"
        yield Entry(PurePosixPath(pool.library).name, f"{version}, kernel {pool.kernel or 'unknown'}, {threads}")
    for name, value in snapshot.numerics.settings.items():
        yield Entry(name, value)


def libraries(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield the native libraries and programs that came from no Python package: by system package, then one by one."""
    versions = {f"{package.manager}:{package.name}": package.version for package in snapshot.system.packages}
    files = [file for file in snapshot.loaded if file.kind in ("library", "program")]
    owned: dict[str, list[str]] = {}
    for file in files:
        if file.owner and not file.owner.startswith(OWNED):
            owned.setdefault(file.owner, []).append(PurePosixPath(file.path).name)
    for owner, names in sorted(owned.items()):
        yield Entry(owner, versions.get(owner, "version unknown"), ", ".join(sorted(dict.fromkeys(names))))
    for file in files:
        if file.owner is None:
            build = f"build ID {file.build_id[:12]}" if file.build_id else ""
            yield Entry(PurePosixPath(file.path).name, "no known owner", joined(file.path, build))
    inside = sum(bool(file.owner and file.owner.startswith(OWNED)) for file in files)
    if inside:
        yield Entry("others", plural(inside, "file"), "part of Python, its packages, or the project")


def environment(snapshot: Snapshot) -> Iterator[Entry]:
    """Yield system, locale and variables; of those that are not kept only the names."""
    system = snapshot.system
    told = (f"{system.os} {system.os_version}", f"kernel {system.kernel}", system.libc, system.architecture)
    yield Entry("system", joined(*told))
    yield Entry("locale", f"{system.locale or 'not set'}, time zone {system.timezone}")
    for name, value in snapshot.environment.variables.items():
        yield Entry(name, value)
    for name in snapshot.environment.withheld:
        yield Entry(name, "withheld: kept as a salted hash alone")
