"""gc: remove what no run needs, and runs that are not wanted any more."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import click

from reproof.build.prune import Pruned, remove_images
from reproof.cli.context import Context
from reproof.cli.filters import Row, started
from reproof.cli.records import rows
from reproof.model.image import BuildContext
from reproof.model.snapshot import Snapshot
from reproof.report.terminal_gc import removed_view
from reproof.store.folder import explain
from reproof.store.pending import forget_images, pending_images
from reproof.store.removal import Request
from reproof.store.sweep import collect


@click.command()
@click.option("--keep-last", type=click.IntRange(min=0), metavar="N", help="Drop all runs but the newest N.")
@click.option("--older-than", type=click.FloatRange(min=0), metavar="DAYS",
              help="Drop runs that were started so long ago (with --keep-last: but keep the newest N).")  # fmt: skip
@click.option("--drop", multiple=True, metavar="ID", help="Drop this run (repeatable).")
@click.option("--damaged", is_flag=True, help="Remove documents that cannot be read.")
@click.option("--cache", "cache_days", type=click.FloatRange(min=0), metavar="DAYS",
              help="Remove downloads and lookups that were not used for so long (0: all).")  # fmt: skip
@click.option("--images", is_flag=True, help="Remove the engine's images of runs that were dropped, now or earlier.")
@click.option("--dry-run", is_flag=True, help="Only tell what would be removed.")
@click.option("--json", "as_json", is_flag=True, help="Print what was removed.")
@click.pass_obj
def gc(
    context: Context,
    /,
    keep_last: int | None,
    older_than: float | None,
    drop: tuple[str, ...],
    images: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """Remove what no run needs; with options also runs, caches and images. Safe at any time."""
    store = context.store
    dropped = {store.find(Snapshot, prefix) for prefix in drop}
    if keep_last is not None or older_than is not None:
        now = datetime.datetime.now(datetime.UTC)
        dropped |= set(outdated(list(rows(store)), keep_last or 0, older_than, now))
    store.lease.release()  # what was read to choose is not in use
    removed = collect(store, Request(drop=frozenset(dropped), **asked))
    pruned = prune(context, removed.dry_run) if images else Pruned()
    if as_json:
        context.print_json(removed.plain() | {"images": pruned.images, "refused": pruned.refused})
    else:
        context.print(removed_view(removed, pruned))


def outdated(every: list[Row], keep_last: int, older_than: float | None, now: datetime.datetime) -> Iterator[str]:
    """Yield the ids of the runs to drop, given all of them, newest first. A damaged one is not dropped by its age."""
    for row in every[keep_last:]:
        if row["created"] and (older_than is None or now - started(row) > datetime.timedelta(days=older_than)):
            yield row["id"]


def prune(context: Context, dry_run: bool) -> Pruned:
    """Remove images of runs that are gone. Raises EngineError, StoreError."""
    store = context.store
    try:
        waiting = pending_images(store.root)
        needed = waiting & set(store.ids(BuildContext))  # the run was recorded and built again
        pruned = remove_images(waiting - needed, context.tools().engine(), dry_run) if waiting else Pruned()
        if not dry_run:
            forget_images(store.root, pruned.done | needed)
    except OSError as error:
        raise explain(error, store.root) from error
    return pruned
