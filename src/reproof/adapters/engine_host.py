"""Where an engine may listen: what the user chose, or the sockets that Docker and Podman use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import docker
import docker.errors
import docker.utils
from docker.context import ContextAPI
from docker.context.config import get_current_context_name

from reproof.errors import EngineError

START_HINT = "run `scripts/engine`, start Docker or Podman, or set DOCKER_HOST"
CONTEXT_HINT = "`docker context ls` lists them, `docker context use default` goes back to the usual engine"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Host:
    """An address to try: a URL, what named it, and the TLS settings for it, if any."""

    url: str
    origin: str
    tls: Any = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        """Whether paths of this machine mean the same to the engine, so that they can be mounted."""
        parts = urlsplit(self.url)
        return parts.scheme in ("unix", "http+unix") or parts.hostname in LOOPBACK


def candidates(environ: Mapping[str, str]) -> tuple[Host, ...]:
    """Return the addresses to try, in order.

    What the user chose, with DOCKER_HOST or a docker context, stands alone: another engine than the chosen one would
    be a surprise.

    Raises:
        EngineError: the chosen context or its certificates cannot be read.
    """
    chosen = chosen_host(environ)
    if chosen is not None:
        return (chosen,)
    sockets = [("/var/run/docker.sock", "the default socket")]
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        sockets += [(f"{runtime}/docker.sock", "rootless Docker"), (f"{runtime}/podman/podman.sock", "Podman")]
    sockets.append(("/run/podman/podman.sock", "Podman's system socket"))
    return tuple(Host(f"unix://{path}", origin) for path, origin in sockets)


def chosen_host(environ: Mapping[str, str]) -> Host | None:
    """Return the address that the user's environment or docker context names. Raises EngineError."""
    try:
        settings = docker.utils.kwargs_from_env(environment=dict(environ))
    except docker.errors.DockerException as error:
        raise EngineError(f"the certificates for DOCKER_HOST cannot be used: {error}", START_HINT) from error
    if "base_url" in settings:
        return Host(settings["base_url"], "DOCKER_HOST", settings.get("tls"))
    try:
        context = ContextAPI.get_context(environ.get("DOCKER_CONTEXT") or None)
    except Exception as error:  # the SDK raises just that for a damaged file
        raise EngineError(f"the docker context cannot be read: {error}", CONTEXT_HINT) from error
    if context is None:
        name = environ.get("DOCKER_CONTEXT") or get_current_context_name()
        raise EngineError(f"there is no docker context {name}", CONTEXT_HINT)
    if context.name == "default":
        return None
    return Host(context.Host, f"the docker context {context.name}", context.TLSConfig)


def no_engine(tried: list[tuple[Host, str]]) -> EngineError:
    """Return the error that names each address, what named it, and why it did not serve."""
    lines = [f"\n  {host.url} ({host.origin}): {reason}" for host, reason in tried]
    if any("permission denied" in reason.lower() for _, reason in tried):
        hint = "you may not use that socket: add yourself to the group docker and log in again, or use sudo"
    else:
        hint = START_HINT
    return EngineError("no Docker engine answers; tried:" + "".join(lines), hint)


def is_absent(host: Host) -> bool:
    """Return whether the address is a socket that is not there, which needs no asking."""
    return host.url.startswith("unix://") and not Path(host.url.removeprefix("unix://")).exists()
