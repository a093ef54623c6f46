"""Puts together what the processes noted and what the scans saw: which files were loaded, read and written."""

import os
import stat
from typing import Dict, Iterable, List, NamedTuple, Optional, Set, Tuple, Union

from .bytecode import is_cache, source_of
from .events import LIBRARY, Opened, Placed, Process
from .real_paths import RealPaths
from .scan import Changes, Recent, Tree, look, written_since

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

MOST_TEMPORARIES = 1000
"""More names of temporary files than these are counted, not listed."""


class Read(NamedTuple):
    """A file that was read, as it was at its first opening; None if only its mapping was seen."""

    size: Optional[int]
    mtime_ns: int
    place: Optional[Tuple[int, int]] = None
    """Device and inode, where they were noted."""

    def is_another(self, now: Optional[os.stat_result]) -> bool:
        """Say whether what has this name now is not what was opened: it was changed, or replaced by a rename."""
        if self.size is None or now is None:
            return now is None
        moved = self.place is not None and self.place != (now.st_dev, now.st_ino)
        return moved or (self.size, self.mtime_ns) != (now.st_size, now.st_mtime_ns)


class Used:
    """The files of a run. Paths are absolute and clean; nothing of the recorder, of /proc, /sys and /dev is here."""

    def __init__(self, ignored: Iterable[str]) -> None:
        self.ignored = ("/proc/", "/sys/", "/dev/", *tuple(folder.rstrip("/") + "/" for folder in ignored))
        self.loaded: Dict[str, str] = {}
        """From path to `module`, `library` or `program`."""
        self.read: Dict[str, Read] = {}
        self.written: Dict[str, bool] = {}
        """From path to whether it was there before."""
        self.made: Set[str] = set()
        self.gone: Set[str] = set()
        """Files that were there before the run, were read, and are no more."""
        self.changed: Set[str] = set()
        """Files that were read and not written by the run, and are not at its end what was opened."""
        self.temporaries: Set[str] = set()
        """Files that the run made and removed, or gave another name."""

    def take(self, processes: List[Process]) -> None:
        """Add what the processes noted, in the order of time."""
        for process in processes:
            for path in process.modules:
                self._load(path, "module")
            for program in process.executed:
                self._load(os.path.realpath(program.path), "program")
            self.made.update(path for path in process.made if not self._is_ignored(path) and not is_cache(path))
        events: List[Union[Opened, Placed]] = []
        for process in processes:
            events += process.opened
            events += process.placed
        for event in sorted(events, key=lambda event: event.time):
            if self._is_ignored(event.path):
                continue
            if isinstance(event, Opened):
                self._open(event)
            elif not is_cache(event.path):
                self.written.setdefault(event.path, event.existed)
                if not event.existed and os.path.isdir(event.path):
                    self.made.add(event.path)  # a folder that was filled under another name
        for process in processes:
            for path in process.mapped:
                self._map(path)

    def add_program(self, path: str) -> None:
        """Add the program that the command named, if it is no Python: that one is in its own maps."""
        self._load(os.path.realpath(path), "program")

    def add_changes(self, before: Tree, changes: Changes) -> None:
        """Add what the scans of the working directory saw; they know best what was there before."""
        for path in changes.new + changes.changed:
            if not self._is_ignored(path):
                self.written[path] = path in before.files
        for path in self.written:
            self.written[path] = self.written[path] or path in before.files
        self.made.update(folder for folder in changes.folders if not self._is_ignored(folder))

    def add_recent(self, recent: Recent, started: float) -> None:
        """Add what has changed in the working directory and nobody told of; the notes know best of all else."""
        for path, existed in recent.files.items():
            if not self._is_ignored(path) and path not in self.written:
                read = self.read.get(path)
                self.written[path] = existed or (read is not None and read.mtime_ns < started * 1e9)
        self.made.update(folder for folder in recent.folders if not self._is_ignored(folder))

    def add_neighbours(self, scanned: str, started: float) -> None:
        """Add files that native code wrote elsewhere: in folders that the run made, or beside files that it wrote."""
        for folder in list(self.made):
            for path in look(folder).files:
                if not self._is_ignored(path):
                    self.written.setdefault(path, False)
        for folder in {os.path.dirname(path) for path in self.written}:
            if folder != scanned and not folder.startswith(scanned + "/") and folder not in self.made:
                for path in written_since(folder, started):
                    if not self._is_ignored(path):
                        self.written.setdefault(path, False)

    def settle(self, started: float) -> None:
        """Keep what is a regular file at the end, each in one place."""
        self.temporaries = {path for path, was in self.written.items() if not was and not os.path.lexists(path)}
        self.written = {path: existed for path, existed in self.written.items() if _is_regular(path)}
        self.made = {path for path in self.made if os.path.isdir(path)}
        self.loaded = {path: kind for path, kind in self.loaded.items() if _is_regular(path)}
        self._drop_second_names()
        for path, read in list(self.read.items()):
            made_here = path in self.written and (not self.written[path] or read.mtime_ns >= started * 1e9)
            if path in self.loaded or made_here or os.path.isdir(path):
                del self.read[path]
            elif not _is_regular(path):
                del self.read[path]
                made = path in self.temporaries or read.mtime_ns >= started * 1e9
                if not made and not os.path.exists(path):
                    self.gone.add(path)
            elif path not in self.written and read.is_another(_status(path)):
                self.changed.add(path)

    def _drop_second_names(self) -> None:
        """A library that was imported by one path is mapped by its real one: that is the same file."""
        real_path = RealPaths()
        real = {real for path, real in zip(self.loaded, map(real_path, self.loaded)) if real != path}  # noqa: B905
        for path in real & set(self.loaded):
            if self.loaded[path] == "library":
                del self.loaded[path]

    def _open(self, event: Opened) -> None:
        """Sort one opening. What a file held before it was appended to or changed in place counts as read."""
        if event.size is not None and not stat.S_ISREG(event.mode):
            return
        writes = event.flags & _WRITES
        if not writes and event.path.endswith((".py", ".pyc")):
            source = source_of(event.path)
            self._load(source, "module")
            if event.size is not None and not os.path.lexists(source):
                self.read.setdefault(source, Read(event.size, event.mtime_ns))  # `settle` tells that it is gone
            return
        if not event.flags & os.O_TRUNC and event.size is not None and event.path not in self.written:
            self.read.setdefault(event.path, Read(event.size, event.mtime_ns, event.place))
        if writes and not is_cache(event.path):
            self.written.setdefault(event.path, event.size is not None)

    def _load(self, path: str, kind: str) -> None:
        """Add a file of code: bytecode stands for its source, and what is inside an archive for the archive."""
        path = source_of(path)
        while not os.path.exists(path) and path != "/":
            path = os.path.dirname(path)
        if self._is_ignored(path) or not _is_regular(path):
            return
        self.loaded.setdefault(path, "library" if LIBRARY.search(path) else kind)

    def _map(self, path: str) -> None:
        """Add a file that was mapped into memory at the end: a library, or data."""
        if self._is_ignored(path):
            return
        if LIBRARY.search(path):
            self.loaded.setdefault(path, "library")
        elif _is_program(path):
            self.loaded.setdefault(path, "program")
        elif path not in self.written:
            self.read.setdefault(path, Read(None, 0))

    def _is_ignored(self, path: str) -> bool:
        return path.startswith(self.ignored)


def _status(path: str) -> Optional[os.stat_result]:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def _is_regular(path: str) -> bool:
    status = _status(path)
    return status is not None and stat.S_ISREG(status.st_mode)


def _is_program(path: str) -> bool:
    """Say whether a file is an executable of this system."""
    try:
        with open(path, "rb") as file:
            return os.access(path, os.X_OK) and file.read(4) == b"\x7fELF"
    except OSError:
        return False
