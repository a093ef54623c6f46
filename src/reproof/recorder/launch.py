"""Runs a command under the recorder: `record()` on the host, `python -I -S launch.py ...` inside a container.

Standard library only, Python 3.6 or later, and nothing of ours outside this folder, which may be mounted anywhere.
What is needed only after the command's end (json, hashlib, csv, ...) is imported in the functions that need it: the
command would wait for it.
"""

import os
import sys
import time
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

if not __package__:  # run as a script: make a package of the folder, whatever its name is there
    _folder = os.path.dirname(os.path.abspath(__file__))
    __package__ = os.path.basename(_folder)
    sys.path.insert(0, os.path.dirname(_folder))
    __import__(__package__)
    del sys.path[0]

from .command import Ended, LaunchError, Order, Run, find_program
from .level import DEFAULT, LEVELS, Level, choose
from .lost import RecordingLost, told
from .signals import Held, Signals
from .start import Command, start
from .streams import Streams, terminals_here

if TYPE_CHECKING:
    from .scan import Tree


_FILE_CLOCK = 5
"""CLOCK_REALTIME_COARSE of Linux, which gives files their times: it moves on by some milliseconds at once."""


class Hooks(NamedTuple):
    """What is called once the command runs, with the shim's table if there is one, and once it has ended."""

    started: Callable[[Optional[str]], None] = lambda _: None
    ended: Callable[[], None] = lambda: None


NO_HOOKS = Hooks()


def record(order: Order, folder: str, hooks: Hooks = NO_HOOKS) -> Dict[str, Any]:
    """Run a command, and return its recording; what it printed is in `stdout` and `stderr` in `folder`.

    The command gets our stdin, and its output is shown as it comes.

    Raises:
        LaunchError: there is no such command, no such working directory or no such level.
        RecordingLost: the command ran, but what was noted of it is gone.
    """
    begun = time.time()
    variables = dict(os.environ if order.environ is None else order.environ)
    order = order._replace(environ=variables, cwd=os.path.abspath(order.cwd))
    folder = os.path.abspath(folder)
    program = find_program(order.argv, order.cwd, variables)
    asked = order.level or variables.get("REPROOF_LEVEL") or DEFAULT
    if asked not in LEVELS:
        raise LaunchError("there is no level {!r}; there are {}".format(asked, ", ".join(LEVELS)))
    _make_folders(folder, order.keep)
    level = choose(asked, program, folder, cache=order.cache)
    terminals = _terminals(order.terminals)
    try:
        before = None if level.table else _look(order.cwd, folder)
        command = Command(order.argv, program, order.cwd, watched(variables, folder, level))
        ended = _run((command, level), (folder, terminals), hooks, begun)
        run = Run(order.argv, program, order.cwd, variables, terminals, ended)
        recording = _collect(run, folder, before, (asked, order))
    finally:
        level.remove()
        _remove(os.path.join(folder, "logs"))
    return recording


def watched(environ: Mapping[str, str], folder: str, level: Level) -> Dict[str, str]:
    """Return the variables that load the shim into every process and the guest into every Python among them."""
    guest = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guest")
    path = environ.get("PYTHONPATH")
    variables = level.variables(environ)
    return dict(variables, PYTHONPATH=guest + ":" + path if path else guest, REPROOF_RECORD=folder)


def _make_folders(folder: str, keep: bool) -> None:
    logs = os.path.join(folder, "logs")
    if os.path.exists(logs):
        _remove(logs)
    os.makedirs(logs)
    if keep:
        os.makedirs(os.path.join(folder, "kept"), exist_ok=True)


def _remove(folder: str) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _look(cwd: str, folder: str) -> "Tree":
    from .scan import look

    return look(cwd, (folder,))


def _terminals(wanted: Optional[List[str]]) -> List[str]:
    here = terminals_here()
    if wanted is None:
        return here
    return [name for name in here if name == "stdin"] + [name for name in wanted if name != "stdin"]


