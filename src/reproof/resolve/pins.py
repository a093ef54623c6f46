"""Pins that were found before, so that the second resolution of the same packages asks nobody."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pydantic import ValidationError

from reproof.model.resolution import Pin
from reproof.model.snapshot import Distribution
from reproof.store.files import file_digest, write_durably
from reproof.store.folder import explain
from reproof.store.store import Store


def pin_key(distribution: Distribution) -> str | None:
    """Return a name for what is installed; None when it has no record to tell it from another."""
    if distribution.record is None:
        return None
    changed = {name: _digest(Path(distribution.location) / name) for name in distribution.modified}
    what = [distribution.name, distribution.version, distribution.origin, distribution.record, changed]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def cached_pin(store: Store, key: str | None, location: str) -> Pin | None:
    """Return the pin for what lies at `location`, if it is known and its bytes can still be had."""
    if key is None:
        return None
    try:
        pin = Pin.model_validate_json((store.cache("pins") / f"{key}.json").read_bytes())
    except (OSError, ValidationError):
        return None
    artifact = pin.artifact
    carried = artifact is not None and (artifact.url is None or artifact.url.startswith("file:"))
    if artifact is None or (carried and artifact.digest not in store.blobs):
        return None
    return pin.model_copy(update={"location": location})


def keep_pin(store: Store, key: str | None, pin: Pin) -> None:
    """Remember a pin. Raises StoreError."""
    if key is None:
        return
    try:
        write_durably(store.cache("pins") / f"{key}.json", pin.model_dump_json().encode())
    except OSError as error:
        raise explain(error, store.root) from error


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError:
        return "gone"
