"""doctor: what will work here, before an hour is spent on it."""

from __future__ import annotations

import sys

import click

from reproof import doctor as checks
from reproof.cli.context import Context
from reproof.errors import EngineError, ReproofError
from reproof.report import terminal_runs


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as a list.")
@click.argument("id", required=False)
@click.pass_obj
def doctor(context: Context, id: str | None, as_json: bool) -> None:
    """Check this machine, and with ID what that run needs. Exits with 14 without an engine, 2 on other failures."""
    snapshot = context.snapshot(id) if id else None
    found = checks.examine(context.tools(), snapshot)
    if as_json:
        context.print_json([check.model_dump() for check in found])
    else:
        context.print(terminal_runs.checks_view(found))
    failed = {check.subject for check in found if check.state == "failed"}
    sys.exit(EngineError.exit_code if "engine" in failed else ReproofError.exit_code if failed else 0)
