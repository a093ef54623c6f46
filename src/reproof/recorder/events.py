"""Reads the guest's logs: what each Python process of the run noted."""

import ast
import os
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from .real_paths import RealPaths
from .table import REPORTED, Table

LIBRARY = re.compile(r"\.so(\.[0-9.]+)?$")
"""Names of libraries."""

_FIELDS = {"s": 1, "f": 2, "o": 4, "d": 2, "w": 3, "m": 1, "x": 3, "l": 1, "e": 1, "n": 1}
"""How many fields follow each letter; the guest writes them."""


class Opened(NamedTuple):
    """The first opening of a file in a process, for reading or for writing. The sizes and times are from before it."""

    time: float
    path: str
    flags: int
    size: Optional[int]
    """Bytes; None if there was no such file."""
    mtime_ns: int
    mode: int
    place: Optional[Tuple[int, int]] = None
    """Device and inode, where they were noted: they tell a file from another one that took its name."""


class Placed(NamedTuple):
    """A path that got a file by its name: a rename, a link, a truncation."""

    time: float
    path: str
    existed: bool


class Executed(NamedTuple):
    """A program that a Python process started. `watched` is false if its environment lost the guest."""

    path: str
    options: str
    watched: bool


class Process:
    """What one Python process noted. `start` is None for the child of a fork; `ending` if it was killed."""

    def __init__(self) -> None:
        self.start: Optional[Dict[str, Any]] = None
        self.ending: Optional[Dict[str, Any]] = None
        self.numerics: Optional[Dict[str, Any]] = None
        self.opened: List[Opened] = []
        self.placed: List[Placed] = []
        self.made: List[str] = []
        self.modules: List[str] = []
        self.mapped: List[str] = []
        self.executed: List[Executed] = []

    def take(self, letter: str, fields: List[str]) -> None:
        """Add one note."""
        if letter == "o":
            self.opened.append(_opened(fields))
        elif letter == "w":
            self.placed.append(Placed(float(fields[2]), clean(fields[0]), bool(fields[1])))
        elif letter == "d":
            self.made.append(clean(fields[0]))
        elif letter == "m":
            self.modules.append(clean(fields[0]))
        elif letter == "l":
            self.mapped.append(clean(fields[0]))
        elif letter == "x":
            self.executed.append(Executed(clean(fields[0]), fields[1], bool(fields[2])))
        elif letter == "s":
            self.start = ast.literal_eval(fields[0])
        elif letter == "e":
            self.ending = ast.literal_eval(fields[0])
        elif letter == "n":
            self.numerics = ast.literal_eval(fields[0])


def clean(path: str) -> str:
    """Return an absolute path without `.`, `..` and doubled slashes."""
    return "/" + os.path.normpath(path).lstrip("/")


def read_logs(folder: str) -> List[Process]:
    """Return the processes whose logs lie in `folder`, those that were started first at the front."""
    processes = []
    for name in sorted(os.listdir(folder)):
        process = Process()
        for letter, fields in _notes(os.path.join(folder, name)):
            process.take(letter, fields)
        processes.append(process)
    return sorted(processes, key=lambda process: process.start["time"] if process.start else float("inf"))


def from_table(noted: Table) -> Process:
    """Return what the shim noted of all processes, as if it were one that had noted it."""
    whole = Process()
    real_path = RealPaths()
    for entry in noted.entries:
        path = clean(entry.path)
        if entry.kind == "r" and entry.flags & REPORTED and LIBRARY.search(path):
            whole.mapped.append(real_path(path))  # the loader's: one that is closed again is in no map
        elif entry.kind in "rw":
            size = entry.size if entry.existed else None
            place = (entry.device, entry.inode) if entry.existed else None
            whole.opened.append(Opened(entry.time, path, entry.flags, size, entry.mtime_ns, entry.mode, place))
        elif entry.kind == "p":
            whole.placed.append(Placed(entry.time, path, entry.existed))
        elif entry.kind == "d":
            whole.made.append(path)
        elif entry.kind == "l":
            whole.mapped.append(real_path(path.replace("\\012", "\n")))
        else:
            whole.executed.append(Executed(path, "", True))
    return whole


def _notes(path: str) -> Iterator[Tuple[str, List[str]]]:
    """Yield the notes of a log; what follows a write that was cut off by a kill or a full disk is left out."""
    with open(path, "rb") as file:
        fields = file.read().decode("utf-8", "surrogateescape").split("\0")[:-1]
    position = 0
    while position < len(fields):
        letter = fields[position]
        if letter not in _FIELDS:
            return
        end = position + 1 + _FIELDS[letter]
        if end <= len(fields):
            yield letter, fields[position + 1 : end]
        position = end


def _opened(fields: List[str]) -> Opened:
    path, flags, identity, time = fields
    size, mtime_ns, mode = identity.split(" ") if identity else ("", "0", "0")
    return Opened(float(time), clean(path), int(flags), int(size) if size else None, int(mtime_ns), int(mode))
