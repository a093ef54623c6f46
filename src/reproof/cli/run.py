"""run: make a record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from reproof.cli.context import Context
from reproof.cli.recorded import record
from reproof.recorder.level import LEVELS


@click.command("run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--config", type=click.Path(path_type=Path), help="The reproof.yaml to use.")
@click.option("--env", "allow", multiple=True, metavar="NAME", help="Keep this environment variable too (repeatable).")
@click.option("--level", type=click.Choice(LEVELS), envvar="REPROOF_LEVEL", show_envvar=True,
              help="How closely to watch it; the default is shim.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the snapshot after the command's own output.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_obj
def run_(context: Context, /, words: tuple[str, ...], **how: Any) -> int:
    """Record a run. Exits with the command's own code.

    A notebook in place of a command is executed by the environment's own nbconvert.
    """
    return record(context, words, **how)
