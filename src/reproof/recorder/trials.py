"""Remembers trial runs of the shim that worked, so that a command need not wait for another one."""

import os
from typing import List, Optional, Tuple

_NAME = "trials"
_LARGEST = 1 << 16
"""Bytes of the file; a larger one is begun anew."""


class Trials:
    """The trial runs noted in a folder. `files` decide how one ends: when one of them changes, there is another."""

    def __init__(self, folder: Optional[str], files: Tuple[str, ...]) -> None:
        self.path = os.path.join(folder, _NAME) if folder else None
        all_files = [*files, *(_interpreter(file) for file in files)]
        self.key = " ".join([os.uname().release, *(_identity(file) for file in all_files)]).encode()

    def known(self) -> Optional[int]:
        """Return what kind of program a trial run found; None if there was none."""
        for line in self._lines():
            key, _, kind = line.rpartition(b" ")
            if key == self.key and kind.isdigit():
                return int(kind)
        return None

    def remember(self, kind: int) -> None:
        """Note a trial run that worked; where that is not possible, there will be another."""
        if self.path is None:
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            if sum(map(len, self._lines())) > _LARGEST:
                os.unlink(self.path)
            descriptor = os.open(self.path, flags, 0o600)
            try:
                os.write(descriptor, b"%s %d\n" % (self.key, kind))
            finally:
                os.close(descriptor)
        except OSError:
            pass

    def _lines(self) -> List[bytes]:
        if self.path is None:
            return []
        try:
            with open(self.path, "rb") as file:
                return file.read().split(b"\n")
        except OSError:
            return []


def _interpreter(path: str) -> str:
    """Return the program that the first line of a script names; nothing for what is no script."""
    try:
        with open(path, "rb") as file:
            words = file.readline(256).split()
    except OSError:
        return ""
    if not words or not words[0].startswith(b"#!"):
        return ""
    return os.fsdecode(words[0][2:] or (words[1] if len(words) > 1 else b""))


def _identity(path: str) -> str:
    """Return what changes whenever a file does; a link counts as what it leads to."""
    try:
        status = os.stat(path)
    except OSError:
        return "-"
    fields = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode)
    return ".".join(str(field) for field in fields)
