"""What the pre-flight looked up, before anything is judged."""

from __future__ import annotations

from dataclasses import dataclass

from reproof.adapters.engine import EngineInfo
from reproof.errors import ReproofError
from reproof.model.host import Host
from reproof.model.resolution import ImageLookup, Resolution
from reproof.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Room:
    """A place that a rebuild writes to, and the bytes that are free there."""

    what: str
    path: str
    free: int


@dataclass(frozen=True, slots=True)
class InputState:
    """An input or data set of a run: where it is, and what is wrong with it; None when it is as recorded."""

    kind: str
    what: str
    wrong: ReproofError | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found out about this machine and one run. An error stands for what could not be had."""

    engine: EngineInfo | ReproofError
    store: str | ReproofError
    rooms: tuple[Room, ...]
    bootstrap: bool
    """Whether mmdebstrap is installed."""
    suites: tuple[str, ...]
    registry: ImageLookup
    indexes: int
    """How many places pip's configuration names."""
    index_failures: tuple[str, ...]
    host: Host
    snapshot: Snapshot | None = None
    resolution: Resolution | None = None
    """What was found for the run before, if it was."""
    inputs: tuple[InputState, ...] = ()
