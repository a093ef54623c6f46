"""Runs what would run in a container on this machine itself: the corpus's interpreters are here and not in an image."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace

from reproof.adapters.engine_run import RunOutcome, RunSpec
from reproof.build.forge import INPUT, PLACE


@dataclass(frozen=True)
class HostEngine:
    """What a forge asks of an engine, without a container's bounds: the folders of a run become ones of `folder`."""

    folder: Path

    def info(self) -> SimpleNamespace:
        """Return that it is on this machine."""
        return SimpleNamespace(is_local=True)

    def run(self, spec: RunSpec, receive: Callable[[str, bytes], None]) -> RunOutcome:
        """Return how the command ended; `receive` gets what it prints."""
        start = time.monotonic()
        inside = Path(mkdtemp(prefix="build-", dir=self.folder))
        try:
            code, timed_out = self._run(spec, inside, receive)
        finally:
            shutil.rmtree(inside, ignore_errors=True)
        return RunOutcome(code, False, "", time.monotonic() - start, timed_out)

    def _run(self, spec: RunSpec, inside: Path, receive: Callable[[str, bytes], None]) -> tuple[int, bool]:
        def moved(text: str) -> str:
            return text.replace(f'"{PLACE}', f'"{inside}{PLACE}').replace(f'"{INPUT}/', f'"{inside}{INPUT}/')

        for folder in (PLACE, INPUT):
            (inside / folder[1:]).mkdir()
        for bind in spec.mounts:
            (inside / bind.target[1:]).symlink_to(bind.source)
        environ = {name: moved(f'"{value}')[1:] for name, value in spec.environment.items()}
        process = subprocess.Popen(
            [moved(word) for word in spec.argv],
            env=environ,
            cwd=inside,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        stopped = threading.Event()

        def stop() -> None:
            stopped.set()
            os.killpg(process.pid, signal.SIGKILL)

        watch = threading.Timer(spec.timeout_s or 3600, stop)
        watch.start()
        listener = threading.Thread(target=_pass_on, args=(process.stderr, "stderr", receive))
        listener.start()
        _pass_on(process.stdout, "stdout", receive)
        listener.join()
        code = process.wait()
        watch.cancel()
        return code, stopped.is_set()


def _pass_on(stream: object, name: str, receive: Callable[[str, bytes], None]) -> None:
    while data := stream.read(1 << 16):  # type: ignore[attr-defined]
        receive(name, data)
