"""ls, show: look at the records."""

from __future__ import annotations

import click

from reproof.cli.context import Context
from reproof.errors import ReproofError
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict
from reproof.report import terminal_runs


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a list of {id, created, command, exit_code, status}.")
@click.pass_obj
def ls(context: Context, as_json: bool) -> None:
    """List the recorded runs, newest first."""
    rows = [row(context, identity) for identity in context.store.ids(Snapshot)]
    rows = [entry for entry in rows if not entry.pop("replay")]
    if as_json:
        context.print_json(rows)
    elif rows:
        context.print(terminal_runs.runs_table(rows))
    else:
        context.progress.note(f"no runs in {context.store.root}; record one: reproof run -- python train.py")


def row(context: Context, identity: str) -> dict[str, object]:
    """Return what `ls` shows of a snapshot, its latest verdict included; a damaged one is listed as such."""
    try:
        snapshot = context.store.load(Snapshot, identity)
        verdicts = context.store.derived(Verdict, identity)
        verdict = context.store.load(Verdict, verdicts[0]) if verdicts else None
    except ReproofError as error:
        return {"id": identity, "created": "", "command": error.message, "exit_code": None, "status": "damaged",
                "metrics": {}, "replay": False}  # fmt: skip
    return {
        "id": identity,
        "created": snapshot.command.started,
        "command": list(snapshot.command.argv),
        "exit_code": snapshot.command.exit_code,
        "duration_s": snapshot.command.duration_s,
        "status": status_word(snapshot, verdict),
        "metrics": {metric.name: metric.value for metric in snapshot.metrics},
        "replay": snapshot.replay_of is not None,
    }


def status_word(snapshot: Snapshot, verdict: Verdict | None) -> str:
    """Return where a run stands: its latest verdict, or how it ended."""
    if verdict is not None:
        return verdict.outcome or (f"{verdict.failure.stage} failed" if verdict.failure else "unknown")
    if snapshot.command.interrupted:
        return "interrupted"
    return "recorded" if snapshot.command.exit_code == 0 else "failed"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the stored document.")
@click.argument("id")
@click.pass_obj
def show(context: Context, id: str, as_json: bool) -> None:
    """Show what was recorded of a run: everything that is kept."""
    snapshot = context.snapshot(id)
    context.show(snapshot, terminal_runs.snapshot_view(snapshot), as_json)
