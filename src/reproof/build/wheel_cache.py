"""Wheels that were built before: from the same source, in the same workshop, with the same requirements."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from reproof.model.base import Frozen
from reproof.model.resolution import Artifact
from reproof.store.files import write_durably
from reproof.store.folder import explain
from reproof.store.store import Store

CACHE = "wheels"
RECIPE = 1
"""Raised when the way of building changes, so that older wheels are built again."""


class Made(Frozen):
    """A wheel that was built, the wheels that this needed, and the packages with libraries that it links to."""

    wheel: Artifact
    build: tuple[Artifact, ...] = ()
    libraries: tuple[str, ...] = ()


def build_key(source: Artifact, workshop: str, requirements: Sequence[Artifact]) -> str:
    """Return a name for all that a built wheel depends on."""
    what = [RECIPE, source.digest, workshop, sorted(artifact.digest for artifact in requirements)]
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def cached_wheel(store: Store, key: str) -> Made | None:
    """Return the wheel that was built under this key, if its bytes are still there."""
    try:
        made = Made.model_validate_json(_note(store, key).read_bytes())
    except (OSError, ValidationError):
        return None
    return made if made.wheel.digest in store.blobs else None


def keep_wheel(store: Store, key: str, made: Made) -> None:
    """Remember a wheel. Raises StoreError."""
    try:
        write_durably(_note(store, key), made.model_dump_json().encode())
    except OSError as error:
        raise explain(error, store.root) from error


def _note(store: Store, key: str) -> Path:
    return store.cache(CACHE) / f"{key}.json"
