"""One class per failure: its exit code, what happened, and what to do next.

`cli.main` is the only place that turns these into output and an exit status; everything else raises them.
"""

from __future__ import annotations


class ReproofError(Exception):
    """A failure that a user can cause or mend.

    Args:
        message: what happened and where, one sentence.
        hint: what to do next, one sentence; empty when there is nothing to add.
    """

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(ReproofError):
    """The words of the command or of reproof.yaml are off."""

    exit_code = 2


class ResolveError(ReproofError):
    """A package, an interpreter or a base image could not be pinned."""

    exit_code = 10


class BuildError(ReproofError):
    """The image could not be built."""

    exit_code = 11


class RunError(ReproofError):
    """The recorded command could not be started, here or in the container."""

    exit_code = 12


class CaptureError(ReproofError):
    """The run could not be recorded."""

    exit_code = 13


class EngineError(ReproofError):
    """No Docker engine answers, or it stopped answering."""

    exit_code = 14


class StoreError(ReproofError):
    """The store is full, read-only, damaged, or does not hold what was asked for."""

    exit_code = 15


class CompareError(ReproofError):
    """The results could not be compared at all."""

    exit_code = 3
