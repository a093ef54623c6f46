"""plan, build, replay, verify: bring a run back and judge it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reproof import pipeline
from reproof.chain import tell
from reproof.cli.context import Context, plain
from reproof.errors import BuildError, CompareError, ReproofError, ResolveError, RunError
from reproof.model.verdict import Verdict
from reproof.render import render_dockerfile
from reproof.report import terminal
from reproof.report.html import render_html
from reproof.report.markdown import render_markdown
from reproof.settings import load_settings
from reproof.store.files import write_durably

EXIT = {"REPRODUCED": 0, "DIFFERENT": 1, "INCONCLUSIVE": 3}
STAGES: dict[str, type[ReproofError]] = {
    "resolve": ResolveError, "build": BuildError, "run": RunError, "compare": CompareError,
}  # fmt: skip


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the stored document.")
@click.option("--dockerfile", is_flag=True, help="Print the Dockerfile instead.")
@click.argument("id")
@click.pass_obj
def plan(context: Context, id: str, as_json: bool, dockerfile: bool) -> None:
    """Show how a run would be rebuilt: each choice with its reason."""
    build_plan = pipeline.plan(context.snapshot(id), context.tools())
    if dockerfile:
        sys.stdout.write(render_dockerfile(build_plan))
    else:
        context.show(build_plan, terminal.plan_view(build_plan), as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the stored document.")
@click.option("--context", "folder", type=click.Path(path_type=Path), help="Write the build context to this folder.")
@click.argument("id")
@click.pass_obj
def build(context: Context, id: str, folder: Path | None, as_json: bool) -> None:
    """Build the image of a run; with --context, only write what `docker build .` needs."""
    tools = context.tools()
    snapshot = context.snapshot(id)
    if folder is not None:
        pipeline.export(pipeline.plan(snapshot, tools), folder.absolute(), tools)
        context.progress.note("build it by hand:")
        click.echo(f"docker build {folder}")
        return
    image = pipeline.prepare(snapshot, tools).image
    context.show(image, terminal.image_view(image), as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the stored document.")
@click.argument("id")
@click.pass_obj
def replay(context: Context, id: str, as_json: bool) -> None:
    """Run a recorded command again in its rebuilt container, and record that too."""
    snapshot, tools = context.snapshot(id), context.tools()
    prepared = pipeline.prepare(snapshot, tools)
    execution = pipeline.replay(snapshot, prepared.plan, prepared.image, tools)
    if execution.failure is not None:
        raise STAGES[execution.failure.stage](execution.failure.cause, execution.failure.log)
    context.show(execution, terminal.execution_view(execution), as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the verdict document.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the HTML report to this file.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write a summary for a comment to this file.")
@click.option("--config", type=click.Path(path_type=Path), help="Judge by this reproof.yaml, not by the recorded one.")
@click.argument("id")
@click.pass_obj
def verify(
    context: Context, id: str, report: Path | None, markdown: Path | None, config: Path | None, as_json: bool
) -> None:
    """Rebuild a run, run it again, compare, and judge.

    Exit codes: 0 reproduced, 1 different, 3 inconclusive, 10 resolve, 11 build, 12 run failed, 14 no engine.
    """
    snapshot, tools = context.snapshot(id), context.tools()
    policy = load_settings(config).policy if config else None
    verdict = pipeline.reproduce(snapshot, tools, policy)
    path = report or context.store.root / "reports" / f"{snapshot.id[:12]}.html"
    story = tell(verdict, context.store)
    write_report(path.absolute(), render_html(story))
    if story.replayed is not None:
        context.progress.note(f"to compare the two runs: reproof diff {snapshot.id[:12]} {story.replayed.id[:12]}")
    if markdown is not None:
        write_report(markdown.absolute(), render_markdown(verdict))
    if as_json:
        context.print_json({**plain(verdict), "id": verdict.id, "report": str(path.absolute())})
    else:
        context.print(terminal.verdict_view(verdict))
        click.echo(str(path.absolute()))
    sys.exit(exit_code(verdict))


def write_report(path: Path, text: str) -> None:
    """Write the report whole or not at all. Raises ReproofError naming the path."""
    try:
        write_durably(path, text.encode())
    except OSError as error:
        raise ReproofError(
            f"the report {path} cannot be written: {error.strerror}", "choose another --report"
        ) from error


def exit_code(verdict: Verdict) -> int:
    """Return the design's exit code: what was found, or the stage that failed."""
    if verdict.outcome is not None:
        return EXIT[verdict.outcome]
    return STAGES[verdict.failure.stage].exit_code if verdict.failure else EXIT["INCONCLUSIVE"]
