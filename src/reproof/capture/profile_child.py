"""The child process that looks into data files, as seen from here: asked line by line, ended when it takes too long."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Worker:
    """The child process; started when it is first needed, and again after it was ended or ended itself."""

    process: subprocess.Popen[bytes] | None = field(default=None)

    def ask(self, request: dict[str, str], within_s: float) -> dict[str, Any] | None:
        """Return the answer to a request; None if none came in time, or the process died of the file."""
        if self.process is None:
            self.process = start()
        assert self.process.stdin is not None and self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.flush()
            line = read_line(self.process.stdout.fileno(), time.monotonic() + within_s)
            answer: dict[str, Any] = json.loads(line)
        except (OSError, ValueError):
            self.stop()
            return None
        return answer

    def stop(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


def start() -> subprocess.Popen[bytes]:
    """Start the child, without the variables of the user and with as many threads as answer reproducibly: one."""
    single = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "reproof.capture.profile_worker"],
        env={"LC_ALL": "C.UTF-8", **single},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def read_line(descriptor: int, until: float) -> bytes:
    """Return what can be read up to the end of a line. Raises OSError: it took too long. Ends early with the pipe."""
    line = b""
    while not line.endswith(b"\n"):
        if not select.select([descriptor], [], [], max(0.0, until - time.monotonic()))[0]:
            raise TimeoutError("no answer")
        more = os.read(descriptor, 1 << 16)
        if not more:
            break
        line += more
    return line
