"""The command of a run: how it was started, how it ended, what it was given."""

from __future__ import annotations

from typing import Literal

from reproof.model.base import Blob, Frozen


class Command(Frozen):
    """The command as it was started, and how it ended. Times in UTC (ISO 8601) and seconds."""

    argv: tuple[str, ...]
    cwd: str
    exit_code: int | None
    signal: int | None = None
    interrupted: bool = False
    started: str
    duration_s: float
    stdout: Blob
    stderr: Blob
    terminals: tuple[Literal["stdin", "stdout", "stderr"], ...] = ()
    user: str = ""
    uid: int = 0
    gid: int = 0
    umask: int = 0o022
    home: str = ""
    peak_memory: int | None = None
    """Bytes: the largest resident set of one of its processes."""
    cpu_s: float | None = None
    """Seconds of user and system time, of all its processes that were waited for."""


def shell_status(exit_code: int | None, signal: int | None) -> int:
    """Return how a command ended, in one number, as a shell gives it: 128 and the signal that ended it."""
    return 128 + signal if signal is not None else exit_code or 0


class Parameter(Frozen):
    """A named value that the run was given. `source` is `argv`, or the path of the configuration file that it read."""

    name: str
    """Dotted, as in the file (`optimizer.lr`); of an option without its dashes."""
    value: bool | int | float | str | None
    source: str
