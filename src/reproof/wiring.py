"""Makes the adapters from the environment and the words given; the only place that knows how they are constructed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from reproof.adapters.apt import AptArchive
from reproof.adapters.dated.asof import parse_instant
from reproof.adapters.dated.index import DatedIndex
from reproof.adapters.dated.kept import Kept
from reproof.adapters.index import Index
from reproof.adapters.pip_config import public_index, read_pip_config
from reproof.adapters.solver import Solver
from reproof.adapters.uv import Uv
from reproof.adapters.uv_config import merged, read_uv_config
from reproof.errors import EngineError
from reproof.facts.release_dates import release_date
from reproof.model.resolution import ImageLookup
from reproof.model.snapshot import Snapshot
from reproof.resolve.ports import ResolveTools
from reproof.resolve.solve import SolveTools
from reproof.store.store import Store

ARTIFACTS = "artifacts"
"""The cache of downloaded wheels."""
MIRROR = "REPROOF_CUDA_MIRROR"
"""The variable with the repository that is asked for tags of nvidia/cuda that the vendor has deleted."""


def make_index(store: Store, environ: Mapping[str, str], prefix: str | None, cwd: str | None = None) -> Index:
    """Return the indexes of the user's pip and uv configuration, with that of the environment at `prefix` for pip, and
    that of the project in which `cwd` lies for uv. Raises ResolveError: one of them is damaged."""
    uv = read_uv_config(environ, Path(cwd) if cwd else None)
    return Index(merged(read_pip_config(environ, prefix), uv, public_index()), store.cache(ARTIFACTS))


def image_lookup(environ: Mapping[str, str], registry: str | None) -> Callable[[str], ImageLookup]:
    """Return who is asked for an image's digest: the registry that was named, or the engine about its default one."""
    # The engine's client takes a quarter of a second to load, and an old project is solved without it.
    from reproof.adapters.engine import Engine
    from reproof.adapters.registry import DistributionInspector, RegistryClient, docker_accounts

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
        index=make_index(
            store, environ, snapshot.interpreter.prefix if snapshot.interpreter else None, snapshot.command.cwd
        ),
        store=store,
        look_up_image=image_lookup(environ, registry),
        archive=AptArchive(),
        cuda_mirror=environ.get(MIRROR) or None,
    )


def solve_tools(store: Store, environ: Mapping[str, str], solver: Solver | None = None) -> SolveTools:
    """Return what `solve` needs: the places of the user's pip configuration, as they stood at an instant, and uv."""
    config = read_pip_config(environ)

    @contextmanager
    def open_index(instant: str, places: Sequence[str]) -> Iterator[DatedIndex]:
        asked = replace(config, find_links=tuple(dict.fromkeys((*config.find_links, *places))))
        index = Index(asked, store.cache(ARTIFACTS))
        try:
            yield DatedIndex(index, Kept(store.cache("dated")), parse_instant(instant), release_date)
        finally:
            index.close()

    return SolveTools(open_index, solver or Uv(store.cache("uv")), store)
