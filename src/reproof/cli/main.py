"""The command line: parse, call one pipeline function, print one document. The only place that exits."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.text import Text

from reproof import __version__
from reproof.cli.context import Context, default_store, working_directory
from reproof.cli.diff import diff
from reproof.cli.doctor import doctor
from reproof.cli.gc import gc
from reproof.cli.rebuild import build, plan, replay, verify
from reproof.cli.records import ls, show
from reproof.cli.runs import run_
from reproof.errors import ReproofError
from reproof.store.store import Store

INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
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
    context.obj = Context(store=Store(root), registry=registry, quiet=quiet)


for command in (run_, ls, show, plan, build, replay, verify, diff, gc, doctor):
    cli.add_command(command)


def run() -> None:
    """Entry point: run the command line, turn errors into a message and an exit code."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # else it is ignored, and stays so
        signal.signal(signal.SIGTERM, end)
    try:
        status = cli.main(standalone_mode=False)
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
        sys.stderr.close()
        status = INTERRUPTED
    sys.exit(status if isinstance(status, int) else 0)


def end(number: int, _: FrameType | None) -> None:
    """Leave as after an interrupt, cleaning up on the way; only the exit code is that of the signal."""
    sys.exit(128 + number)


def complain(message: str, hint: str) -> None:
    """Print what happened, and below it what to do."""
    console = Console(file=sys.stderr, soft_wrap=True)
    console.print(Text("error: ", style="bold red") + Text(message))
    if hint:
        console.print(Text("  hint: ", style="bold") + Text(hint))
