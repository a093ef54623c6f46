"""What could not be learned, why, and what may follow from it."""

import os
import re
from typing import Any, Dict, Iterable, List, Optional, Set

from .events import Executed, Process
from .files import MOST_TEMPORARIES, Used
from .interpreter import Place
from .survivors import Survivor, listed, shown_command

Gap = Dict[str, str]

_PYTHON = re.compile(r"(python|pypy)[0-9.]*t?$")


def gap(what: str, why: str, effect: str) -> Gap:
    """Return a gap as the recording holds it."""
    return {"what": what, "why": why, "effect": effect}


def of_processes(
    argv: List[str], program: str, processes: List[Process], place: Optional[Place], left: List[Survivor]
) -> List[Gap]:
    """Return what was not seen because a process was not watched, or not to its end. `left`: those that live on."""
    if place is None:
        why = "no Python process started under the recorder"
        if is_python(program) and hidden_by(argv[1:]):
            why = "Python was started with {}, which keeps the recorder out".format(hidden_by(argv[1:]))
        return [
            gap("what the command loaded, read and wrote elsewhere", why, "only its working directory was compared")
        ]
    found = [
        gap(
            "files that native code opens",
            "audit hooks hear of what Python opens",
            "an input that only a C library reads is not in the record",
        )
    ]
    started = [process for process in processes if process.start]
    executed = {program for process in processes for program in process.executed}
    found += list(_unwatched(executed, len(started)))
    found += _unfinished(started, left)
    if any(process.start and process.start["version_info"] < [3, 8] for process in started):
        effect = "data that the run read is not in the record"
        found.append(gap("files that Python opened", "it has no audit hooks before version 3.8", effect))
    return found + of_environment([process.start for process in started if process.start], place)


def of_environment(started: List[Dict[str, Any]], place: Place) -> List[Gap]:
    """Return what is missing of the Pythons that started, of which `place` is the first."""
    effect = "only the packages of {} are in the record".format(place.prefix)
    found = [
        gap("the Python environment {}".format(prefix), "one run has one environment", effect)
        for prefix in sorted({facts["prefix"] for facts in started} - {place.prefix})
    ]
    if not place.answered:
        why = "{} could not be started again after the run".format(place.executable)
        found.append(gap("the interpreter's folders and wheel tags", why, "they are guessed from its prefix"))
    return found


def _unwatched(executed: Set[Executed], started: int) -> Iterable[Gap]:
    """Yield a gap for each Python that was started without us, and one for all other programs."""
    others = set()
    for program in sorted(executed):
        name = os.path.basename(program.path)
        if not is_python(program.path):
            others.add(name)
        elif hidden_by(program.options.split()) or not program.watched:
            why = "it was started with {}".format(hidden_by(program.options.split()) or "an environment of its own")
            yield gap("what the child process {} used".format(name), why, "its files are not in the record")
        elif started < 2:
            why = "it left no log"
            yield gap("what the child process {} used".format(name), why, "its files are not in the record")
    if others:
        names = ", ".join(sorted(others))
        effect = "what they read is not in the record; what they wrote is, if it lies in the working directory"
        yield gap("what these programs used: {}".format(names), "they are not Python", effect)


def _unfinished(started: List[Process], left: List[Survivor]) -> List[Gap]:
    """Return a gap if a process was ended from outside, before it could look at itself."""
    silent = silent_pythons(started, left)
    if not silent:
        return []
    what = "the native libraries of {} of {} Python processes".format(len(silent), len(started))
    why = "they were killed, or ended by os._exit: {}".format(listed(silent))
    return [gap(what, why, "libraries and numerics settings may be missing")]


def silent_pythons(started: List[Process], left: List[Survivor]) -> List[str]:
    """Return the Python processes that ended without a word, as pid and command."""
    alive = {survivor.pid for survivor in left}
    silent = [process.start for process in started if process.start and process.ending is None]
    return [
        "{} ({})".format(facts["pid"], shown_command(facts.get("words") or [facts["executable"] or "python"]))
        for facts in silent
        if facts["pid"] not in alive
    ]


def of_survivors(left: List[Survivor]) -> List[Gap]:
    """Return a gap that names the processes which had not ended when the command did."""
    if not left:
        return []
    effect = "what they read and write from then on is not in the record, nor what libraries and settings they have"
    what = "what these processes did after the command's end: {}".format(listed(left))
    return [gap(what, "they had not ended when it did", effect)]


def is_python(program: str) -> bool:
    """Say whether a program is Python, or a script that names Python in its first line."""
    if _PYTHON.match(os.path.basename(program)):
        return True
    try:
        with open(program, "rb") as file:
            first = file.read(256).split(b"\n")[0]
    except OSError:
        return False
    words = first[2:].split() if first.startswith(b"#!") else []
    return any(_PYTHON.match(os.path.basename(os.fsdecode(word))) for word in words[:2])


def hidden_by(words: List[str]) -> Optional[str]:
    """Return the option among a Python's first words that keeps sitecustomize from being imported."""
    for word in words:
        if not word.startswith("-") or word.startswith("--") or word == "-":
            return None
        letters = re.match("-([A-Za-z]*?)([cmWX]|$)", word)
        hiding = [letter for letter in (letters.group(1) if letters else "") if letter in "IES"]
        if hiding:
            return "-" + hiding[0]
        if letters and letters.group(2) in ("c", "m"):
            return None
    return None


def of_files(used: Used, complete: bool, cwd: str) -> List[Gap]:
    """Return what is missing of the files."""
    found = [
        gap("{} is gone".format(path), "the run read it and it was removed", "the replay has no such file")
        for path in sorted(used.gone)
    ]
    if len(used.temporaries) > MOST_TEMPORARIES:
        what = "the names of {:,} temporary files".format(len(used.temporaries) - MOST_TEMPORARIES)
        why = "there were {:,}, and {:,} are listed".format(len(used.temporaries), MOST_TEMPORARIES)
        found.append(gap(what, why, "none: no result depends on a name that is gone"))
    if not complete:
        why = "{} holds more entries than are looked at".format(cwd)
        found.append(gap("files that native code wrote there", why, "outputs may be missing from the record"))
    return found


def of_copies(uncopied: Dict[str, str]) -> List[Gap]:
    """Return the files of which a copy was wanted and could not be written."""
    effect = "they cannot be compared or shown beyond their digests"
    reasons = sorted(set(uncopied.values()))
    return [
        gap("the copies of {} files".format(sum(why == reason for why in uncopied.values())), reason, effect)
        for reason in reasons
    ]
