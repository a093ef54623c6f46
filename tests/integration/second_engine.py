"""An engine that a test may stop: a dockerd of its own, or, where only root could start one, a way to the usual one."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cutting_proxy import CuttingProxy

from reproof.adapters.engine import Engine
from reproof.errors import EngineError

START_TIMEOUT_S = 60.0
ALONE = ("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
"""With network, mounts and processes of its own, it touches no other engine, and nothing of it outlives it."""


@dataclass(frozen=True, slots=True)
class SecondEngine:
    """Where it listens, and how to stop it, as suddenly as a power cut does."""

    url: str
    stop: Callable[[], None]


@contextmanager
def second_engine(usual: Engine, folder: Path) -> Iterator[SecondEngine]:
    """Yield an engine, stopped at the end if it was not before. `folder` has a short path: a socket lies in it."""
    if os.geteuid() != 0:
        proxy = CuttingProxy(folder / "s", usual.host.url.removeprefix("unix://"))
        yield SecondEngine(proxy.url, proxy.cut)
        return
    process, url = start_dockerd(folder)

    def stop() -> None:
        process.kill()
        process.wait()

    try:
        wait_for(url, process, folder / "log")
        yield SecondEngine(url, stop)
    finally:
        stop()
        shutil.rmtree(folder)


def start_dockerd(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start dockerd with all that is its own in `folder`; return the process that it ends with, and its address."""
    url = f"unix://{folder / 's'}"
    places = ("--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            (*ALONE, "dockerd", "--host", url, *places, "--bridge=none", "--iptables=false"), stdout=log, stderr=log
        )
    return process, url


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until an engine answers."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        try:
            Engine.connect({"DOCKER_HOST": url}).close()
            return
        except EngineError:
            time.sleep(0.2)
    raise AssertionError(f"dockerd did not start:\n{log.read_text()[-3000:]}")
