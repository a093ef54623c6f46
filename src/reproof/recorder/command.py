"""A command: what was asked for, which program that is, and how it ended."""

import os
from typing import Any, Callable, List, Mapping, NamedTuple, Optional, Tuple

from .level import Level


class LaunchError(Exception):
    """The command could not be started; nothing was recorded. The message says why."""


class Order(NamedTuple):
    """A command to run, and how it is to be recorded."""

    argv: List[str]
    cwd: str
    environ: Optional[Mapping[str, str]] = None
    """Its variables; ours by default."""
    keep: bool = False
    """Whether copies of what it wrote and of files that no package owns go to the folder `kept`."""
    terminals: Optional[List[str]] = None
    """Which of stdout and stderr must be terminals for it; by default those that are for us."""
    level: Optional[str] = None
    """How it is watched: by default as REPROOF_LEVEL says, or as well as it can be; a lower one is used if need be,
    and told."""
    cache: Optional[str] = None
    """A folder for what need not be found out twice; it may be deleted at any time. None to remember nothing."""
    known: Mapping[str, str] = {}
    """Digests of files that were checked just now and cannot change, by their paths."""
    fast: Optional[Tuple[str, Callable[[], Any]]] = None
    """The name of a faster algorithm than sha256, for large files that are not kept, and what makes its state."""


class Ended(NamedTuple):
    """How a command ended. `background`: something kept its output open; `lost`: why a part of it is not kept."""

    started: float
    duration_s: float
    returncode: int
    """Negative for a signal."""
    interrupted: bool
    peak_memory: int
    """Bytes: the largest resident set of one of its processes, and never less than the recorder's own at the start,
    which Linux counts for the process that became the command."""
    cpu_s: float
    """User and system time of its processes that were waited for."""
    level: Level
    """How it was watched."""
    background: bool
    lost: Optional[str]


class Run(NamedTuple):
    """A command that has ended. `program` is the file that was started; `argv`, `cwd` and `environ` are what it got."""

    argv: List[str]
    program: str
    cwd: str
    environ: Mapping[str, str]
    terminals: List[str]
    ended: Ended

    @property
    def level(self) -> Level:
        """How it was watched."""
        return self.ended.level


def find_program(argv: List[str], cwd: str, environ: Mapping[str, str]) -> str:
    """Return the file that a command names, found as a shell would find it.

    Raises:
        LaunchError: there is none, or it cannot be executed.
    """
    if not argv or not argv[0]:
        raise LaunchError("no command was given")
    if not os.path.isdir(cwd):
        raise LaunchError("the working directory {} does not exist".format(cwd))
    name = argv[0]
    if "/" not in name:
        for folder in environ.get("PATH", os.defpath).split(":"):
            path = os.path.join(cwd, folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return path
        raise LaunchError("{}: there is no such command in PATH".format(name))
    path = os.path.join(cwd, name)
    if not os.path.isfile(path):
        raise LaunchError("{}: there is no such file".format(path))
    if not os.access(path, os.X_OK):
        raise LaunchError("{}: it is not executable".format(path))
    return path
