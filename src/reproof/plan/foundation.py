"""Chooses where the image starts and which Python it has: the first way that can be gone, the others told of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reproof.bases.candidates import WAYS, Candidate, Way
from reproof.errors import ResolveError
from reproof.model.base import Blob, Gap
from reproof.model.plan import Alternative, Base, Decision
from reproof.model.resolution import ImageLookup, Resolution
from reproof.model.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Foundation:
    """The decided start of the image. `python` is its base interpreter; `own` when that is the image's, not ours."""

    base: Base
    carried: Blob | None
    python: str
    decisions: tuple[Decision, ...]
    warnings: tuple[Gap, ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """An image that a registry has, and what made it a candidate."""

    way: Way
    candidate: Candidate
    lookup: ImageLookup


def offers(snapshot: Snapshot, resolution: Resolution) -> Iterator[Offer]:
    """Yield the first image that was found in each way."""
    for way in WAYS:
        for candidate in way.candidates(snapshot):
            lookup = answer(candidate.reference, resolution)
            if lookup is not None:
                yield Offer(way, candidate, lookup)
                break


def answer(reference: str, resolution: Resolution) -> ImageLookup | None:
    """Return who has an image: the registry, or the mirror that was asked after it; None if nobody does."""
    for lookup in resolution.images:
        wanted = lookup.wanted or lookup.reference
        if lookup.digest and (wanted == reference or wanted.endswith(f"/{reference}")):
            return lookup
    return None


def turned_down(resolution: Resolution, chosen: ImageLookup | None) -> tuple[Alternative, ...]:
    """Return the images that were asked for and not chosen, with what the registry said of them."""
    return tuple(
        Alternative(choice=lookup.reference, reason=lookup.error or "comes after the one chosen")
        for lookup in resolution.images
        if lookup is not chosen
    )


def nothing_serves(snapshot: Snapshot, resolution: Resolution, refused: list[Alternative]) -> ResolveError:
    """Return the error that tells each way that was tried, and why it cannot be gone."""
    system = snapshot.system
    tried = [f"{lookup.reference}: {lookup.error}" for lookup in resolution.images if lookup.error]
    tried += [f"{other.choice}: {other.reason}" for other in refused]
    return ResolveError(
        f"no base for {system.os} {system.os_version} ({system.codename or 'no codename'}): "
        f"{'; '.join(tried) or 'no image fits'}; "
        f"and this machine's package manager offers {', '.join(resolution.sources) or 'no suite'}",
        "give access to a registry (--registry), or run this on a machine with that distribution's archive",
    )
