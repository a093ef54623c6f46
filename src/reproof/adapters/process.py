"""The one place that starts a helper program and reads its answer."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Completed:
    """What a program answered. A program that is not there has code 127 and empty output."""

    code: int
    stdout: bytes
    stderr: str


def ask(
    argv: Sequence[str],
    cwd: Path | None = None,
    timeout: float = 60.0,
    environ: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Completed:
    """Run a program to its end without a terminal; return its answer. Never raises for what it does.

    `timeout` in seconds; a program that takes longer is ended, and has code 124. `environ` is ours by default.
    """
    try:
        done = subprocess.run(argv, cwd=cwd, env=environ, capture_output=True, input=stdin, timeout=timeout)
    except OSError as error:  # not there, not ours to start, or nothing that can be started
        return Completed(127, b"", str(error))
    except subprocess.TimeoutExpired:
        return Completed(124, b"", f"no answer within {timeout:g} s")
    return Completed(done.returncode, done.stdout, done.stderr.decode(errors="replace"))
