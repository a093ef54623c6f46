"""Describes what a command would run in, without running it: a recording in which nothing happened."""

import ast
import os
import re
import shlex
import subprocess
import time
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from .collect import collect
from .command import Ended, LaunchError, Run, find_program
from .gaps import gap, is_python
from .hashing import PLAIN
from .level import Level
from .scan import Tree

LEVEL = "none"
PROBE = """
import site, sys
keys = ("version", "executable", "prefix", "base_prefix", "exec_prefix", "base_exec_prefix", "path")
facts = {key: getattr(sys, key) for key in keys}
facts.update(implementation=sys.implementation.name, version_info=list(sys.version_info)[:3])
facts["user"] = site.getusersitepackages()
print(repr(facts))
"""
"""Printed by the interpreter itself, isolated: nothing of the project or of PYTHONPATH is imported."""
ENVIRONMENTS = (".venv", "venv", "env", ".env")
"""Folders in which a project's own environment usually is."""


class NoPython(Exception):
    """There is no interpreter, or it does not answer. The message says why."""


class Choice(NamedTuple):
    """An interpreter, and why it is that one when the command does not say."""

    python: str
    guessed: Optional[str] = None


def survey(argv: List[str], cwd: str, environ: Mapping[str, str], folder: str) -> Dict[str, Any]:
    """Return the recording of a command that was looked at and not run; `folder` is for what is made on the way.

    Raises:
        LaunchError: there is no such command or no such folder.
        NoPython: the interpreter that the command would use is not there, or does not answer.
    """
    program = find_program(argv, cwd, environ)
    choice = choose_python(argv, program, cwd, environ)
    recording = _look(argv, program, (cwd, environ, folder), _start(choice.python, cwd, environ))
    if choice.guessed:
        effect = "the packages may be those of another interpreter than the command's"
        recording["gaps"].append(gap("the interpreter of the command", choice.guessed, effect))
    return recording


def survey_project(argv: List[str], cwd: str, environ: Mapping[str, str], folder: str) -> Dict[str, Any]:
    """Return the recording of a command whose environment is still to be made: it has no interpreter, no packages.

    Raises:
        LaunchError: there is no such folder.
    """
    if not os.path.isdir(cwd):
        raise LaunchError("the working directory {} does not exist".format(cwd))
    return _look(argv, "", (cwd, environ, folder), None)


def _look(
    argv: List[str], program: str, where: Tuple[str, Mapping[str, str], str], start: Optional[Dict[str, Any]]
) -> Dict[str, Any]:
    """Return a recording in which nothing happened. `start`: what the interpreter says of itself, if there is one."""
    cwd, environ, folder = where
    logs = os.path.join(folder, "logs")
    os.makedirs(logs)
    if start:
        with open(os.path.join(logs, "0.log"), "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write("s\0" + repr(start) + "\0")
    for name in ("stdout", "stderr"):
        open(os.path.join(folder, name), "wb").close()
    ended = Ended(time.time(), 0.0, 0, False, 0, 0.0, Level(LEVEL), False, None)
    recording = collect(folder, Run(argv, program, cwd, environ, [], ended), Tree({}, set(), False), [], PLAIN)
    recording["command"].update(exit_code=None, peak_memory=None, cpu_s=None)
    gaps = [gap("what the command loads, reads and writes", "it was not run", "there is no result to compare with")]
    return dict(recording, gaps=gaps, loaded=[], read=[], written=[], created_dirs=[], temporaries=[])


def choose_python(argv: List[str], program: str, cwd: str, environ: Mapping[str, str]) -> Choice:
    """Return the interpreter that a command would use: itself, that of its first line, or the project's.

    Raises:
        NoPython: there is none.
    """
    if re.match(r"(python|pypy)[0-9.]*t?$", os.path.basename(program)):
        return Choice(program)
    named = _named_in(program, cwd, environ)
    if named:
        return Choice(named)
    inner = next((word for word in argv[1:] if is_python(word)), None)
    if inner and os.path.basename(program) in ("env", "nice", "time", "timeout", "taskset", "numactl"):
        return Choice(find_program([inner], cwd, environ))
    name = os.path.basename(program)
    for place in [os.path.join(cwd, folder) for folder in ENVIRONMENTS] + [environ.get("VIRTUAL_ENV", "")]:
        python = os.path.join(place, "bin", "python")
        if place and os.path.isfile(os.path.join(place, "pyvenv.cfg")) and os.access(python, os.X_OK):
            return Choice(python, "{} is no Python program, and {} is the environment here".format(name, place))
    for candidate in ("python3", "python"):
        try:
            python = find_program([candidate], cwd, environ)
        except LaunchError:
            continue
        return Choice(python, "{} is no Python program, and {} is the first in PATH".format(name, python))
    raise NoPython("{} is no Python program, and there is no Python in {} or in PATH".format(name, cwd))


def _named_in(program: str, cwd: str, environ: Mapping[str, str]) -> Optional[str]:
    """Return the interpreter that a script names in its first line; pip's scripts with long paths in their second."""
    try:
        with open(program, "rb") as file:
            lines = os.fsdecode(file.read(4096)).split("\n")
    except OSError:
        return None
    words = lines[0][2:].split() if lines[0].startswith("#!") else []
    if len(lines) > 1 and words[:1] == ["/bin/sh"] and lines[1].startswith("'''exec' "):
        words = shlex.split(lines[1][len("'''exec' ") :].partition(' "$0"')[0])
    elif words and os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    if not words or not re.match(r"(python|pypy)[0-9.]*t?$", os.path.basename(words[0])):
        return None
    try:
        return find_program(words[:1], cwd, environ)
    except LaunchError:
        raise NoPython("{} names {} as its interpreter, which is not there".format(program, words[0])) from None


def _start(python: str, cwd: str, environ: Mapping[str, str]) -> Dict[str, Any]:
    """Return what an interpreter says of itself, with the search path that a program would have.

    Raises:
        NoPython: it does not answer.
    """
    try:
        done = subprocess.run(
            [python, "-I", "-c", PROBE], cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=60,
        )  # fmt: skip
        facts: Dict[str, Any] = ast.literal_eval(os.fsdecode(done.stdout))
    except (OSError, subprocess.SubprocessError) as error:
        raise NoPython("{} cannot be started: {}".format(python, error)) from error
    except (ValueError, SyntaxError):
        said = os.fsdecode(done.stderr).strip().splitlines()
        raise NoPython("{} does not answer as a Python does: {}".format(python, said[-1] if said else "")) from None
    user = facts.pop("user")
    added = [os.path.join(cwd, entry) for entry in environ.get("PYTHONPATH", "").split(":") if entry]
    if facts["prefix"] == facts["base_prefix"] and not environ.get("PYTHONNOUSERSITE") and os.path.isdir(user):
        added.append(user)
    facts["path"] = added + facts["path"]
    return dict(facts, pid=0, parent=0, time=time.time(), cwd=cwd)
