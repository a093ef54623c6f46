"""Compares recorded settings by name. What changes by nature (start, duration, salt) is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from reproof.model.base import Frozen
from reproof.model.comparison import FieldDifference
from reproof.model.snapshot import Snapshot

ABSENT = "absent"
Setting = tuple[str, str]


def compare_fields(original: Snapshot, replayed: Snapshot) -> tuple[FieldDifference, ...]:
    """Return the settings that differ, in the order of the original's record."""
    left, right = dict(settings(original)), dict(settings(replayed))
    left.update(shared_only(original, replayed))
    right.update(shared_only(replayed, original))
    flags = cpu_flags(original, replayed)
    return (
        tuple(
            FieldDifference(field=name, original=left.get(name, ABSENT), replayed=right.get(name, ABSENT))
            for name in dict.fromkeys([*left, *right])
            if left.get(name, ABSENT) != right.get(name, ABSENT)
        )
        + flags
    )


def settings(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield the settings of a run that can be compared one by one."""
    yield "level", snapshot.level
    yield from numbered("command.argv", snapshot.command.argv[1:])
    if snapshot.interpreter is not None:
        yield from chosen("interpreter", snapshot.interpreter, ("implementation", "version", "build"))
    yield from ((f"distributions.{dist.name}", dist.version) for dist in snapshot.distributions)
    system = ("os", "os_version", "codename", "kernel", "libc", "architecture", "locale", "timezone")
    yield from chosen("system", snapshot.system, system)
    yield from ((f"system.packages.{package.name}", package.version) for package in snapshot.system.packages)
    hardware = ("cpu_model", "cpu_count", "cpus", "memory", "memory_limit", "cpu_quota")
    yield from chosen("hardware", snapshot.hardware, hardware)
    yield from chosen("accelerator", snapshot.accelerator, ("present", "driver", "cuda"))
    for index, gpu in enumerate(snapshot.accelerator.gpus):
        yield from chosen(f"accelerator.gpus[{index}]", gpu, ("name", "compute_capability", "memory", "mig"))
    yield from numerics(snapshot)
    for generator in snapshot.randomness:
        yield from chosen(f"randomness.{generator.name}", generator, ("used", "seeded", "seed", "state"))
    yield from ((f"environment.{name}", value) for name, value in snapshot.environment.variables.items())
    yield from ((f"inputs.{file.path}", file.digest or "unknown") for file in snapshot.inputs)


def numerics(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield pools by the name of their library, settings by their own."""
    for pool in snapshot.numerics.pools:
        name = f"numerics.pools.{PurePosixPath(pool.library).name}"
        yield from chosen(name, pool, ("api", "kernel", "threads", "version"))
    yield from ((f"numerics.settings.{name}", value) for name, value in snapshot.numerics.settings.items())


def shared_only(snapshot: Snapshot, other: Snapshot) -> Iterator[Setting]:
    """Yield what says something only when both runs have it: the commit, and withheld variables of one salt."""
    git, others = snapshot.source.git, other.source.git
    if git is not None and others is not None:
        yield "source.git.commit", git.commit or ABSENT
        yield "source.git.diff", git.diff.digest if git.diff else ABSENT
    if snapshot.environment.salt == other.environment.salt:
        common = snapshot.environment.withheld.keys() & other.environment.withheld.keys()
        yield from ((f"environment.{name}", f"withheld ({snapshot.environment.withheld[name][:8]})")
                    for name in sorted(common))  # fmt: skip


def cpu_flags(original: Snapshot, replayed: Snapshot) -> tuple[FieldDifference, ...]:
    """Return the CPU flags that only one machine has, as one difference."""
    left, right = set(original.hardware.cpu_flags), set(replayed.hardware.cpu_flags)
    if left == right:
        return ()
    only = (" ".join(sorted(flags)) or "none more" for flags in (left - right, right - left))
    return (FieldDifference(field="hardware.cpu_flags", original=next(only), replayed=next(only)),)


def chosen(prefix: str, value: Frozen, names: Iterable[str]) -> Iterator[Setting]:
    """Yield some fields of a value; one that is not set is absent."""
    for name in names:
        held = getattr(value, name)
        yield f"{prefix}.{name}", ABSENT if held is None else shown(held)


def numbered(prefix: str, words: Iterable[str]) -> Iterator[Setting]:
    """Yield the words of a list by their place."""
    yield from ((f"{prefix}[{index}]", word) for index, word in enumerate(words, 1))


def shown(value: object) -> str:
    """Return a value for people: lists with commas."""
    return ", ".join(str(item) for item in value) if isinstance(value, tuple) else str(value)
