"""The variables that were given to this process, which are those of the commands that it runs."""

from __future__ import annotations

import os
from pathlib import Path

OWN = Path("/proc/self/environ")
"""What this process got, NUL after each variable; what it has set since is not here."""


def inherited() -> dict[str, str]:
    """Return our variables as whoever started us gave them.

    Where no locale is set (cron, `env -i`), Python sets LC_CTYPE for itself (PEP 538); the command would get it, and
    the record would name it, though nobody set it.
    """
    variables = dict(os.environ)
    try:
        given = OWN.read_bytes()
    except OSError:
        return variables
    if "LC_CTYPE" in variables and not any(entry.startswith(b"LC_CTYPE=") for entry in given.split(b"\0")):
        del variables["LC_CTYPE"]
    return variables
