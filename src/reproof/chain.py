"""Follows a verdict back to the documents that it was made from, so that a report can tell the whole story."""

from __future__ import annotations

from typing import TypeVar

from reproof.model.base import Blob, Document
from reproof.model.comparison import Comparison
from reproof.model.execution import Execution
from reproof.model.image import BuildContext, Image
from reproof.model.plan import BuildPlan
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict
from reproof.report.story import Story
from reproof.store.store import Store

D = TypeVar("D", bound=Document)


def tell(verdict: Verdict, store: Store) -> Story:
    """Return the verdict with its chain, as far as it exists. Raises StoreError when a link is damaged."""

    def link(type_: type[D], identity: str | None) -> D | None:
        return store.load(type_, identity) if identity else None

    snapshot = store.load(Snapshot, verdict.snapshot)
    image = link(Image, verdict.image)
    execution = link(Execution, verdict.execution)
    replayed = link(Snapshot, execution.replayed if execution else None)
    context = link(BuildContext, image.context if image else None)
    return Story(
        verdict=verdict,
        snapshot=snapshot,
        resolution=link(Resolution, verdict.resolution),
        plan=link(BuildPlan, verdict.plan),
        image=image,
        execution=execution,
        replayed=replayed,
        comparison=link(Comparison, verdict.comparison),
        dockerfile=(context.file("Dockerfile").text or "") if context else "",
        stdout=text(snapshot.command.stdout, store),
        replayed_stdout=text(replayed.command.stdout, store) if replayed else "",
    )


def text(blob: Blob, store: Store) -> str:
    """Return what a run printed, whatever bytes it printed."""
    return store.blobs.get(blob.digest).decode(errors="replace")
