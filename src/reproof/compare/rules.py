"""What holds for a whole comparison: the declared policy, and when each of the two runs took place."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from reproof.model.policy import Policy, Tolerance, matches
from reproof.model.snapshot import Command

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Clock:
    """When a run took place, in epoch seconds."""

    start: float
    end: float

    @classmethod
    def of(cls, command: Command) -> Clock:
        """Return the clock of a recorded command."""
        start = datetime.datetime.fromisoformat(command.started).timestamp()
        return cls(start, start + command.duration_s)

    def saw(self, seconds: float) -> bool:
        """Say whether a moment can be the run's own time. A day of slack covers every time zone."""
        return self.start - DAY <= seconds <= self.end + DAY


@dataclass(frozen=True, slots=True)
class Rules:
    """The policy, the clocks of both runs, and what the second one is called."""

    policy: Policy
    original: Clock
    replayed: Clock
    second: str = "the replay"

    def counts(self, *names: str) -> bool:
        """Say whether a result counts, under any of its names."""
        return self.policy.counts(*names)

    def tolerance(self, *names: str) -> Tolerance:
        """Return the first declared tolerance that fits one of the names; equality when none does."""
        for pattern, tolerance in self.policy.tolerances:
            if matches(names, (pattern,)):
                return tolerance
        return Tolerance()
