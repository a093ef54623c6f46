"""diff: what changed between two runs."""

from __future__ import annotations

import sys

import click

from reproof import pipeline
from reproof.cli.context import Context
from reproof.errors import UsageError
from reproof.report.changes import SECTIONS, list_changes
from reproof.report.patch import unified
from reproof.report.terminal_diff import Difference, diff_view

DIFFERS, SAME = 1, 0


@click.command()
@click.option("--only", multiple=True, metavar="SECTION,…", help=f"These sections only: {', '.join(SECTIONS)}.")
@click.option("--patch", is_flag=True, help="Print the code's unified diff too.")
@click.option("--all", "everything", is_flag=True, help="Cut nothing; name the sections that are the same too.")
@click.option("--json", "as_json", is_flag=True, help="Print the stored comparison document, whole.")
@click.argument("a")
@click.argument("b")
@click.pass_obj
def diff(context: Context, a: str, b: str, only: tuple[str, ...], patch: bool, everything: bool, as_json: bool) -> None:
    """Say what changed between two runs: code, parameters, data, packages, machine, results.

    Paths are compared from the project's folder, so that two clones of one project are the same. Marks: + added,
    - removed, ~ changed, ≈ within tolerance, ? not compared.

    Exits with 1 if something differs that counts, with 0 if not. What does not count (durations, a branch's name,
    stderr, variables that say where things are) is named in a line at the end. --only limits what counts, too.
    """
    chosen = chosen_sections(only)
    runs = context.snapshot(a), context.snapshot(b)
    comparison = pipeline.compare(*runs, context.tools())
    sections = list_changes(comparison, runs, chosen)
    wanted = patch and "code" in chosen
    lines = tuple(unified(comparison.fields, context.store.blobs.get)) if wanted and not as_json else ()
    context.show(comparison, diff_view(Difference(runs, sections, lines), everything), as_json)
    sys.exit(DIFFERS if any(changes.counted for changes in sections) else SAME)


def chosen_sections(only: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sections that were named, separated by commas or in options of their own; all if none was.

    Raises:
        UsageError: one of them is none.
    """
    named = [name.strip() for words in only for name in words.split(",") if name.strip()]
    unknown = [name for name in named if name not in SECTIONS]
    if unknown:
        raise UsageError(f"diff has no section {unknown[0]!r}", f"the sections are {', '.join(SECTIONS)}")
    return tuple(named) or SECTIONS
