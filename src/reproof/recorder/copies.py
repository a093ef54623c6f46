"""Writes the copies of files whose bytes would otherwise be lost with the container."""

import os
from typing import Any, Optional


class NotCopied(Exception):
    """A copy could not be written; the file itself was read so far. The message says why."""


class Copy:
    """The copy of a file that is being read; without a path, nothing is written. Raises NotCopied."""

    def __init__(self, path: Optional[str]) -> None:
        self.path = path
        self.descriptor = -1

    def __enter__(self) -> "Copy":
        if self.path is not None:
            try:
                self.descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
            except OSError as error:
                raise NotCopied(str(error.strerror)) from error
        return self

    def __exit__(self, kind: Any, *_: Any) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            if kind is not None:
                os.unlink(str(self.path))  # its room is needed

    def write(self, block: memoryview) -> None:
        """Write all of a block."""
        while block and self.descriptor >= 0:
            try:
                block = block[os.write(self.descriptor, block) :]
            except OSError as error:
                raise NotCopied(str(error.strerror)) from error
