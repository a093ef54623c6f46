"""Chooses the base: an image that a registry has, or a root file system from a distribution's archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from reproof.bases.candidates import CUDA_WAY, PLAIN_WAY, PYTHON_WAY, Way
from reproof.bases.cuda_use import CudaUse
from reproof.model.base import Gap
from reproof.model.plan import Alternative
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.plan.archive import on_archive, on_other_archive
from reproof.plan.foundation import Foundation, nothing_serves, offers
from reproof.plan.images import on_image
from reproof.plan.interpreter import is_distributions

Attempt = Callable[[], Foundation | Alternative]


def choose_foundation(snapshot: Snapshot, resolution: Resolution, use: CudaUse) -> Foundation:
    """Return base image and interpreter: the first attempt that succeeds; those before it become alternatives.

    Raises:
        ResolveError: neither a registry nor an archive has anything that could serve.
    """
    refused: list[Alternative] = []
    for attempt in attempts(snapshot, resolution, use):
        found = attempt()
        if isinstance(found, Foundation):
            return with_refused(found, refused, missing_cuda(found, use))
        refused.append(found)
    raise nothing_serves(snapshot, resolution, refused)


def attempts(snapshot: Snapshot, resolution: Resolution, use: CudaUse) -> Iterator[Attempt]:
    """Yield what is tried, in order.

    A CUDA image and the official Python are nearest to what was recorded, but for a distribution's own Python. Then the
    archive of the recorded release, for it has the recorded packages, too; then an image of the operating system, and
    another release's archive.
    """
    images = {offer.way: partial(on_image, snapshot, resolution, offer, use) for offer in offers(snapshot, resolution)}
    archive = partial(on_archive, snapshot, resolution)
    own = is_distributions(snapshot)
    order = (CUDA_WAY, archive, PYTHON_WAY) if own else (CUDA_WAY, PYTHON_WAY, archive)
    for step in (*order, PLAIN_WAY):
        if not isinstance(step, Way):
            yield step
        elif step in images:
            yield images[step]
    yield partial(on_other_archive, snapshot, resolution)


def with_refused(found: Foundation, refused: list[Alternative], warnings: tuple[Gap, ...]) -> Foundation:
    """Return a foundation that also tells of the attempts before it."""
    told = {other.choice for other in found.decisions[0].alternatives}
    others = tuple(other for other in refused if other.choice not in told)
    first = found.decisions[0].model_copy(update={"alternatives": (*found.decisions[0].alternatives, *others)})
    return replace(found, decisions=(first, *found.decisions[1:]), warnings=(*found.warnings, *warnings))


def missing_cuda(foundation: Foundation, use: CudaUse) -> tuple[Gap, ...]:
    """Return a warning when the run needs a CUDA of the system and the base has none."""
    if use.system is None or "cuda:" in foundation.base.reference:
        return ()
    return (
        Gap(
            what=f"CUDA {use.system.version} of the system, which the run needs ({use.system.evidence})",
            why="no CUDA image that fits can be had from the registries that were asked",
            effect="the run fails or computes on the CPU; name a registry (--registry) or a mirror "
            "(REPROOF_CUDA_MIRROR) that has one",
        ),
    )
