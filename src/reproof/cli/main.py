"""The command line: parse, call one pipeline function, print one document. The only place that exits."""

from __future__ import annotations

import io
import os
import signal
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import TextIO

import click

from reproof import __version__
from reproof.cli.context import Context, default_store, working_directory
from reproof.errors import ReproofError, StoreError

INTERRUPTED = 130

VERBS = {
    "run": "reproof.cli.run:run_",
    "capture": "reproof.cli.capture:capture",
    "export": "reproof.cli.capture:export",
    "ls": "reproof.cli.records:ls",
    "show": "reproof.cli.records:show",
    "plan": "reproof.cli.rebuild:plan",
    "build": "reproof.cli.rebuild:build",
    "replay": "reproof.cli.rebuild:replay",
    "verify": "reproof.cli.rebuild:verify",
    "diff": "reproof.cli.diff:diff",
    "gc": "reproof.cli.gc:gc",
    "doctor": "reproof.cli.doctor:doctor",
}
"""Where each verb is. Only the one that was typed is imported: most take longer to load than recording may take."""


class Verbs(click.Group):
    """The verbs, in the order of `VERBS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return their names."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one of them; None if there is no such verb."""
        place = VERBS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="reproof")
@click.option(
    "--store", type=click.Path(path_type=Path), envvar="REPROOF_HOME", help="The folder that keeps everything."
)
@click.option("--registry", envvar="REPROOF_REGISTRY", help="The registry to take base images from (host:port).")
@click.option("-q", "--quiet", is_flag=True, help="Print results only.")
@click.pass_context
def cli(context: click.Context, store: Path | None, registry: str | None, quiet: bool) -> None:
    """Record a training run; later prove that it can be repeated.

    \b
    reproof run -- python train.py     record a run
    reproof verify ID                  rebuild it, run it again, judge
    """
    root = (store or default_store(dict(os.environ))).expanduser()
    root = root if root.is_absolute() else working_directory() / root
    if root.exists() and not root.is_dir():
        raise StoreError(f"the store {root} is not a folder", "name a folder with --store, or a new one")
    context.obj = Context(root=root, registry=registry, quiet=quiet)


def run() -> None:
    """Entry point: run the command line, turn errors into a message and an exit code."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # else it is ignored, and stays so
        signal.signal(signal.SIGTERM, end)
    try:
        prepare_streams()
        try:
            status = cli.main(standalone_mode=False)
        finally:
            sys.stdout.flush()  # here a full disk can be told; after us it cannot
    except ReproofError as error:
        complain(error.message, error.hint)
        status = error.exit_code
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (KeyboardInterrupt, click.Abort):
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
