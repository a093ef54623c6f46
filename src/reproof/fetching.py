"""Fetches artifacts into the store, from the places of the user's pip configuration."""

from __future__ import annotations

from collections.abc import Iterable

from reproof.model.resolution import Artifact
from reproof.tools import Tools
from reproof.wiring import make_index


def fetch(artifacts: Iterable[Artifact], tools: Tools, prefix: str | None = None) -> None:
    """Bring those artifacts into the store that it lacks. `prefix` is of an environment that has a pip configuration.

    Raises:
        ResolveError: one cannot be had, or its bytes are not those that were pinned.
        StoreError: the store cannot be written.
    """
    blobs = tools.store.blobs
    missing = [artifact for artifact in artifacts if artifact.digest not in blobs]
    if missing:
        index = make_index(tools.store, tools.environ, prefix)
        try:
            for digest, path in index.fetch(missing, tools.progress).items():
                blobs.adopt(path, digest)
        finally:
            index.close()
