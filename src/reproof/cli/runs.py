"""run: make a record."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from reproof import pipeline
from reproof.adapters.jupyter import is_notebook, notebook_command
from reproof.cli.context import Context, plain, read_settings, working_directory
from reproof.errors import ReproofError, UsageError
from reproof.model.snapshot import Snapshot, shell_status
from reproof.recorder.level import LEVELS
from reproof.report import terminal_runs


@click.command("run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--config", type=click.Path(path_type=Path), help="The reproof.yaml to use.")
@click.option("--env", "allow", multiple=True, metavar="NAME", help="Keep this environment variable too (repeatable).")
@click.option("--level", type=click.Choice(LEVELS), help="How closely to watch it; the default is shim.")
@click.option("--json", "as_json", is_flag=True, help="Print the snapshot after the command's own output.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_obj
def run_(context: Context, /, config: Path | None, as_json: bool, words: tuple[str, ...], **how: Any) -> None:
    """Record a run. Exits with the command's own code.

    A notebook in place of a command is executed by the environment's own nbconvert.
    """
    settings = read_settings(config)
    argv = words or settings.command or ()
    if not argv:
        raise UsageError("no command to run", "reproof run -- python train.py")
    if is_notebook(argv):
        argv = notebook_command(argv, os.environ)
    tools = context.tools()
    snapshot = pipeline.record(
        argv, working_directory(), tools, pipeline.Recording(policy=settings.policy, profile=settings.profile, **how)
    )
    keep_packages(context, tools, snapshot)
    context.progress.note(terminal_runs.recorded_line(snapshot))
    if as_json:
        context.print_json({**plain(snapshot), "id": snapshot.id})
    sys.exit(shell_status(snapshot.command.exit_code, snapshot.command.signal))


def keep_packages(context: Context, tools: pipeline.Tools, snapshot: Snapshot) -> None:
    """Find or keep the packages now, while they are installed; a failure here is told and costs the run nothing."""
    try:
        pipeline.resolve(snapshot, tools)
    except ReproofError as error:
        context.err.print(Text(f"note: packages were not secured: {error.message}"))
