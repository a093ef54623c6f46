"""What the stages need from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reproof.progress import Progress
from reproof.store.store import Store

if TYPE_CHECKING:
    from reproof.adapters.engine import Engine


@dataclass(frozen=True, slots=True)
class Tools:
    """What the stages need from outside: the store, the environment, and how to tell progress."""

    store: Store
    environ: Mapping[str, str]
    progress: Progress = field(default_factory=Progress)
    registry: str | None = None

    def engine(self) -> Engine:
        """Return the engine that answers. Raises EngineError."""
        from reproof.adapters.engine import Engine  # its client takes longer to load than a run may take to record

        return Engine.connect(self.environ)
