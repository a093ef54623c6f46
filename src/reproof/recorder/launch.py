"""Runs a command under the recorder: `record()` on the host, `python -I -S launch.py ...` inside a container.

Standard library only, Python 3.6 or later, and nothing of ours outside this folder, which may be mounted anywhere.
"""

import argparse
import json
import os
import shutil
import stat
import sys
import time
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

if not __package__:  # run as a script: make a package of the folder, whatever its name is there
    _folder = os.path.dirname(os.path.abspath(__file__))
    __package__ = os.path.basename(_folder)
    sys.path.insert(0, os.path.dirname(_folder))
    __import__(__package__)
    del sys.path[0]

from .collect import Run, collect
from .level import DEFAULT, LEVELS, Level, choose
from .scan import look
from .signals import Signals
from .start import Command, start
from .streams import Streams, terminals_here


class LaunchError(Exception):
    """The command could not be started; nothing was recorded. The message says why."""


class RecordingLost(Exception):
    """The command ran and ended with `returncode` (negative for a signal), but its recording could not be made."""

    def __init__(self, returncode: int, reason: str) -> None:
        super().__init__(reason)
        self.returncode = returncode


class Ended(NamedTuple):
    """How the command ended. `returncode` is negative for a signal; `background`: something kept the output open."""

    started: float
    duration_s: float
    returncode: int
    interrupted: bool
    background: bool
    lost: Optional[str]
    level: Level


def record(
    argv: List[str],
    cwd: str,
    folder: str,
    environ: Optional[Mapping[str, str]] = None,
    keep: bool = False,
    terminals: Optional[List[str]] = None,
    level: Optional[str] = None,
) -> Dict[str, Any]:
    """Run a command, and return its recording, which is also in `recording.json` in `folder`.

    The command gets our stdin, and its output is shown as it comes. `environ` are its variables, ours by default.
    With `keep`, copies of what it wrote and of files that no package owns go to `folder`/kept. `terminals` says which
    of stdout and stderr must be terminals for it; by default those that are for us. `level` is how it is watched: by
    default as REPROOF_LEVEL says, or `shim`; a lower one than asked for is used if need be, and told.

    Raises:
        LaunchError: there is no such command, no such working directory or no such level.
        RecordingLost: the command ran, but what was noted of it is gone.
    """
    variables = dict(os.environ if environ is None else environ)
    cwd = os.path.abspath(cwd)
    folder = os.path.abspath(folder)
    program = find_program(argv, cwd, variables)
    asked = level or variables.get("REPROOF_LEVEL") or DEFAULT
    if asked not in LEVELS:
        raise LaunchError("there is no level {!r}; there are {}".format(asked, ", ".join(LEVELS)))
    here = terminals_here()
    if terminals is not None:
        here = [name for name in here if name == "stdin"] + [name for name in terminals if name != "stdin"]
    logs = os.path.join(folder, "logs")
    shutil.rmtree(logs, ignore_errors=True)
    os.makedirs(logs)
    if keep:
        os.makedirs(os.path.join(folder, "kept"), exist_ok=True)
    before = look(cwd, (folder,))
    chosen = choose(asked, program, folder)
    try:
        ended = _run(Command(argv, program, cwd, watched(variables, folder, chosen)), chosen, (folder, here))
        run = Run(argv, program, cwd, variables, *ended[:4], terminals=here, level=ended.level)
        gaps = _tell_of_input() + _tell_of_output(ended)
        if ended.level.lowered:
            gaps.append(_lowered(asked, ended.level))
        try:
            recording = collect(folder, run, before, gaps, keep)
            _write(os.path.join(folder, "recording.json"), recording)
        except OSError as error:
            raise RecordingLost(ended.returncode, str(error)) from error
    finally:
        chosen.remove()
        shutil.rmtree(logs, ignore_errors=True)
    return recording


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
        search = environ.get("PATH", os.defpath)
        folders = [os.path.join(cwd, folder) for folder in search.split(":")]
        found = shutil.which(name, path=":".join(folders))
        if found is None:
            raise LaunchError("{}: there is no such command in PATH".format(name))
        return found
    path = os.path.join(cwd, name)
    if not os.path.isfile(path):
        raise LaunchError("{}: there is no such file".format(path))
    if not os.access(path, os.X_OK):
        raise LaunchError("{}: it is not executable".format(path))
    return path


