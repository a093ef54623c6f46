"""Runs one command with a time limit that its children cannot outlive."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

KEPT_OUTPUT = 6000
"""Characters of an error output that are kept: the end tells what went wrong."""


@dataclass(frozen=True)
class Done:
    """How a command ended. `code` is None when it was stopped at its limit; `seconds` is wall time."""

    code: int | None
    stdout: str
    stderr: str
    seconds: float

    @property
    def failure(self) -> str | None:
        """Why it failed; None when it did not."""
        if self.code is None:
            return f"timeout after {self.seconds:.0f} s\n{self.stderr}"
        return (self.stderr or self.stdout or f"exit code {self.code}") if self.code else None


def run(argv: Sequence[str | Path], environ: Mapping[str, str], limit_s: float, stdin: str = "") -> Done:
    """Return how a command ended; it and what it started is killed at the limit."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in argv],
        env=dict(environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    code: int | None = None
    try:
        stdout, stderr = process.communicate(stdin, timeout=limit_s)
        code = process.returncode
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return Done(code, stdout, stderr[-KEPT_OUTPUT:], time.perf_counter() - start)
