"""A command that ran, and of which there is no recording: what went wrong."""

import os


class RecordingLost(Exception):
    """The command ran and ended with `returncode` (negative for a signal), but its recording could not be made."""

    def __init__(self, returncode: int, reason: str) -> None:
        super().__init__(reason)
        self.returncode = returncode


def told(error: Exception) -> str:
    """Return what went wrong: of a failure that is no system's and no user's, also where."""
    if isinstance(error, OSError) and error.strerror:
        return "{}: {}".format(error.filename, error.strerror) if error.filename else error.strerror
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = (os.path.basename(trace.tb_frame.f_code.co_filename), trace.tb_lineno) if trace is not None else ("", 0)
    return "{}: {} ({}, line {})".format(type(error).__name__, error, *place)
