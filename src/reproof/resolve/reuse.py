"""The resolution of an earlier run, used again where nothing that it depends on has changed."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from reproof.errors import StoreError
from reproof.model.resolution import Artifact, Resolution
from reproof.model.snapshot import Snapshot
from reproof.resolve.pins import pin_key
from reproof.store.files import write_durably
from reproof.store.folder import explain
from reproof.store.store import Store

CACHE = "resolutions"
SURE = ("proven", "vendored")
UNREACHABLE_S = 3600.0
"""How long a registry that did not answer is not asked again."""


def reuse_key(snapshot: Snapshot, files: Iterable[Path], words: Mapping[str, str | None]) -> str | None:
    """Return a name for all that a resolution depends on; None when a package cannot be told from another.

    Args:
        snapshot: its packages, interpreter and system packages count, and nothing else of it.
        files: configuration of pip and apt; they count by size and time, and need not exist.
        words: variables and options that say whom to ask. Only a digest of them is kept.
    """
    wanted = [distribution for distribution in snapshot.distributions if distribution.origin != "distro"]
    keys = [(pin_key(distribution), distribution.location, distribution.dist_info) for distribution in wanted]
    if any(key is None for key, _, _ in keys):
        return None
    what = {
        "packages": sorted(keys),
        "interpreter": snapshot.interpreter.model_dump_json() if snapshot.interpreter else None,
        "system": snapshot.system.model_dump_json(include={"os", "os_version", "codename", "architecture", "packages"}),
        "base": _base_needs(snapshot),
        "files": [_identity(path) for path in files],
        "words": dict(words),
    }
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode("utf-8", "surrogateescape")).hexdigest()


def _base_needs(snapshot: Snapshot) -> list[object]:
    """Return what else decides which base images are asked for: C library, CUDA, programs, whether a GPU is there."""
    programs = {file.path for file in snapshot.loaded if file.kind == "program"}
    libraries = [entry.model_dump(mode="json") for entry in snapshot.accelerator.libraries]
    return [snapshot.kind, snapshot.system.libc, snapshot.accelerator.present, libraries, sorted(programs)]


def earlier_resolution(store: Store, key: str | None) -> Resolution | None:
    """Return the resolution that was made under this key, if everything that it carries is still in the store."""
    if key is None:
        return None
    note = store.cache(CACHE) / key
    try:
        age = time.time() - note.stat().st_mtime
        resolution = store.load(Resolution, note.read_text(encoding="ascii"))
    except (OSError, UnicodeDecodeError, StoreError):
        return None
    if age > UNREACHABLE_S and not all(lookup.reachable for lookup in resolution.images):
        return None
    return resolution if is_reusable(resolution, store) else None


def is_reusable(resolution: Resolution, store: Store) -> bool:
    """Say whether every package is pinned for sure, and all that only the store can give is there."""
    if any(pin.confidence not in SURE or pin.artifact is None for pin in resolution.pins):
        return False
    artifacts = [pin.artifact for pin in resolution.pins] + [resolution.installer]
    carried = [artifact.digest for artifact in artifacts if artifact and is_carried(artifact)]
    carried += [resolution.interpreter.digest] if resolution.interpreter else []
    return all(digest in store.blobs for digest in carried)


def is_carried(artifact: Artifact) -> bool:
    """Say whether no index has an artifact: the store must."""
    return artifact.url is None or artifact.url.startswith("file:")


def remember(store: Store, key: str | None, identity: str) -> None:
    """Note that the resolution with this id was made under a key. Raises StoreError."""
    if key is None:
        return
    try:
        write_durably(store.cache(CACHE) / key, identity.encode())
    except OSError as error:
        raise explain(error, store.root) from error


def _identity(path: Path) -> tuple[str, int, int] | None:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return str(path), status.st_size, status.st_mtime_ns
