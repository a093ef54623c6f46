"""Secures the packages of a run: by the resolution of an earlier run where nothing has changed, else by asking."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from reproof.adapters.apt import STATE
from reproof.adapters.pip_config import config_files
from reproof.adapters.uv_config import uv_config_files
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.resolve.reuse import earlier_resolution, remember, reuse_key
from reproof.tools import Tools

ASKED = ("PIP_", "UV_", "DOCKER_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "NETRC", "SSL_CERT_FILE",
         "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "REPROOF_CUDA_MIRROR")  # fmt: skip
"""How the names of variables begin that say which indexes and registries are asked, and how they are reached."""


def resolve(snapshot: Snapshot, tools: Tools, again: bool = False) -> Resolution:
    """Return one artifact with its hash for each package, from the indexes or from what is installed now.

    A resolution made earlier is used again: that of this snapshot, or of one with the same packages, interpreter and
    system packages. If a registry is named now that could not be asked then, it is asked, and what goes into the image
    stays as it was found; `again` looks everything up anew.
    """
    earlier = None
    if not again and (found := tools.store.derived(Resolution, snapshot.id)):
        earlier = tools.store.load(Resolution, found[0])
        if tools.registry is None or all(lookup.reachable for lookup in earlier.images):
            return earlier
    key = dependencies(snapshot, tools)
    if earlier is None and not again and (alike := earlier_resolution(tools.store, key)) is not None:
        resolution = alike.model_copy(update={"snapshot": snapshot.id})
        tools.store.save(resolution, snapshot.id)
        return resolution
    resolution = ask(snapshot, tools, earlier)
    remember(tools.store, key, tools.store.save(resolution, snapshot.id))
    return resolution


def ask(snapshot: Snapshot, tools: Tools, earlier: Resolution | None) -> Resolution:
    """Return a resolution for which indexes, archive and registry were asked."""
    # Loading these takes longer than a short run, and most runs use an earlier resolution.
    from reproof.resolve.resolution import resolve as resolve_packages
    from reproof.wiring import resolve_tools

    outside = resolve_tools(snapshot, tools.store, tools.environ, tools.registry)
    return resolve_packages(snapshot, outside, tools.progress, earlier)


def dependencies(snapshot: Snapshot, tools: Tools) -> str | None:
    """Return a name for all that the resolution of a snapshot depends on; None if it has none."""
    prefix = snapshot.interpreter.prefix if snapshot.interpreter else None
    uv = uv_config_files(tools.environ, Path(snapshot.command.cwd))
    conda = [Path(snapshot.interpreter.base_prefix, "conda-meta")] if snapshot.interpreter else []
    files = chain(config_files(tools.environ, prefix), uv, conda, map(Path, STATE))
    words = {name: value for name, value in tools.environ.items() if name.upper().startswith(ASKED)}
    return reuse_key(snapshot, files, {**words, "--registry": tools.registry})
