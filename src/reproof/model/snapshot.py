"""Snapshot: everything that a run was and used. Made by `capture`, for the original run and for its replay alike."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Document, Gap
from reproof.model.data import Column, Dataset, Input, Metric, Output, Pointer, Profile, Series
from reproof.model.environment import Distribution, Environment, Interpreter, LoadedFile, Origin, System, SystemPackage
from reproof.model.machine import Accelerator, AcceleratorLibrary, Gpu, Hardware, Numerics, ThreadPool
from reproof.model.policy import Policy
from reproof.model.randomness import Generator, Hazard, SeedUse
from reproof.model.run import Command, Parameter, shell_status
from reproof.model.source import Git, Source, SourceFile, Submodule

__all__ = [
    "Accelerator",
    "AcceleratorLibrary",
    "Column",
    "Command",
    "Dataset",
    "Distribution",
    "Environment",
    "Generator",
    "Git",
    "Gpu",
    "Hardware",
    "Hazard",
    "Input",
    "Interpreter",
    "LoadedFile",
    "Metric",
    "Numerics",
    "Origin",
    "Output",
    "Parameter",
    "Pointer",
    "Profile",
    "SeedUse",
    "Series",
    "Snapshot",
    "Source",
    "SourceFile",
    "Submodule",
    "System",
    "SystemPackage",
    "ThreadPool",
    "shell_status",
]


class Snapshot(Document):
    """A run: what it was, what it used, what it produced, and what could not be learned."""

    SCHEMA: ClassVar[str] = "reproof/snapshot/2"

    generator: str
    kind: Literal["run", "capture"] = "run"
    """`capture`: the project and its environment were looked at, nothing was run."""
    level: str
    """How closely the run was watched: `shim`, `complete` or `hooks`."""
    command: Command
    source: Source
    interpreter: Interpreter | None
    distributions: tuple[Distribution, ...]
    loaded: tuple[LoadedFile, ...]
    system: System
    hardware: Hardware
    accelerator: Accelerator
    numerics: Numerics
    environment: Environment
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[Input, ...]
    datasets: tuple[Dataset, ...] = ()
    outputs: tuple[Output, ...]
    temporaries: tuple[str, ...] = ()
    """Files that the run made and removed again, or gave another name, sorted; at most a thousand."""
    created_dirs: tuple[str, ...] = ()
    """Folders that the run made itself: a replay must not find them there."""
    metrics: tuple[Metric, ...]
    series: tuple[Series, ...] = ()
    seeds: tuple[SeedUse, ...]
    randomness: tuple[Generator, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    policy: Policy = Policy()
    gaps: tuple[Gap, ...]
    requirements: str | None = None
    """The id of what the project needs, when its packages are to be chosen for a date: then none is named here."""
    replay_of: str | None = None
    """The id of the image's plan, when this is the record of a replay."""
