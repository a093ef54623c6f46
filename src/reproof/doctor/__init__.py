"""Pre-flight: is everything here that a rebuild and a replay need? Each line says what is wrong and how to mend it."""

from __future__ import annotations

from reproof.doctor.checks import CHECKS
from reproof.doctor.look import look
from reproof.model.host import Check
from reproof.model.snapshot import Snapshot
from reproof.tools import Tools

__all__ = ["Check", "examine"]


def examine(tools: Tools, snapshot: Snapshot | None) -> tuple[Check, ...]:
    """Return all checks of this machine, and those of one snapshot if it is given."""
    facts = look(tools, snapshot)
    return tuple(line for check in CHECKS if snapshot is not None or not check.of_run for line in check.tell(facts))
