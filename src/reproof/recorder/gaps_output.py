"""What is not known of the command's input, of what it printed, and of how it was watched."""

import os
import stat
from typing import List

from .command import Ended
from .gaps import Gap, gap
from .level import Level


def of_input() -> List[Gap]:
    """Return what came by stdin, as a gap; whether the command read it is not known."""
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        return []  # it is closed
    if not (stat.S_ISFIFO(mode) or stat.S_ISREG(mode) or stat.S_ISSOCK(mode)):
        return []
    why = "it came from a pipe or a file and is not kept"
    return [gap("standard input", why, "a replay that reads it finds nothing there")]


def of_level(asked: str, level: Level) -> List[Gap]:
    """Return a gap if the level is lower than what was asked for."""
    if not level.lowered:
        return []
    return [gap("the level {}".format(asked), level.lowered, "the run was watched at level {}".format(level.name))]


def of_output(ended: Ended) -> List[Gap]:
    """Return what is missing of stdout and stderr."""
    gaps = []
    if ended.background:
        why = "a process in the background kept them open"
        gaps.append(gap("stdout and stderr after the command's end", why, "their end is missing"))
    if ended.lost:
        why = "they could not be written: {}".format(ended.lost)
        gaps.append(gap("a part of stdout and stderr", why, "they cannot be compared"))
    return gaps
