"""Keeps unit tests on this machine: while one runs, no engine, no network and no program that would reach them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

FORBIDDEN = {"docker", "podman", "dockerd", "mmdebstrap", "apt-get", "apt", "curl", "wget", "pip", "ssh"}
LOOPBACK = ("127.0.0.1", "localhost", b"127.0.0.1", b"localhost", "", None)


class ReachedOutside(AssertionError):
    """A unit test tried what only an integration test may do. No code under test takes it for a failed connection."""


class Guard:
    """An audit hook cannot be taken away again, so it is told when to look."""

    watching = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        if event in ("socket.connect", "socket.sendto"):
            address = arguments[1]
            if not (isinstance(address, tuple) and address[0] in LOOPBACK):
                raise ReachedOutside(f"a unit test tried to connect to {address!r}")
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            if arguments[0] not in LOOPBACK:
                raise ReachedOutside(f"a unit test tried to look up {arguments[0]!r}")
        elif event == "subprocess.Popen":
            name = Path(os.fsdecode(arguments[0])).name
            if name in FORBIDDEN:
                raise ReachedOutside(f"a unit test tried to start {name}")


guard = Guard()
sys.addaudithook(guard)


def refuse(*_: object, **__: object) -> None:
    raise ReachedOutside("a unit test tried to use a Docker engine")


@pytest.fixture(autouse=True)
def stay_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forbid the way out. What a test starts as a process of its own finds only dead ends in its environment."""
    monkeypatch.setattr(docker.APIClient, "__init__", refuse)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")
    guard.watching = True
    try:
        yield
    finally:
        guard.watching = False
