"""What solving comes to: a pin for each package, or the reasons why there can be none."""

from __future__ import annotations

from reproof.model.base import Frozen, Gap
from reproof.model.resolution import Obstacle, Pin, Repair


class Solution(Frozen):
    """Versions and artifacts for one target and one instant. With obstacles there are no pins."""

    instant: str
    solver: str
    pins: tuple[Pin, ...] = ()
    """By name, each `dated`; `location` is empty, for nothing is installed yet."""
    obstacles: tuple[Obstacle, ...] = ()
    repairs: tuple[Repair, ...] = ()
    """What was mended in the metadata of the pinned files."""
    gaps: tuple[Gap, ...] = ()

    @property
    def lock(self) -> str:
        """A requirements file with hashes; the same solution gives the same bytes."""
        return "".join(_line(pin) for pin in self.pins)


def _line(pin: Pin) -> str:
    digest = f" \\\n    --hash={pin.artifact.digest}" if pin.artifact else ""
    return f"{pin.name}=={pin.version}{digest}\n"
