"""Makes the adapters from the environment and the words given; the only place that knows how they are constructed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reproof.adapters.apt import AptArchive
from reproof.adapters.engine import Engine
from reproof.adapters.index import Index
from reproof.adapters.pip_config import read_pip_config
from reproof.adapters.registry import DistributionInspector, RegistryClient, docker_accounts
from reproof.errors import EngineError
from reproof.model.resolution import ImageLookup
from reproof.model.snapshot import Snapshot
from reproof.resolve.ports import ResolveTools
from reproof.store.store import Store

ARTIFACTS = "artifacts"
"""The cache of downloaded wheels."""
MIRROR = "REPROOF_CUDA_MIRROR"
"""The variable with the repository that is asked for tags of nvidia/cuda that the vendor has deleted."""


def make_index(store: Store, environ: Mapping[str, str], prefix: str | None) -> Index:
    """Return the indexes of the user's pip configuration, and of the environment's at `prefix` if it has one."""
    return Index(read_pip_config(environ, prefix), store.cache(ARTIFACTS))


def image_lookup(environ: Mapping[str, str], registry: str | None) -> Callable[[str], ImageLookup]:
    """Return who is asked for an image's digest: the registry that was named, or the engine about its default one."""
    engine: DistributionInspector | None = None
    if registry is None:
        try:
            engine = Engine.connect(environ).api
        except EngineError:
            engine = None
    return RegistryClient(registry, engine, docker_accounts(environ)).lookup


def resolve_tools(snapshot: Snapshot, store: Store, environ: Mapping[str, str], registry: str | None) -> ResolveTools:
    """Return what `resolve` needs for a snapshot."""
    return ResolveTools(
        index=make_index(store, environ, snapshot.interpreter.prefix if snapshot.interpreter else None),
        store=store,
        look_up_image=image_lookup(environ, registry),
        archive=AptArchive(),
        cuda_mirror=environ.get(MIRROR) or None,
    )
