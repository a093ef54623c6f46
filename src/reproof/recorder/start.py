"""Starts the command: as it is, or at level `complete` under the filter that reports to a supervisor."""

import os
import struct
import subprocess
from typing import Any, List, Mapping, NamedTuple, Optional, Tuple

from .level import SUPERVISOR, Level

_TOLD = struct.Struct("<2i")
"""What `native/supervisor.c` writes of a start that failed: a stage and an error number."""
_NOT_STARTED = 6
"""The stage in which all was ready, and the system refused the program itself."""
_REASONS = {
    1: "the supervisor cannot map the table ({})",
    2: "no process for the supervisor could be started ({})",
    3: "the kernel does not take the filter ({})",
    4: "the supervisor did not answer ({})",
    5: "the supervisor cannot read what other processes open ({})",
}


class Command(NamedTuple):
    """What is started: its words, the file that is executed, its folder and its variables."""

    argv: List[str]
    program: str
    cwd: str
    environ: Mapping[str, str]


def start(command: Command, level: Level, **streams: Any) -> Tuple["subprocess.Popen[bytes]", Level]:
    """Start a command; return its process and the level at which it is watched, which can be lower than wanted.

    `streams` are Popen's stdin, stdout and stderr. Whether the level `complete` can be had shows only here: the process
    that becomes the command tries it first. The command inherits what we inherited beyond the three streams (a shell's
    `<(…)`, the job server of make); what Python opens itself is closed to children (PEP 446).

    Raises:
        OSError: the program cannot be run.
    """
    reason = None
    if level.name == "complete":
        process, reason = _start_supervised(command, str(level.table), streams)
        if process is not None:
            return process, level
        level = level._replace(name="shim", lowered=reason)
    variables = dict(command.environ)
    process = subprocess.Popen(
        command.argv, executable=command.program, cwd=command.cwd, env=variables, close_fds=False, **streams
    )
    return process, level


def _start_supervised(
    command: Command, table: str, streams: Mapping[str, Any]
) -> Tuple[Optional["subprocess.Popen[bytes]"], str]:
    """Return the process; None and the reason if the level cannot be had, and nothing was started."""
    variables = ["{}={}".format(*item) for item in command.environ.items()]
    receiving, sending = os.pipe()
    os.set_inheritable(sending, True)
    words = [SUPERVISOR, str(sending), table, command.program, str(len(command.argv)), *command.argv, "", *variables]
    try:
        process = subprocess.Popen(words, cwd=command.cwd, env={}, close_fds=False, **streams)
    except OSError as error:
        os.close(receiving)
        return None, "{} cannot be run: {}".format(SUPERVISOR, error.strerror)
    finally:
        os.close(sending)
    with open(receiving, "rb") as pipe:
        told = pipe.read()
    if not told:
        return process, ""
    process.wait()
    stage, number = _TOLD.unpack(told)
    if stage == _NOT_STARTED:
        raise OSError(number, os.strerror(number), command.program)
    return None, _REASONS[stage].format(os.strerror(number))
