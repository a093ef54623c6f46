"""ls, show: look at the records."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import click

from reproof.cli import filters
from reproof.cli.context import Context
from reproof.cli.filters import Condition, Row
from reproof.errors import ReproofError
from reproof.model.requirements import Requirements
from reproof.model.schema import published
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict
from reproof.report import terminal_runs
from reproof.report.show import SECTIONS
from reproof.report.terminal_show import show_view
from reproof.store.census import Census
from reproof.store.sizes import run_sizes
from reproof.store.store import Store
from reproof.store.summaries import Summary, installed

KEYS = "id, created, command, exit_code, status, duration_s, metrics, parameters, kind, size, own_size"


@click.command()
@click.option("--status", metavar="WORD", help="Only those: recorded, failed, REPRODUCED, DIFFERENT, damaged, …")
@click.option("--since", metavar="WHEN", help="Only those started after a date, or so long ago: 2026-01-31, 12h, 7d.")
@click.option("--command", metavar="TEXT", help="Only those with this text in their command line.")
@click.option("--param", multiple=True, metavar="NAME=VALUE", help="Only those with this parameter (repeatable).")
@click.option("--metric", multiple=True, metavar="'NAME>NUMBER'", help="Only those with such a metric (repeatable).")
@click.option("--package", multiple=True, metavar="NAME[==VERSION]", help="Only those that had it (repeatable).")
@click.option("--sort", "order", default="created", metavar="ORDER",
              help="created (newest first; the default), duration, size, metric:NAME (largest first).")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Show N at most.")
@click.option("--json", "as_json", is_flag=True, help=f"Print a list of {{{KEYS}}}.")
@click.pass_obj
def ls(context: Context, /, order: str, limit: int | None, as_json: bool, **wanted: Any) -> None:
    """List the recorded runs, newest first."""
    wanted_rows = list(conditions(context.store, **wanted))
    key = filters.sort_key(order)
    every = list(rows(context.store))
    shown = sorted((row for row in every if all(holds(row) for holds in wanted_rows)), key=key)[:limit]
    if as_json:
        context.print_json(shown)
    elif shown:
        context.print(terminal_runs.runs_table(shown))
    elif every:
        context.progress.note(f"none of {len(every):,} runs is like that")
    else:
        context.progress.note(f"no runs in {context.store.root}; record one: reproof run -- python train.py")


def conditions(
    store: Store,
    /,
    status: str | None,
    since: str | None,
    command: str | None,
    **repeated: tuple[str, ...],
) -> Iterator[Condition]:
    """Yield what a row must fulfil. Raises UsageError."""
    if status is not None:
        yield filters.with_status(status)
    if since is not None:
        yield filters.since(since, datetime.datetime.now(datetime.UTC))
    if command is not None:
        yield filters.with_command(command)
    yield from map(filters.with_parameter, repeated["param"])
    yield from map(filters.with_metric, repeated["metric"])
    for words in repeated["package"]:
        yield filters.with_package(words, lambda identity: packages(store, identity))


def packages(store: Store, identity: str) -> list[str]:
    """Return the distributions of a run as `name==version`."""
    summary = store.summaries.runs.get(identity)
    kept = store.summaries.packages(summary) if summary else None
    return installed(store.load(Snapshot, identity)) if kept is None else kept


def rows(store: Store) -> Iterator[Row]:
    """Yield what `ls` shows of each run, newest first; a damaged one is listed as such. Raises StoreError."""
    store.summaries.read()
    census = Census(store)
    sizes = run_sizes(census)
    for identity in store.ids(Snapshot):
        try:
            if identity in census.damaged:
                store.load(Snapshot, identity)  # says what is wrong
            summary, verdict = summary_of(store, identity), verdict_of(store, identity)
        except ReproofError as error:
            yield {"id": identity, "created": "", "command": error.message, "exit_code": None, "status": "damaged",
                   "metrics": {}}  # fmt: skip
            continue
        if summary.replay or identity not in sizes:  # what has no size was recorded just now
            continue
        yield {
            "id": identity,
            "created": summary.created,
            "command": list(summary.command),
            "exit_code": summary.exit_code,
            "duration_s": summary.duration_s,
            "status": status_word(summary, verdict),
            "kind": summary.kind,
            "metrics": summary.metrics,
            "parameters": summary.parameters,
            "size": sizes[identity].total,
            "own_size": sizes[identity].own,
        }


def summary_of(store: Store, identity: str) -> Summary:
    """Return a run's summary, made now if there is none. Raises StoreError."""
    if identity not in store.summaries.runs:
        store.summaries.note(store.load(Snapshot, identity), identity)
    return store.summaries.runs[identity]


def verdict_of(store: Store, identity: str) -> str | None:
    """Return the latest verdict on a run in a word; None if there is none. Raises StoreError."""
    for verdict in store.derived(Verdict, identity)[:1]:
        if verdict not in store.summaries.verdicts:
            store.summaries.note(store.load(Verdict, verdict), verdict)
        return store.summaries.verdicts[verdict]
    return None


def status_word(summary: Summary, verdict: str | None) -> str:
    """Return where a run stands: its latest verdict, or how it ended."""
    if verdict is not None:
        return verdict
    if summary.kind == "capture":
        return "captured"
    if summary.interrupted:
        return "interrupted"
    return "recorded" if summary.exit_code == 0 else "failed"


def print_schema(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    """Print the published schema of a snapshot, and leave."""
    if wanted:
        click.echo(published("snapshot"), nl=False)
        context.exit()


@click.command()
@click.option(
    "--section",
    "only",
    multiple=True,
    type=click.Choice([section.name for section in SECTIONS]),
    help="This section alone, whole (repeatable).",
)
@click.option("--all", "everything", is_flag=True, help="Cut nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the stored document.")
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_schema,
    help="Print the JSON Schema of what --json prints.",
)
@click.argument("id")
@click.pass_obj
def show(context: Context, id: str, only: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Show what was recorded of a run, the warnings first: everything that is kept, and what is not."""
    snapshot = context.snapshot(id)
    requirements = context.store.load(Requirements, snapshot.requirements) if snapshot.requirements else None
    context.show(snapshot, show_view(snapshot, only, everything, requirements), as_json)
