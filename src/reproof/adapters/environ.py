"""The variables that were given to this process, which are those of the commands that it runs."""

from __future__ import annotations

import os
from pathlib import Path

OWN = Path("/proc/self/environ")
"""What this process got, NUL after each variable; what it has set since is not here."""
OURS = ("LC_CTYPE", "PYDANTIC_DISABLE_PLUGINS")
"""Variables that this process may have set for itself."""


def inherited() -> dict[str, str]:
    """Return our variables as whoever started us gave them.

    The command would get, and the record would name, what nobody set: where no locale is set (cron, `env -i`), Python
    sets LC_CTYPE for itself (PEP 538), and we keep pydantic from its plug-ins.
    """
    variables = dict(os.environ)
    try:
        given = OWN.read_bytes()
    except OSError:
        return variables
    names = {entry.partition(b"=")[0] for entry in given.split(b"\0")}
    return {name: value for name, value in variables.items() if name not in OURS or os.fsencode(name) in names}
