"""Execution: a replay, as a snapshot of its own or as the stage and cause of its failure."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Document, Frozen

Stage = Literal["resolve", "build", "run", "compare"]


class Failure(Frozen):
    """Why there is no snapshot of the replay. `log` is the last part of what the stage printed."""

    stage: Stage
    cause: str
    log: str = ""


class FailedImport(Frozen):
    """A module that could not be imported in an image: the kind and the text of the error, and where it was raised.

    `missing` is the module that was not found, which may be another one; None if that was not it.
    """

    module: str
    error: str
    text: str
    missing: str | None = None
    where: str = ""

    @property
    def line(self) -> str:
        """The error as a traceback's last line has it."""
        return f"{self.error}: {self.text}"


class Execution(Document):
    """One replay of one snapshot in one image."""

    SCHEMA: ClassVar[str] = "reproof/execution/1"

    snapshot: str
    plan: str
    image: str
    replayed: str | None
    """The id of the snapshot that was recorded in the container; None when `failure` says why."""
    failure: Failure | None = None
    duration_s: float = 0.0
