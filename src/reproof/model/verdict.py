"""Verdict: reproduced, different or inconclusive; how exactly; and if not, why not."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Document, Frozen, Gap
from reproof.model.comparison import Closure, Result
from reproof.model.execution import Failure
from reproof.model.resolution import Try

Outcome = Literal["REPRODUCED", "DIFFERENT", "INCONCLUSIVE"]
Exactness = Literal["bitwise", "tolerance", "statistical"]


class Cause(Frozen):
    """A possible reason for a difference, most likely first. `evidence` is what in the two snapshots points at it."""

    what: str
    evidence: str
    where: str = ""


class Verdict(Document):
    """The answer, and the chain of documents that it was made from.

    `outcome` is None when a stage failed: `failure` then says which and why. "Could not run" is never "differed".
    """

    SCHEMA: ClassVar[str] = "reproof/verdict/1"

    snapshot: str
    resolution: str | None = None
    plan: str | None = None
    image: str | None = None
    execution: str | None = None
    comparison: str | None = None
    outcome: Outcome | None
    exactness: Exactness | None = None
    reasons: tuple[str, ...]
    results: tuple[Result, ...] = ()
    closure: Closure | None = None
    causes: tuple[Cause, ...] = ()
    gaps: tuple[Gap, ...] = ()
    tries: tuple[Try, ...] = ()
    """The attempts to bring an old project back, in order; the last is the one that the rest tells of."""
    failure: Failure | None = None
