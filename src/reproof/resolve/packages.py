"""Pins every installed distribution: to a wheel on an index that holds the same files, or to one packed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from reproof.errors import ResolveError
from reproof.model.base import Gap
from reproof.model.resolution import Artifact, Confidence, Pin
from reproof.model.snapshot import Distribution
from reproof.progress import Progress, Task
from reproof.resolve.pins import cached_pin, keep_pin, pin_key
from reproof.resolve.ports import Index
from reproof.resolve.prove import Finding, find_wheel
from reproof.resolve.repack import is_development_install, repack
from reproof.resolve.take import take
from reproof.store.store import Store

LOOK_UPS_AT_ONCE = 16

ORIGINS = {
    "editable": "installed in editable mode",
    "local": "installed from a folder or file of this machine",
    "vcs": "installed from a repository",
    "archive": "installed from an address, not from an index",
    "conda": "installed by conda, not from an index",
}

EFFECTS: dict[Confidence, str] = {
    "unknown": "the image is built without it; the replay fails if it needs it",
    "probable": "the image gets a wheel of the same name, version and tags, whose contents were not compared",
}


def resolve_packages(
    distributions: Sequence[Distribution], index: Index, store: Store, progress: Progress
) -> tuple[tuple[Pin, ...], tuple[Gap, ...]]:
    """Return a pin for each distribution that the system's package manager does not bring, and a gap for each unknown.

    Raises:
        StoreError: the store cannot be written.
    """
    wanted = [distribution for distribution in distributions if distribution.origin != "distro"]
    with (
        progress.task("match packages", len(wanted), "packages") as task,
        ThreadPoolExecutor(LOOK_UPS_AT_ONCE) as pool,
    ):
        pins = list(pool.map(lambda distribution: _pin(distribution, index, store, task), wanted))
    site = _usual_location(wanted)
    pins = [
        pin.model_copy(update={"location": site}) if site and is_development_install(distribution) else pin
        for pin, distribution in zip(pins, wanted, strict=True)
    ]
    gaps = tuple(
        Gap(what=f"the files of {pin.name} {pin.version}", why=pin.evidence, effect=EFFECTS[pin.confidence])
        for pin in pins
        if pin.confidence in EFFECTS
    )
    return tuple(pins), gaps


def _pin(distribution: Distribution, index: Index, store: Store, task: Task) -> Pin:
    task.describe(f"{distribution.name} {distribution.version}")
    key = pin_key(distribution)
    pin = cached_pin(store, key, distribution.location)
    if pin is None:
        pin = _proven_or_packed(distribution, index, store)
        if pin.confidence in ("proven", "vendored"):
            keep_pin(store, key, pin)
    task.advance()
    return pin


def _proven_or_packed(distribution: Distribution, index: Index, store: Store) -> Pin:
    finding = _finding(distribution, index)
    reasons = [finding.reason]
    if finding.proven is not None:
        try:
            return _made(distribution, "proven", take(finding.proven, index, store), finding.reason)
        except ResolveError as error:
            reasons.append(error.message)
    try:
        artifact, missing = repack(distribution, store)
        source, trouble = _source(finding, index, store)
        reasons += ["packed from the installed files", *missing, *trouble]
        return _made(distribution, "vendored", artifact, *reasons).model_copy(update={"source": source})
    except ResolveError as error:
        reasons.append(error.message)
    if finding.likely is not None:
        try:
            return _made(distribution, "probable", take(finding.likely, index, store), *reasons)
        except ResolveError as error:
            reasons.append(error.message)
    return _made(distribution, "unknown", None, *reasons)


def _finding(distribution: Distribution, index: Index) -> Finding:
    """Return what the indexes have, unless it is plain that none can have these files."""
    if distribution.origin in ORIGINS:
        return Finding(ORIGINS[distribution.origin])
    if distribution.modified:
        return Finding(f"{len(distribution.modified)} installed files are not what RECORD says")
    return find_wheel(distribution, index)


def _source(finding: Finding, index: Index, store: Store) -> tuple[Artifact | None, tuple[str, ...]]:
    """Return the source distribution that the installed files were built from; None with the reason if it cannot be
    had: they are carried all the same."""
    if finding.source is None:
        return None, ()
    try:
        return take(finding.source, index, store), ()
    except ResolveError as error:
        return None, (f"its source distribution is not recorded: {error.message}",)


def _made(distribution: Distribution, confidence: Confidence, artifact: Artifact | None, *evidence: str) -> Pin:
    return Pin(
        name=distribution.name,
        version=distribution.version,
        location=distribution.location,
        confidence=confidence,
        artifact=artifact,
        evidence="; ".join(evidence),
    )


def _usual_location(distributions: Sequence[Distribution]) -> str | None:
    """Return the site folder that holds most; a development install has none of its own."""
    sites = Counter(d.location for d in distributions if not is_development_install(d))
    return sites.most_common(1)[0][0] if sites else None
