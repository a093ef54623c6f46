"""What the shim and the supervisor could not see, why, and what may follow from it."""

import os
from typing import Dict, List, Optional, Set

from .events import Process
from .gaps import Gap, gap, hidden_by, is_python, of_environment, silent_pythons
from .interpreter import Place
from .level import Level
from .survivors import Survivor, listed
from .table import Table

_REASONS = {
    2: "statically linked: nothing can be loaded into them",
    3: "of another architecture than the recorder",
    4: "linked to another C library than the recorder",
    5: "built with the address sanitizer, which lets no library come before it",
    6: "run with another user's rights, and take nothing from an environment",
}
"""By the kinds of `native/program.h`."""
_WATCHED = 1
_FOREIGN = 3
_PRIVILEGED = 6
_UNSEEN = "what they read is not in the record; what they wrote is, if it lies in the working directory"


def of_native(program: str, level: Level, noted: Table, left: List[Survivor]) -> List[Gap]:
    """Return what was not seen of the files of a run. `program` is the file that the command names.

    `left` are the processes that had not ended; they are told elsewhere.
    """
    found = _of_table(noted)
    kinds = _kinds(noted, os.path.realpath(program), level.kind)
    return found + (_of_supervisor(noted, kinds) if level.name == "complete" else _of_shim(noted, kinds, left))


def _of_table(noted: Table) -> List[Gap]:
    """Return what was seen and could not be noted."""
    reasons = [
        (noted.lost, "the table of the run was full, or its disk"),
        (
            noted.unresolved,
            "their folder has no path, or one that is too long, or their process could not be looked at",
        ),
        (noted.passed, "the supervisor ended or hung just then"),
    ]
    effect = "inputs and results may be missing"
    return [gap("{} openings of files".format(number), why, effect) for number, why in reasons if number]


def _of_shim(noted: Table, kinds: Dict[int, Set[str]], left: List[Survivor]) -> List[Gap]:
    found = [_unwatched(kinds, number) for number in sorted(_REASONS) if number in kinds]
    found += [
        gap("what the program {} used".format(path), "it was started and left no trace", "its files are not recorded")
        for path in sorted(_silent(noted))
    ]
    killed = noted.started - noted.ended - sum(survivor.watched for survivor in left)
    if killed > 0:
        what = "the native libraries of {} of {} processes".format(killed, noted.started)
        found.append(gap(what, "they were killed, or had not ended", "libraries that only they loaded may be missing"))
    return found


def _of_supervisor(noted: Table, kinds: Dict[int, Set[str]]) -> List[Gap]:
    found = [_unwatched(kinds, _FOREIGN)] if _FOREIGN in kinds else []
    if _PRIVILEGED in kinds:
        what = "the rights that these programs would have gained: {}".format(", ".join(sorted(kinds[_PRIVILEGED])))
        why = "a run that is watched at level complete can gain none"
        found.append(gap(what, why, "they may have failed where they work otherwise; level shim lets them be"))
    if noted.rings:
        why = "files that are opened through io_uring are reported to nobody"
        found.append(gap("what {} io_uring instances opened".format(noted.rings), why, "inputs may be missing"))
    return found


def of_python(
    argv: List[str], program: str, processes: List[Process], place: Optional[Place], left: List[Survivor]
) -> List[Gap]:
    """Return what Python processes did not say of themselves, in a run whose files were seen."""
    if place is None:
        why = "no Python process told of itself"
        if is_python(program) and hidden_by(argv[1:]):
            why = "Python was started with {}, which keeps the recorder's part in Python out".format(
                hidden_by(argv[1:])
            )
        return [gap("the interpreter, its packages and settings", why, "they cannot be rebuilt from this record")]
    started = [process.start for process in processes if process.start]
    silent = silent_pythons(processes, left)
    found = of_environment(started, place)
    if silent:
        what = "the numerics settings of {} of {} Python processes".format(len(silent), len(started))
        why = "they were killed, or ended by os._exit: {}".format(listed(silent))
        found.append(gap(what, why, "a difference in them would not be seen"))
    return found


def _kinds(noted: Table, program: str, kind: int) -> Dict[int, Set[str]]:
    """Return the names of the programs by their kind."""
    names: Dict[int, Set[str]] = {}
    for path, number in [(entry.path, entry.flags) for entry in noted.entries if entry.kind == "x"] + [(program, kind)]:
        names.setdefault(number, set()).add(os.path.basename(path))
    return names


def _unwatched(kinds: Dict[int, Set[str]], number: int) -> Gap:
    """Return the gap of the programs that could not be watched for one reason."""
    what = "what these programs used: {}".format(", ".join(sorted(kinds[number])))
    return gap(what, "they are " + _REASONS[number], _UNSEEN)


def _silent(noted: Table) -> Set[str]:
    """Return the programs that were executed and should have been watched, and were not."""
    started = {entry.path for entry in noted.entries if entry.kind == "s"}
    executed = {entry.path for entry in noted.entries if entry.kind == "x" and entry.flags == _WATCHED}
    return {path for path in executed if _binary(path) not in started | {None}}


def _binary(path: str, depth: int = 0) -> Optional[str]:
    """Return the real path of the binary that runs a program: its own, or that of a script's interpreter."""
    try:
        with open(path, "rb") as file:
            head = file.read(256)
    except OSError:
        return None
    if head.startswith(b"\x7fELF"):
        return os.path.realpath(path)
    words = head.split(b"\n")[0][2:].split()
    return _binary(os.fsdecode(words[0]), depth + 1) if head.startswith(b"#!") and words and depth < 4 else None
