"""Recorded runs, and the pre-flight, as rich renderables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reproof.model.snapshot import Snapshot
from reproof.report.words import command_line, duration, ending, moment, plural, short, size

STATUS_COLOURS = {"REPRODUCED": "green", "recorded": "cyan", "DIFFERENT": "red", "damaged": "red", "failed": "red"}
CHECK_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red")}
NAMED = 12
METRICS = 3


class Check(Protocol):
    """One line of the pre-flight."""

    @property
    def subject(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def effect(self) -> str: ...
    @property
    def remedy(self) -> str: ...


def recorded_line(snapshot: Snapshot) -> str:
    """Return what to tell when a run was recorded: its id, what is in it, what to type next."""
    identity = short(snapshot.id)
    counts = [plural(len(snapshot.loaded), "loaded file"), plural(len(snapshot.distributions), "package"),
              plural(len(snapshot.inputs), "input"), plural(len(snapshot.outputs), "output")]  # fmt: skip
    if snapshot.datasets:
        files = sum(folder.files for folder in snapshot.datasets)
        counts.insert(3, f"{plural(len(snapshot.datasets), 'data set')} of {plural(files, 'file')}")
    state = "interrupted, kept" if snapshot.command.interrupted else "recorded"
    return f"{state} {identity}: {', '.join(counts)}; verify it: reproof verify {identity}"


def runs_table(rows: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Return recorded runs, a row each: the mappings that `ls --json` prints.

    SIZE is what a run needs in the store, OWN the part of it that no other run needs.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold dim")
    for name in ("ID", "RECORDED", "STATUS"):
        table.add_column(name, no_wrap=True)
    for name in ("TOOK", "SIZE", "OWN"):
        table.add_column(name, no_wrap=True, justify="right")
    table.add_column("COMMAND", overflow="fold")
    table.add_column("METRICS", overflow="fold")
    for row in rows:
        command, status = row["command"], str(row["status"])
        table.add_row(
            Text(short(row["id"]), style="bold"),
            Text(moment(row["created"])),
            Text(status, style=STATUS_COLOURS.get(status, "yellow")),
            Text(duration(row["duration_s"]) if "duration_s" in row else ""),
            Text(size(row["size"]) if "size" in row else ""),
            Text(size(row["own_size"]) if "own_size" in row else "", style="dim"),
            Text(command if isinstance(command, str) else command_line(command)),
            Text(metrics_text(row["metrics"]), style="dim"),
        )
    return table


def metrics_text(metrics: Mapping[str, float]) -> str:
    """Return the first metrics in one line."""
    shown = [f"{name} {value:.4g}" for name, value in list(metrics.items())[:METRICS]]
    return ", ".join(shown) + (", …" if len(metrics) > METRICS else "")


def snapshot_view(snapshot: Snapshot) -> RenderableType:
    """Return everything that is kept of a run, long lists cut and counted."""
    title = Text.assemble((short(snapshot.id), "bold"), "  ", command_line(snapshot.command.argv))
    facts = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, value in (*run_facts(snapshot), *machine_facts(snapshot)):
        facts.add_row(Text(name), Text(value))
    parts: list[RenderableType] = [title, Text(), Padding(facts, (0, 0, 0, 2))]
    parts += listed("packages", (f"{d.name} {d.version}  ({d.origin})" for d in snapshot.distributions))
    parts += listed("parameters", (f"{p.name} = {p.value}  ({p.source})" for p in snapshot.parameters))
    parts += listed("inputs", (f"{i.path}  {size(i.size)}, {'kept' if i.kept else 'by hash'}" for i in snapshot.inputs))
    parts += listed("data sets", (f"{d.path}  {plural(d.files, 'file')}, {size(d.size)}, "
                                  f"{'kept' if d.kept else 'by hash'}" for d in snapshot.datasets))  # fmt: skip
    parts += listed("outputs", (f"{o.name}  {size(o.size)}" for o in snapshot.outputs))
    parts += listed("metrics", (f"{m.name} = {m.value}  ({m.source})" for m in snapshot.metrics))
    parts += listed("seeds", (f"{s.path}:{s.line}  {s.call}, {'seeded' if s.seeded else 'NOT seeded'}"
                              for s in snapshot.seeds))  # fmt: skip
    environment = snapshot.environment
    parts += listed("variables", (f"{name}={value}" for name, value in environment.variables.items()))
    parts += listed("variables of which only a salted hash is kept", environment.withheld)
    parts += listed("what could not be learned", (f"{g.what}: {g.why}; {g.effect}" for g in snapshot.gaps))
    return Group(*parts)


def run_facts(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield what the run was."""
    command, git = snapshot.command, snapshot.source.git
    yield "recorded", f"{moment(command.started)}, took {duration(command.duration_s)}, {ending(snapshot)}"
    yield "in", command.cwd
    if git is not None:
        state = "uncommitted changes kept" if git.dirty else "clean"
        yield "commit", f"{git.commit or 'none'} ({state})" + (f" of {git.remote}" if git.remote else "")
    yield "code", f"{plural(len(snapshot.source.files), 'file')} kept, from {', '.join(snapshot.source.roots)}"
    if snapshot.interpreter is not None:
        python = snapshot.interpreter
        yield "interpreter", f"{python.implementation} {python.version}, {python.executable}"
    kinds = Counter(file.kind for file in snapshot.loaded)
    yield "loaded", ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items())) or "nothing"


def machine_facts(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Yield where it ran."""
    system, hardware, accelerator = snapshot.system, snapshot.hardware, snapshot.accelerator
    yield "system", f"{system.os} {system.os_version}, kernel {system.kernel}, {system.libc}"
    yield "locale", f"{system.locale}, time zone {system.timezone}"
    yield "cpu", f"{hardware.cpu_model}, {len(hardware.cpus)} of {hardware.cpu_count} used"
    yield "memory", size(hardware.memory)
    gpus = ", ".join(gpu.name for gpu in accelerator.gpus)
    yield "gpu", f"{gpus} (driver {accelerator.driver})" if accelerator.present else "none"
    for pool in snapshot.numerics.pools:
        library = pool.library.rsplit("/", 1)[-1]
        yield "numerics", f"{library}: kernel {pool.kernel or 'unknown'}, {pool.threads or '?'} threads"


def listed(title: str, rows: Iterable[str]) -> Iterator[RenderableType]:
    """Yield a titled list, cut and counted; nothing when it is empty."""
    every = list(rows)
    if every:
        yield Text()
        yield Text(f"{title} ({len(every):,})", style="bold")
        yield from (Text(f"  {row}") for row in every[:NAMED])
        if len(every) > NAMED:
            yield Text(f"  and {len(every) - NAMED:,} more", style="dim")


def checks_view(checks: Iterable[Check]) -> RenderableType:
    """Return the pre-flight, a line each, and below a complaint its effect and remedy."""
    parts: list[RenderableType] = []
    for check in checks:
        mark, colour = CHECK_MARKS[check.state]
        parts.append(Text.assemble((f"{mark} {check.subject:<10}", colour), check.detail))
        parts += [Text(f"  {' ' * 10}{line}", style="dim") for line in (check.effect, check.remedy) if line]
    return Group(*parts)
