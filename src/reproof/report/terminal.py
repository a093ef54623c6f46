"""Documents as rich renderables. Text of the user's goes in as text, never as markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reproof.model.base import Gap
from reproof.model.comparison import Closure, Result
from reproof.model.execution import Execution
from reproof.model.image import Image
from reproof.model.plan import BuildPlan, Decision
from reproof.model.resolution import Try
from reproof.model.verdict import Cause, Verdict
from reproof.report.terminal_runs import checks_view, runs_table
from reproof.report.tries import tell_tries
from reproof.report.words import duration, headline, next_step, plural, short, size, spelled, tone

__all__ = [
    "checks_view", "execution_view", "image_view", "plan_view", "runs_table",
    "verdict_view",
]  # fmt: skip
COLOURS = {"good": "green", "bad": "red", "open": "yellow"}
MARKS = {
    "identical": ("✓", "green"), "tolerated": ("≈", "green"), "different": ("✗", "red"), "missing": ("✗", "red"),
    "extra": ("+", "red"), "not compared": ("?", "yellow"),
}  # fmt: skip
NAMED = 8
"""Rows of a list that fit on one screen; the report has all of them."""
CAUSES = 3


def verdict_view(verdict: Verdict) -> RenderableType:
    """Return a verdict: the answer, its reasons, the results, the leading causes, what to do next."""
    word, phrase = headline(verdict)
    title = Text.assemble((f" {word} ", f"bold reverse {COLOURS[tone(verdict)]}"), (f"  {phrase}", "bold"),
                          (f"   {short(verdict.snapshot)}", "dim"))  # fmt: skip
    parts: list[RenderableType] = [Text(), title, Text()]
    parts += [line(f"  {reason}") for reason in verdict.reasons]
    if verdict.failure is not None:
        parts += [Text(spelled(f"  {verdict.failure.cause}", but="\n"))]
        parts += [line(f"  │ {printed}", "dim") for printed in verdict.failure.log.splitlines()[-NAMED:]]
    if verdict.results:
        parts += [Text(), results_table(verdict.results)]
    parts += try_lines(verdict.tries)
    parts += closure_lines(verdict.closure)
    parts += cause_lines(verdict.causes)
    parts += gap_lines(verdict.gaps)
    step = next_step(verdict)
    return Group(*parts, *([Text(), Text(f"next: {step}", style="bold")] if step else []))


def results_table(results: Sequence[Result]) -> RenderableType:
    """Return the results, those that differ first."""
    order = {"different": 0, "missing": 0, "extra": 0, "not compared": 1, "tolerated": 2, "identical": 3}
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for result in sorted(results, key=lambda result: order[result.status]):
        mark, colour = MARKS[result.status]
        table.add_row(Text(f"{mark} {result.status}", style=colour), line(result.name), Text(result.kind),
                      Text(spelled(result.detail, but="\n")))  # fmt: skip
    return Padding(table, (0, 0, 0, 2))


def closure_lines(closure: Closure | None) -> Iterator[RenderableType]:
    """Yield the loaded files that are not the same, by owner."""
    if closure is not None and closure.differences:
        yield from heading(f"{plural(len(closure.differences), 'loaded file')} not as recorded")
        for difference in closure.differences[:NAMED]:
            state = "not loaded by the replay" if difference.replayed is None else "other bytes"
            yield line(f"  {difference.path}  ({difference.owner or 'nobody known'}): {state}")
        yield from more(len(closure.differences))


def try_lines(tries: Sequence[Try]) -> Iterator[RenderableType]:
    """Yield the attempts to bring an old project back; nothing if the first one succeeded."""
    if len(tries) > 1 or any(one.obstacles for one in tries):
        yield from heading("what was tried")
        for number, told in enumerate(tell_tries(tries), 1):
            yield Text(f"  {number}. {told.what}: {told.reached}")
            for obstacle in told.obstacles[:NAMED]:
                yield Text(f"     {obstacle.kind}: {obstacle.what}")
                yield Text(f"       {obstacle.remedy}", style="dim")


def cause_lines(causes: Sequence[Cause]) -> Iterator[RenderableType]:
    """Yield the leading causes with their evidence."""
    if causes:
        yield from heading("likely causes")
    for number, cause in enumerate(causes[:CAUSES], 1):
        yield line(f"  {number}. {cause.what}")
        yield line(f"     {cause.evidence}", "dim")
        if cause.where and cause.where not in cause.what:
            yield line(f"     {cause.where}", "dim")


def gap_lines(gaps: Sequence[Gap], title: str = "what could not be learned") -> Iterator[RenderableType]:
    """Yield what could not be learned, or is missing, under a title."""
    if gaps:
        yield from heading(title)
    for gap in gaps[:NAMED]:
        yield line(f"  {gap.what}: {gap.why}") + line(f"; {gap.effect}", "dim")
    yield from more(len(gaps))


def plan_view(plan: BuildPlan) -> RenderableType:
    """Return a plan as a table: each choice, why, and what was turned down; then the warnings."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for decision in plan.decisions:
        table.add_row(Text(decision.subject), Text(decision.choice, style="bold"))
        for word, text in reasons(decision):
            table.add_row("", hanging(word, text))
    for gap in plan.warnings:
        table.add_row(Text("warning", style="bold yellow"), f"{gap.what}: {gap.why}; {gap.effect}")
    return Group(table, Text(f"plan {short(plan.id)}", style="dim"))


def reasons(decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield why a choice was made, on what evidence, and what was turned down, each after its word."""
    yield "because", decision.reason
    if decision.evidence:
        yield "given", decision.evidence
    yield from (("", line) for line in decision.details)
    yield from (("not", f"{other.choice}: {other.reason}") for other in decision.alternatives)


def hanging(word: str, text: str) -> RenderableType:
    """Return a text whose further lines begin where the first one does, after its word."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(width=len("because"))
    grid.add_column(overflow="fold")
    style = "" if word == "because" else "dim"
    grid.add_row(Text(word, style="dim"), Text(text, style=style))
    return grid


def image_view(image: Image) -> RenderableType:
    """Return a built image in two lines."""
    layers = plural(len(image.layers), "layer")
    return Group(Text(image.tag, style="bold"), Text(f"  {image.image_id}, {layers}, {size(image.size)}"))


def execution_view(execution: Execution) -> RenderableType:
    """Return what came of a replay."""
    if execution.failure is not None:
        return Text(f"the {execution.failure.stage} stage failed: {execution.failure.cause}", style="red")
    replayed = short(execution.replayed or "")
    text = f"replayed in {duration(execution.duration_s)}, recorded as {replayed}"
    step = f"compare: reproof diff {short(execution.snapshot)} {replayed}"
    return Group(Text(text, style="bold"), Text(f"  {step}"))


def restored_view(files: Sequence[str], gaps: Sequence[Gap], folder: str) -> RenderableType:
    """Return how much of a run's code was written, and what is missing."""
    return Group(
        Text(f"{plural(len(files), 'file')} in {folder}", style="bold"), *gap_lines(gaps, "what is missing there")
    )


def line(text: str, style: str = "") -> Text:
    """Return a text as one line, whatever is in it."""
    return Text(spelled(text), style=style)


def heading(text: str) -> Iterable[RenderableType]:
    """Yield an empty line and a title."""
    return (Text(), Text(text, style="bold"))


def more(count: int) -> Iterator[RenderableType]:
    """Yield how many rows were left out."""
    if count > NAMED:
        yield Text(f"  and {count - NAMED:,} more", style="dim")
