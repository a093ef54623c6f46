"""run: make a record."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reproof.adapters.environ import inherited
from reproof.cli.context import Context, plain, read_settings, working_directory
from reproof.errors import ReproofError, UsageError
from reproof.recorder.command import Order
from reproof.recorder.level import LEVELS
from reproof.running import Ran, ran

if TYPE_CHECKING:
    from reproof.model.snapshot import Snapshot
    from reproof.tools import Tools

AFTER = ("reproof.recording", "reproof.securing", "reproof.report.recorded")
"""What is needed after the command's end. It takes longer to load than a short run takes, and is loaded beside it."""
MAYBE = ("reproof.capture.twisters", "reproof.capture.configuration")
"""What most training runs need, and short ones do not."""


@click.command("run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--config", type=click.Path(path_type=Path), help="The reproof.yaml to use.")
@click.option("--env", "allow", multiple=True, metavar="NAME", help="Keep this environment variable too (repeatable).")
@click.option("--level", type=click.Choice(LEVELS), envvar="REPROOF_LEVEL", show_envvar=True,
              help="How closely to watch it; the default is shim.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the snapshot after the command's own output.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_obj
def run_(context: Context, /, config: Path | None, as_json: bool, words: tuple[str, ...], **how: Any) -> None:
    """Record a run. Exits with the command's own code.

    A notebook in place of a command is executed by the environment's own nbconvert.
    """
    settings = read_settings(config)
    argv = words or (settings and settings.command) or ()
    if not argv:
        raise UsageError("no command to run", "reproof run -- python train.py")
    if argv[0].endswith(".ipynb"):
        from reproof.adapters.jupyter import notebook_command

        argv = notebook_command(argv, os.environ)
    order = Order(list(argv), str(working_directory()), inherited(), level=how["level"])
    with ran(order, context.root, AFTER, MAYBE) as run:
        from reproof.model.snapshot import shell_status
        from reproof.recording import Recording, keep
        from reproof.report.recorded import recorded_line

        tools = context.tools()
        how_kept = Recording(allow=how["allow"])
        if settings:
            how_kept = replace(how_kept, policy=settings.policy, profile=settings.profile)
        snapshot = keep(run, tools, how_kept)
        keep_packages(run, snapshot, tools)
        tools.progress.note(recorded_line(snapshot))
    if as_json:
        context.print_json({**plain(snapshot), "id": snapshot.id})
    sys.exit(shell_status(snapshot.command.exit_code, snapshot.command.signal))


def keep_packages(run: Ran, snapshot: Snapshot, tools: Tools) -> None:
    """Find or keep the packages now, while they are installed; a failure here is told and costs the run nothing."""
    from reproof.securing import resolve

    try:
        if run.held.came:
            raise KeyboardInterrupt
        run.held.release()
        resolve(snapshot, tools)
    except ReproofError as error:
        tools.progress.note(f"note: packages were not secured: {error.message}")
    except KeyboardInterrupt:
        tools.progress.note("note: packages were not secured: interrupted; `reproof plan` does it later")