def watched(environ: Mapping[str, str], folder: str, level: Level) -> Dict[str, str]:
    """Return the variables that load the shim into every process and the guest into every Python among them."""
    guest = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest")
    path = environ.get("PYTHONPATH")
    variables = level.variables(environ)
    return dict(variables, PYTHONPATH=guest + ":" + path if path else guest, REPROOF_RECORD=folder)


def _run(command: Command, level: Level, output: Tuple[str, List[str]]) -> Ended:
    """Start the command, show and keep its output, and wait for its end. `output`: folder, and which are terminals."""
    folder, terminals = output
    files = (os.path.join(folder, "stdout"), os.path.join(folder, "stderr"))
    streams = Streams(files, ("stdout" in terminals, "stderr" in terminals))
    with Signals(streams.resize) as signals:
        started, clock = time.time(), time.monotonic()
        sinks = [stream.sink for stream in streams.all]
        try:
            process, level = start(command, level, stdout=sinks[0], stderr=sinks[1])
        except OSError as error:
            streams.abandon()
            for file in files:
                os.unlink(file)
            raise LaunchError("{} cannot be run: {}".format(command.program, error.strerror)) from error
        streams.start()
        signals.started(process.pid)
        returncode = process.wait()
        duration = time.monotonic() - clock
        streams.finish()
    lost = next((stream.lost for stream in streams.all if stream.lost), None)
    return Ended(started, duration, returncode, signals.interrupted, streams.cut, lost, level)


def _tell_of_input() -> List[Dict[str, str]]:
    """Return what came by stdin, as a gap; whether the command read it is not known."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return []  # it is closed
    if not (stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)):
        return []
    why = "it came from a pipe or a file and is not kept"
    return [{"what": "standard input", "why": why, "effect": "a replay that reads it finds nothing there"}]


def _lowered(asked: str, level: Level) -> Dict[str, str]:
    """Return the gap of a level that is lower than what was asked for."""
    effect = "the run was watched at level {}".format(level.name)
    return {"what": "the level {}".format(asked), "why": str(level.lowered), "effect": effect}


def _tell_of_output(ended: Ended) -> List[Dict[str, str]]:
    """Return what is missing of stdout and stderr, as gaps."""
    gaps = []
    if ended.background:
        why = "a process in the background kept them open"
        gaps.append({"what": "stdout and stderr after the command's end", "why": why, "effect": "their end is missing"})
    if ended.lost:
        why = "they could not be written: {}".format(ended.lost)
        gaps.append({"what": "a part of stdout and stderr", "why": why, "effect": "they cannot be compared"})
    return gaps


def _write(path: str, recording: Dict[str, Any]) -> None:
    """Write the recording so that it is there as a whole, or not at all."""
    partial = path + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(recording, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(partial, path)


def main(arguments: List[str]) -> int:
    """Record the command that a file describes; return its exit code, 128 and more for a signal, as a shell does."""
    parser = argparse.ArgumentParser(description="run a command under the recorder")
    parser.add_argument("--folder", required=True, help="where the recording goes")
    parser.add_argument("--spec", required=True, help="JSON: argv, cwd, and maybe keep, terminals and level")
    options = parser.parse_args(arguments)
    with open(options.spec, encoding="utf-8") as file:
        spec = json.load(file)
    try:
        wanted = {name: spec[name] for name in ("terminals", "level") if name in spec}
        recording = record(spec["argv"], spec["cwd"], options.folder, keep=spec.get("keep", False), **wanted)
    except LaunchError as error:
        print("reproof: {}".format(error), file=sys.stderr)
        return 127
    except RecordingLost as error:
        print("reproof: the run could not be recorded: {}".format(error), file=sys.stderr)
        return exit_status(error.returncode)
    command = recording["command"]
    return exit_status(-command["signal"] if command["signal"] else command["exit_code"])


def exit_status(returncode: int) -> int:
    """Return the exit code as a shell gives it: 128 and more for a signal."""
    return returncode if returncode >= 0 else 128 - returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
