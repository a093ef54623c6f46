"""Chooses how a run is watched: by the preloaded shim if it works here, else by Python's audit hooks alone.

At level `complete` a supervisor is told, beside the shim, of all that is opened and started without it. That is on
request: its processes need not live for the run to go on, but one of them must, and it takes from setuid programs the
rights that they would gain.
"""

import os
import re
import subprocess
import sys
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple

from . import table
from .trials import Trials

LEVELS = ("complete", "shim", "hooks")
"""From the one that sees most; each falls back to the next."""
DEFAULT = "shim"
LIBRARY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "native", "shim.so")
SUPERVISOR = os.path.join(os.path.dirname(LIBRARY), "supervisor")
"""Both are compiled when the package is built; not there if that machine had no compiler."""

_TABLE = "table"
_WATCHED = (0, 1, 2, 6)
"""Kinds of programs (`native/program.h`) whose loader is not troubled by the shim: it can load it, or ignores it."""


class Level(NamedTuple):
    """How a run is watched. `table` is the file of the notes, None at level `hooks`.

    `kind` is what the shim says of the command: a number of `native/program.h`; `lowered` why the level is lower than
    what was asked for.
    """

    name: str
    table: Optional[str] = None
    kind: int = 0
    lowered: Optional[str] = None
    descriptor: Optional[int] = None
    """What keeps a table that is in memory."""

    def variables(self, environ: Mapping[str, str]) -> Dict[str, str]:
        """Return `environ` with what loads the shim into every process, after what the user preloads."""
        if self.table is None:
            return dict(environ)
        changed = dict(environ, REPROOF_TABLE=self.table)
        if self.kind in _WATCHED:
            theirs = environ.get("LD_PRELOAD")
            changed["LD_PRELOAD"] = theirs + ":" + LIBRARY if theirs else LIBRARY
        return changed

    def remove(self) -> None:
        """Remove the table."""
        if self.descriptor is not None:
            os.close(self.descriptor)
        elif self.table is not None:
            try:
                os.unlink(self.table)
            except OSError:
                pass


def choose(asked: str, program: str, folder: str, limit: int = table.LIMIT, cache: Optional[str] = None) -> Level:
    """Return the level for a command, with an empty table unless it is `hooks`. `limit` is the table's size in bytes.

    Whether the kernel allows `complete` shows only when the command is started (`start.py`). `cache` is a folder that
    remembers trial runs that worked; without it there is one each time.
    """
    if asked == "hooks":
        return Level("hooks")
    path, descriptor, obstacle = _make_table(folder, limit)
    if path is None:
        return Level("hooks", lowered=obstacle)
    trials = Trials(cache, (LIBRARY, sys.executable, program))
    kind, reason = trials.known(), None
    if kind is None:
        reason = _try(path, program)
        kind = table.program_kind(path)
        if kind is not None and reason is None:
            trials.remember(kind)
    level = Level(asked, path, kind or 0, descriptor=descriptor)
    if kind is not None and reason is None:
        if asked == "complete" and not os.access(SUPERVISOR, os.X_OK):
            return level._replace(name="shim", lowered="the package was built without its supervisor")
        return level
    level.remove()
    return Level("hooks", lowered=reason or "it was loaded and did not answer")


def _make_table(folder: str, limit: int) -> Tuple[Optional[str], Optional[int], str]:
    """Return where the table is and what keeps it, or None and why there is none."""
    if not os.path.isfile(LIBRARY):
        return None, None, "the package was built without a C compiler"
    if re.search(r"[\s:$]", LIBRARY):
        return None, None, "the loader cannot be given the path {}".format(LIBRARY)
    reasons: List[str] = []
    try:
        path, descriptor = table.create_hidden(LIBRARY, limit)
        return path, descriptor, ""
    except (OSError, ValueError) as error:
        reasons.append("memory: {}".format(error))
    for path in (os.path.join(folder, _TABLE), "/dev/shm/reproof-{}-{}".format(os.getpid(), os.urandom(6).hex())):
        try:
            table.create(path, LIBRARY, limit)
        except (OSError, ValueError) as error:
            reasons.append("{}: {}".format(os.path.dirname(path), error))
        else:
            return path, None, ""
    return None, None, "there is no room for its table ({})".format("; ".join(reasons))


def _try(path: str, program: str) -> Optional[str]:
    """Load the shim into our own interpreter, which looks at the command's file; return what went wrong, or None."""
    environ = Level("shim", path, kind=1).variables(os.environ)
    environ["REPROOF_PROGRAM"] = program
    try:
        done = subprocess.run(
            [sys.executable, "-V"], env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=10
        )
    except (OSError, subprocess.SubprocessError) as error:
        return "its trial run failed: {}".format(error)
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode != 0 or LIBRARY in said:
        return "the loader does not take it: {}".format(said or "status {}".format(done.returncode))
    return None
