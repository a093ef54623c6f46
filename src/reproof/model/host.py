"""The machine that a run is to be repeated on, and what was found out about it. Looked at each time, not stored."""

from __future__ import annotations

from typing import Literal

from reproof.model.base import Frozen
from reproof.model.machine import Accelerator


class Host(Frozen):
    """A machine with an engine on it. Memory in bytes; None is unknown."""

    architecture: str
    cpu_model: str = ""
    cpu_flags: frozenset[str] = frozenset()
    cpus: int = 1
    """How many the engine has."""
    memory: int | None = None
    """Of the engine, which may be a virtual machine with less than the machine's own."""
    accelerator: Accelerator = Accelerator(present=False)
    gpu_runtime: bool | None = None
    """Whether the engine can hand GPUs to a container; None where no engine answers."""


class Check(Frozen):
    """One line of a pre-flight: fine, or what is wrong, what it will cause and how to mend it."""

    subject: str
    state: Literal["ok", "warning", "failed"]
    detail: str
    effect: str = ""
    remedy: str = ""

    @classmethod
    def ok(cls, subject: str, detail: str) -> Check:
        """Return a line that says that all is well."""
        return cls(subject=subject, state="ok", detail=detail)

    @classmethod
    def warning(cls, subject: str, detail: str, effect: str, remedy: str) -> Check:
        """Return a line on what will be otherwise than recorded."""
        return cls(subject=subject, state="warning", detail=detail, effect=effect, remedy=remedy)

    @classmethod
    def failed(cls, subject: str, detail: str, effect: str, remedy: str) -> Check:
        """Return a line on what cannot work."""
        return cls(subject=subject, state="failed", detail=detail, effect=effect, remedy=remedy)