def _run(watch: Tuple[Command, Level], output: Tuple[str, List[str]], hooks: Hooks, begun: float) -> Ended:
    """Start the command, show and keep its output, and wait for its end. `output`: folder, and which are terminals.

    It is not started before the clock of files has passed the time `begun`: no file that was there has the time of one
    that it writes.
    """
    folder, terminals = output
    files = (os.path.join(folder, "stdout"), os.path.join(folder, "stderr"))
    streams = Streams(files, ("stdout" in terminals, "stderr" in terminals))
    with Signals(streams.resize) as signals:
        since, clock = _after(begun), time.monotonic()
        sinks = [stream.sink for stream in streams.all]
        try:
            process, level = start(*watch, stdout=sinks[0], stderr=sinks[1])
        except OSError as error:
            streams.abandon()
            for file in files:
                os.unlink(file)
            raise LaunchError("{} cannot be run: {}".format(watch[0].program, error.strerror)) from error
        streams.start()
        signals.started(process.pid)
        hooks.started(level.table)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        duration = time.monotonic() - clock
        streams.finish()
        hooks.ended()
    lost = next((stream.lost for stream in streams.all if stream.lost), None)
    spent = (usage.ru_maxrss << 10, usage.ru_utime + usage.ru_stime)
    return Ended(since, duration, process.returncode, signals.interrupted, *spent, level, streams.cut, lost)


def _after(begun: float) -> float:
    """Return the time of files that are written from now on, as soon as that is later than `begun`."""
    now = time.clock_gettime(_FILE_CLOCK)
    while now <= begun:
        time.sleep(0.0005)
        now = time.clock_gettime(_FILE_CLOCK)
    return now - 1e-6  # a float of today is rounded to some hundred nanoseconds


def _collect(run: Run, folder: str, before: Optional["Tree"], asked: Tuple[str, Order]) -> Dict[str, Any]:
    """Return the recording of a run. `asked`: the level, and the order. Raises RecordingLost."""
    from . import gaps_output
    from .collect import collect
    from .hashing import Means
    from .memory import Memory

    level, order = asked
    gaps = gaps_output.of_input() + gaps_output.of_output(run.ended) + gaps_output.of_level(level, run.ended.level)
    memory = Memory(order.cache)
    means = Means(os.path.join(folder, "kept") if order.keep else None, memory, order.known, order.fast)
    try:
        recording = collect(folder, run, before, gaps, means)
    except Exception as error:
        raise RecordingLost(run.ended.returncode, told(error)) from error
    memory.save()
    return recording


def main(arguments: List[str]) -> int:
    """Record the command that a file describes, write the recording to `recording.json` in the folder, and return the
    command's exit code: 128 and more for a signal, as a shell does."""
    import argparse
    import json

    parser = argparse.ArgumentParser(description="run a command under the recorder")
    parser.add_argument("--folder", required=True, help="where the recording goes")
    parser.add_argument("--spec", required=True, help="JSON: argv, cwd, and maybe keep, terminals and level")
    options = parser.parse_args(arguments)
    with open(options.spec, encoding="utf-8") as file:
        order = Order(**json.load(file))
    with Held() as held:
        try:
            recording = record(order, options.folder, Hooks(lambda _: held.arm()))
        except LaunchError as error:
            print("reproof: {}".format(error), file=sys.stderr)
            return 127
        except RecordingLost as error:
            print("reproof: the run could not be recorded: {}".format(error), file=sys.stderr)
            return exit_status(error.returncode)
        command = recording["command"]
        status = exit_status(-command["signal"] if command["signal"] else command["exit_code"])
        try:
            _write(os.path.join(options.folder, "recording.json"), recording)
        except OSError as error:
            print("reproof: the run could not be recorded: {}".format(error), file=sys.stderr)
    return status


def _write(path: str, recording: Dict[str, Any]) -> None:
    """Write the recording so that it is there as a whole, or not at all."""
    import json

    partial = path + ".partial"
    with open(partial, "w", encoding="utf-8") as file:
        json.dump(recording, file)
    os.rename(partial, path)


def exit_status(returncode: int) -> int:
    """Return the exit code as a shell gives it: 128 and more for a signal."""
    return returncode if returncode >= 0 else 128 - returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
