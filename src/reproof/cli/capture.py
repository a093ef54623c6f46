"""capture, export: a snapshot of a project as it is, and the code of a snapshot as files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from reproof import pipeline
from reproof.cli.context import Context, plain, working_directory
from reproof.errors import ReproofError, UsageError
from reproof.old_projects import read_instant, read_python
from reproof.report.recorded import recorded_line
from reproof.report.terminal import restored_view
from reproof.settings import Settings, load_settings
from reproof.settings_file import find_settings

COMMAND = "reproof.command"


class WithCommand(click.Command):
    """A verb whose words after the first `--` are a command, and none of ours."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the command apart, and let click read what stands before it."""
        ours = args.index("--") if "--" in args else len(args)
        ctx.meta[COMMAND] = tuple(args[ours + 1 :])
        return super().parse_args(ctx, args[:ours])

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the words of the usage line."""
        return [*super().collect_usage_pieces(ctx), "-- COMMAND..."]


@click.command(cls=WithCommand)
@click.option("--config", type=click.Path(path_type=Path), help="The reproof.yaml to use.")
@click.option("--env", "allow", multiple=True, metavar="NAME", help="Keep this environment variable too (repeatable).")
@click.option("--as-of", metavar="DATE|COMMIT", help="Bring an old project back as of this day, or that of a commit.")
@click.option("--python", metavar="X.Y", help="The Python that an old project was run with.")
@click.option("--installed", is_flag=True, help="Take what is installed here, even if it is not what is declared.")
@click.option("--json", "as_json", is_flag=True, help="Print the snapshot.")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.pass_context
def capture(
    click_context: click.Context, /, project: Path | None, config: Path | None, as_json: bool, **how: Any
) -> None:
    """Record a project without running anything of it: with the environment that it has here, or as of a date.

    PROJECT is the folder that the command would run in: this one if it is left out. With --as-of or --python, or when
    what it declares is not installed here, its packages are chosen as they were offered on that day.
    """
    context: Context = click_context.obj
    folder = Path(os.path.normpath(working_directory() / (project or ".")))
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}", "reproof capture PROJECT -- python train.py")
    path = config or find_settings(folder)
    settings = load_settings(path) if path else Settings()
    argv = click_context.meta[COMMAND] or settings.command
    if not argv:
        raise UsageError("no command was given", "reproof capture PROJECT -- python train.py")
    tools = context.tools()
    snapshot = pipeline.capture_project(argv, folder, tools, settings.policy, given(folder, **how))
    try:
        pipeline.resolve(snapshot, tools)
    except ReproofError as error:
        tools.progress.note(f"note: packages were not secured: {error.message}")
    tools.progress.note(recorded_line(snapshot))
    if as_json:
        context.print_json({**plain(snapshot), "id": snapshot.id})


def given(
    folder: Path, as_of: str | None, python: str | None, installed: bool, allow: tuple[str, ...]
) -> pipeline.Given:
    """Return what the options say of the project's time. Raises UsageError: they are off, or exclude each other."""
    if installed and (as_of or python):
        raise UsageError("--installed takes what is here, --as-of and --python do not", "leave one of them out")
    return pipeline.Given(
        as_of=read_instant(as_of, folder) if as_of else None,
        python=read_python(python) if python else None,
        installed=installed,
        allow=allow,
    )


@click.command()
@click.option("--source", "folder", type=click.Path(path_type=Path), help="Write the code that ran into this folder.")
@click.argument("id")
@click.pass_obj
def export(context: Context, id: str, folder: Path | None) -> None:
    """Write what a snapshot keeps out of the store: its code, as it lay on disk."""
    snapshot = context.snapshot(id)
    if folder is None:
        raise UsageError("what is to be exported was not said", f"reproof export {id} --source FOLDER")
    restored = pipeline.restore(snapshot, folder.absolute(), context.tools())
    context.print(restored_view(restored.files, restored.gaps, str(folder)))
