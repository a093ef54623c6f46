"""The child process that looks into data files: a line of JSON in for each, a line out.

A file may be damaged or made to harm. So this process has a limit on memory, may not write a file, and its parent ends
it when an answer takes too long; its crash costs one profile.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from typing import Any

MEMORY = 6 << 30
"""Bytes of address space; what is really used is a fraction of it."""


def main() -> None:
    """Answer each request, until there are no more: the fields of a profile, or why there is none."""
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _, most = resource.getrlimit(kind)
        value = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(kind, (value, value))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(look(json.loads(line)), allow_nan=False) + "\n")
        sys.stdout.flush()


def look(request: dict[str, str]) -> dict[str, Any]:
    """Return `{"profile": …}`, or `{"error": …}` in one line. Never raises: any file is data, however broken."""
    try:
        descriptor = os.open(request["path"], os.O_RDONLY | os.O_CLOEXEC)
        try:
            # By descriptor: a name may hold what a reader takes for a pattern.
            return {"profile": profile(f"/proc/self/fd/{descriptor}", request["format"], request["compression"])}
        finally:
            os.close(descriptor)
    except Exception as error:  # noqa: BLE001
        words = str(error).strip().splitlines() or [type(error).__name__]
        return {"error": words[0][:200], "kind": type(error).__name__}


def profile(path: str, format: str, compression: str) -> dict[str, Any]:
    """Return the fields of a file's profile. Raises whatever its reader does."""
    if format in ("npy", "npz"):
        from reproof.capture.arrays import profile_arrays

        return profile_arrays(path, format)
    from reproof.capture.tables import profile_table

    return profile_table(path, format, compression)


if __name__ == "__main__":
    main()
