"""Decision: one choice with its evidence and its reason, as plans and resolutions carry them."""

from __future__ import annotations

from reproof.model.base import Frozen


class Alternative(Frozen):
    """A choice that was turned down, and why."""

    choice: str
    reason: str


class Decision(Frozen):
    """One choice: what it is about, what was chosen, on what evidence, and what was turned down."""

    subject: str
    choice: str
    reason: str
    evidence: str = ""
    alternatives: tuple[Alternative, ...] = ()
    details: tuple[str, ...] = ()
    """What the choice comes to, a line each."""
