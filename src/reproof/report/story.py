"""Everything that a full report tells: the verdict, and the documents that it was made from, as far as they exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reproof.model.base import Document
from reproof.model.comparison import Comparison
from reproof.model.execution import Execution
from reproof.model.image import Image
from reproof.model.plan import BuildPlan
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Story:
    """A verdict with its chain. What a failed stage did not make is None; the texts are then empty."""

    verdict: Verdict
    snapshot: Snapshot
    resolution: Resolution | None = None
    plan: BuildPlan | None = None
    image: Image | None = None
    execution: Execution | None = None
    replayed: Snapshot | None = None
    comparison: Comparison | None = None
    dockerfile: str = ""
    stdout: str = ""
    """What the original printed."""
    replayed_stdout: str = ""

    def chain(self) -> Iterator[tuple[str, str, str]]:
        """Yield the documents in the order in which they were made: name, id, what it holds."""
        documents: tuple[tuple[str, Document | None, str], ...] = (
            ("snapshot", self.snapshot, "the run as it was recorded"),
            ("resolution", self.resolution, "one artifact by hash for each package"),
            ("plan", self.plan, "what to build, each choice with its reason"),
            ("image", self.image, "the image and its layers"),
            ("execution", self.execution, "the replay"),
            ("snapshot of the replay", self.replayed, "the replay as it was recorded"),
            ("comparison", self.comparison, "the two snapshots side by side"),
            ("verdict", self.verdict, "the answer"),
        )
        for name, document, what in documents:
            if document is not None:
                yield name, document.id, what
