"""Pins every installed distribution: to a wheel on an index that holds the same files, or to one packed from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from reproof.errors import ResolveError
from reproof.model.base import Gap
from reproof.model.resolution import Artifact, Confidence, Pin
from reproof.model.snapshot import Distribution
from reproof.progress import Progress, Task
from reproof.resolve.pins import cached_pin, keep_pin, pin_key
from reproof.resolve.ports import Index
from reproof.resolve.prove import Finding, find_artifact
from reproof.resolve.repack import is_development_install, repack
from reproof.store.store import Store

LOOK_UPS_AT_ONCE = 16

ORIGINS = {
    "editable": "installed in editable mode",
    "local": "installed from a folder or file of this machine",
    "vcs": "installed from a repository",
    "archive": "installed from an address, not from an index",
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
    finding = _kept(_finding(distribution, index), store)
    if finding.artifact is not None:
        return _made(distribution, "proven", finding.artifact, finding.reason)
    try:
        artifact, missing = repack(distribution, store)
    except ResolveError as error:
        return _last_resort(distribution, index, finding, error)
    evidence = "; ".join([finding.reason, "packed from the installed files", *missing])
    return _made(distribution, "vendored", artifact, evidence)


def _finding(distribution: Distribution, index: Index) -> Finding:
    """Return what the indexes have, unless it is plain that none can have these files."""
    if distribution.origin in ORIGINS:
        return Finding(ORIGINS[distribution.origin])
    if distribution.modified:
        return Finding(f"{len(distribution.modified)} installed files are not what RECORD says")
    return find_artifact(distribution, index)


def _kept(finding: Finding, store: Store) -> Finding:
    """Keep the bytes of a wheel that lies on this machine only; the place may be gone when they are needed."""
    if finding.local is None or finding.artifact is None:
        return finding
    try:
        blob = store.blobs.put_file(finding.local)
    except OSError as error:
        return Finding(f"{finding.local} cannot be read: {error.strerror}")
    if blob.digest != finding.artifact.digest:
        return Finding(f"{finding.local} changed while it was read")
    return replace(finding, reason=f"{finding.reason}; its bytes are kept, for no other machine has that place")


def _last_resort(distribution: Distribution, index: Index, finding: Finding, failure: ResolveError) -> Pin:
    """Return a pin to a wheel that is likely the right one, or to none."""
    reason = f"{finding.reason}; {failure.message}"
    if finding.likely is None:
        return _made(distribution, "unknown", None, reason)
    try:
        artifact = index.artifact(finding.likely)
    except ResolveError as error:
        return _made(distribution, "unknown", None, f"{reason}; {error.message}")
    return _made(distribution, "probable", artifact, reason)


def _made(distribution: Distribution, confidence: Confidence, artifact: Artifact | None, evidence: str) -> Pin:
    return Pin(
        name=distribution.name,
        version=distribution.version,
        location=distribution.location,
        confidence=confidence,
        artifact=artifact,
        evidence=evidence,
    )


def _usual_location(distributions: Sequence[Distribution]) -> str | None:
    """Return the site folder that holds most; a development install has none of its own."""
    sites = Counter(d.location for d in distributions if not is_development_install(d))
    return sites.most_common(1)[0][0] if sites else None
