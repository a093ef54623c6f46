"""The command line: parse, call one pipeline function, print one document. The only place that exits.

Little is loaded here: the command of `reproof run` waits for it.
"""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from reproof.cli.short import plain_run
from reproof.errors import ReproofError

if TYPE_CHECKING:
    from types import FrameType

INTERRUPTED = 130


def run() -> None:
    """Entry point: run the command line, turn errors into a message and an exit code."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # they are looked for in all that is installed here
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # else it is ignored, and stays so
        signal.signal(signal.SIGTERM, end)
    try:
        prepare_streams()
        try:
            status = obey(sys.argv[1:])
        finally:
            sys.stdout.flush()  # here a full disk can be told; after us it cannot
    except ReproofError as error:
        complain(error.message, error.hint)
        status = error.exit_code
    except KeyboardInterrupt:
        complain("interrupted", "")
        status = INTERRUPTED
    except BrokenPipeError:
        drop(sys.stdout, sys.stderr)
        status = INTERRUPTED
    except OSError as error:
        drop(sys.stdout)
        complain(f"{error.filename or 'the output cannot be written'}: {error.strerror or error}", "")
        status = ReproofError.exit_code  # not 1, which says that runs differ
    sys.exit(status if isinstance(status, int) else 0)


def obey(words: list[str]) -> object:
    """Do what the words say; return the exit code, or something else for success. Raises ReproofError."""
    run = plain_run(words, os.environ)
    if run is None:
        from reproof.cli import verbs

        return verbs.obey()
    from reproof.cli.recorded import record

    return record(run.context(), run.words, level=run.level)


def prepare_streams() -> None:
    """Make the three streams ready for all that may be printed: what their encoding does not have is spelled out.

    One that is closed leads nowhere from now on, or the next file that is opened would get its number and our messages.
    """
    for number, name, mode in (0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def drop(*streams: TextIO) -> None:
    """Let nothing that is still in a buffer be written at the end: it failed, and would fail once more."""
    with Path(os.devnull).open("wb") as nothing:
        for stream in streams:
            with suppress(OSError, ValueError):
                os.dup2(nothing.fileno(), stream.fileno())


def end(number: int, _: FrameType | None) -> None:
    """Leave as after an interrupt, cleaning up on the way; only the exit code is that of the signal."""
    sys.exit(128 + number)


def complain(message: str, hint: str) -> None:
    """Print what happened, and below it what to do."""
    from rich.text import Text

    from reproof.cli.context import make_console

    console = make_console(sys.stderr)
    console.print(Text("error: ", style="bold red") + Text(message))
    if hint:
        console.print(Text("  hint: ", style="bold") + Text(hint))
