"""Runs the small programs that answer questions about the machine."""

import os
import subprocess
from typing import List, Optional


def run_quietly(argv: List[str], timeout: float = 60.0) -> Optional[str]:
    """Return what a program prints, whatever its exit code; None if it is not here or does not end in `timeout` s."""
    environ = dict(os.environ, LC_ALL="C")
    try:
        done = subprocess.run(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ,
            timeout=timeout,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "surrogateescape")
