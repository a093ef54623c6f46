"""Finds processes of a run that are still there after its command has ended, and names them."""

import os
import re
from typing import Iterable, List, NamedTuple, Optional, Sequence

from .level import LIBRARY

_INTERPRETER = re.compile(r"(python|pypy|bash|dash|sh|zsh|perl|node)[0-9.]*t?$")
"""Programs whose first plain word is the file that they run; those of others may hold anything."""


class Survivor(NamedTuple):
    """A process that had not ended. `watched` says whether it has loaded the shim."""

    pid: int
    command: str
    watched: bool

    def __str__(self) -> str:
        return "{} ({})".format(self.pid, self.command)


def survivors(folder: str, table: Optional[str]) -> List[Survivor]:
    """Return the processes that were started to be recorded in `folder`, or with that table, and that live now."""
    found = []
    for pid in sorted(int(name) for name in os.listdir("/proc") if name.isdigit()):
        if pid != os.getpid() and _is_of(_content(pid, "environ").split(b"\0"), folder, table):
            words = [os.fsdecode(word) for word in _content(pid, "cmdline").split(b"\0")[:-1]]
            if words:  # else it has just ended
                found.append(Survivor(pid, shown_command(words), os.fsencode(LIBRARY) in _content(pid, "maps")))
    return found


def _is_of(environ: List[bytes], folder: str, table: Optional[str]) -> bool:
    """Say whether a process belongs to a recording.

    A table's name has a process and a descriptor in it, and a later recording of that process may use both again: so it
    counts only for those whose environment was cleared, and which do not name a folder.
    """
    folders = [entry for entry in environ if entry.startswith(b"REPROOF_RECORD=")]
    if folders:
        return b"REPROOF_RECORD=" + os.fsencode(folder) in folders
    return table is not None and b"REPROOF_TABLE=" + os.fsencode(table) in environ


def shown_command(words: Sequence[str]) -> str:
    """Return the program of a command line, with the script or module that it runs; what follows may hold secrets."""
    name = os.path.basename(words[0])
    shown = [name]
    for place, word in enumerate(words[1:] if _INTERPRETER.match(name) else (), 1):
        if word == "-m":
            shown += words[place : place + 2]
            break
        if not word.startswith("-"):
            shown.append(word)
            break
        shown.append(word[:8])
        if word == "-c":
            break
    return " ".join(shown)


def listed(names: Iterable[object], most: int = 8) -> str:
    """Return names in one line, and how many more there are."""
    texts = [str(name) for name in names]
    more = ["and {:,} more".format(len(texts) - most)] if len(texts) > most else []
    return ", ".join(texts[:most] + more)


def _content(pid: int, name: str) -> bytes:
    """Return what the system tells of a process; nothing if it has ended, or is somebody else's."""
    try:
        with open("/proc/{}/{}".format(pid, name), "rb") as file:
            return file.read()
    except OSError:
        return b""
