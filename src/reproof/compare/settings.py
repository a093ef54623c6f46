"""What of a record can be compared name by name, section by section."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from reproof.compare.places import project_path
from reproof.model.base import Frozen
from reproof.model.snapshot import Distribution, Snapshot

LOCATING = frozenset({"PATH", "HOME", "PWD", "OLDPWD", "USER", "LOGNAME", "SHELL", "TERM", "TMPDIR", "VIRTUAL_ENV",
                      "HOSTNAME", "SHLVL", "_", "COLUMNS", "LINES"})  # fmt: skip
"""Variables that say where things are and who runs them."""
PYTHON = re.compile(r"python[\d.]*")


class Setting(NamedTuple):
    """One value under the name of its field. `name` is what it is called within its section."""

    field: str
    value: str
    name: str
    detail: str = ""
    counts: bool = True


def level(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield how closely the run was watched: it bears on what is recorded, not on what happened."""
    yield Setting("level", snapshot.level, "recorder's level", counts=False)


def parameters(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield the program, its arguments as they were typed, and each parameter by its name and where it was given."""
    program = PurePosixPath(snapshot.command.argv[0]).name
    yield Setting("command.program", PYTHON.sub("python", program), "program")
    yield Setting("command.argv", shlex.join(snapshot.command.argv[1:]), "arguments")
    for given in snapshot.parameters:
        value = given.value if isinstance(given.value, str) else json.dumps(given.value)
        where = project_path(snapshot, given.source)
        yield Setting(f"parameters.{given.source}:{given.name}", value, given.name, where)


def interpreter(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield which Python it was."""
    if snapshot.interpreter is not None:
        yield from chosen("interpreter", snapshot.interpreter, ("implementation", "version", "build"))


def packages(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield the version of each distribution."""
    for found in snapshot.distributions:
        used = "" if found.imported or found.loaded else "not used by the run"
        yield Setting(f"distributions.{found.name}", found.version, found.name, used)


def installations(original: Snapshot, replayed: Snapshot) -> tuple[Iterable[Setting], Iterable[Setting]]:
    """Return how the distributions that both runs have were installed; nothing beside a replay, whose packages are
    repacked by the rebuild."""
    if original.replay_of or replayed.replay_of:
        return (), ()
    common = {d.name for d in original.distributions} & {d.name for d in replayed.distributions}
    left, right = ([s for d in run.distributions if d.name in common for s in installation(d)]
                   for run in (original, replayed))  # fmt: skip
    return left, right


def installation(found: Distribution) -> Iterator[Setting]:
    """Yield where a distribution came from, and what is not as it came."""
    field = f"distributions.{found.name}"
    origin = f"{found.origin} {found.direct_url}" if found.direct_url else found.origin
    yield Setting(f"{field}.origin", origin, f"{found.name} origin")
    yield from (Setting(f"{field}.{name}", value, f"{found.name} {name}")
                for name, value in (("commit", found.commit), ("build", found.build)) if value)  # fmt: skip
    if found.modified:
        yield Setting(f"{field}.modified", ", ".join(found.modified), f"{found.name} modified files")


def system(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield the operating system, locale and time zone."""
    names = ("os", "os_version", "codename", "kernel", "libc", "architecture", "locale", "timezone")
    yield from chosen("system", snapshot.system, names)


def system_packages(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield the version of each distribution package, and with its build that of each of conda's."""
    for package in snapshot.system.packages:
        owner = f"{package.manager}:{package.name}"
        version = f"{package.version} {package.build}" if package.build else package.version
        yield Setting(f"system.packages.{owner if package.manager == 'conda' else package.name}", version, owner)


def hardware(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield the machine; its CPU flags are compared as sets."""
    names = ("cpu_model", "cpu_count", "cpus", "memory", "memory_limit", "cpu_quota", "cores", "sockets", "numa", "shm")
    yield from chosen("hardware", snapshot.hardware, names)


def accelerator(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield driver, GPUs by their place, and the accelerator's libraries that were loaded."""
    yield from chosen("accelerator", snapshot.accelerator, ("present", "driver", "cuda"))
    for index, gpu in enumerate(snapshot.accelerator.gpus):
        names = ("name", "compute_capability", "memory", "mig", "mig_devices")
        yield from chosen(f"accelerator.gpus[{index}]", gpu, names, f"GPU {index} ")
    for library in snapshot.accelerator.libraries:
        value = f"{library.version or 'unknown'} ({library.origin})"
        yield Setting(f"accelerator.libraries.{library.name}", value, library.name)


def numerics(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield pools by the name of their library, settings by their own."""
    for pool in snapshot.numerics.pools:
        library = PurePosixPath(pool.library).name
        names = ("api", "kernel", "threads", "version")
        yield from chosen(f"numerics.pools.{library}", pool, names, f"{library} ")
    yield from (Setting(f"numerics.settings.{name}", value, name)
                for name, value in snapshot.numerics.settings.items())  # fmt: skip


def randomness(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield each generator, unless it is known that no number was drawn from it. Its state at the end is what came of
    everything else, so it does not count."""
    for generator in snapshot.randomness:
        if generator.used is False:
            continue
        field = f"randomness.{generator.name}"
        yield from chosen(field, generator, ("used", "seeded", "seed"), f"{generator.name} ")
        if generator.state is not None:
            name = f"{generator.name} state at the end"
            yield Setting(f"{field}.state", generator.state, name, counts=False)


def variables(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield the variables that are kept; those that only say where things are do not count."""
    for name, value in snapshot.environment.variables.items():
        yield Setting(f"environment.{name}", value, name, counts=name not in LOCATING)


def withheld(original: Snapshot, replayed: Snapshot) -> tuple[Iterable[Setting], Iterable[Setting]]:
    """Return the variables of which both runs have a hash of one salt; other salts cannot be compared."""
    mine, others = original.environment, replayed.environment
    if mine.salt != others.salt:
        return (), ()
    common = sorted(mine.withheld.keys() & others.withheld.keys())
    left, right = ([Setting(f"environment.{name}", f"withheld ({run.withheld[name][:8]})", name) for name in common]
                   for run in (mine, others))  # fmt: skip
    return left, right


def data(snapshot: Snapshot) -> Iterator[Setting]:
    """Yield inputs and data sets by path and digest."""
    for file in snapshot.inputs:
        name, told = project_path(snapshot, file.path), f"{file.size:,} bytes"
        yield Setting(f"inputs.{file.path}", file.digest or "unknown", name, told)
    for folder in snapshot.datasets:
        told = f"{folder.files:,} files, {folder.size:,} bytes"
        yield Setting(f"datasets.{folder.path}", folder.digest, project_path(snapshot, folder.path), told)


def chosen(prefix: str, value: Frozen, names: Iterable[str], called: str = "") -> Iterator[Setting]:
    """Yield some fields of a value; one that is not set is absent."""
    for name in names:
        held = getattr(value, name)
        if held is not None:
            label = name.replace("_", " ").replace("cpu", "CPU")
            yield Setting(f"{prefix}.{name}", shown(held), f"{called}{label}")


def shown(value: object) -> str:
    """Return a value for people: lists with commas, lists of lists with semicolons."""
    if not isinstance(value, tuple):
        return str(value)
    return ("; " if any(isinstance(item, tuple) for item in value) else ", ").join(shown(item) for item in value)
