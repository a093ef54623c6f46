"""A verdict as one HTML file: nothing is loaded from outside, nothing is executed, and it can be mailed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import jinja2

from reproof.model.comparison import Closure, ClosureDifference, Result
from reproof.report import by_hand, environment, words
from reproof.report.show import SECTIONS
from reproof.report.story import Story
from reproof.report.tries import tell_tries
from reproof.templates import template_folder

TAIL = 40
"""Lines of printed text that are shown."""
VOLATILE = 12
RECORD = ("warnings", "parameters", "randomness", "numerics")
"""Sections of `reproof show` that are in the report, too."""
OPEN = 12
"""Rows of such a section that are shown without being asked for."""
ORDER = {"different": 0, "missing": 0, "extra": 0, "not compared": 1, "tolerated": 2, "identical": 3}
KINDS = {"output": 0, "metric": 1, "stdout": 2, "stderr": 3, "exit code": 4}


class Owner(NamedTuple):
    """The loaded files of one owner that are not the same."""

    name: str
    files: list[ClosureDifference]


def render_html(story: Story) -> str:
    """Return the report.

    Raises:
        ReproofError: the installation lacks its templates.
    """
    loader = jinja2.FileSystemLoader(template_folder("report"))
    page = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page.filters.update(
        short=words.short, size=words.size, duration=words.duration, moment=words.moment, command=words.command_line,
        number=lambda value: f"{value:,}", error=error_text,
    )  # fmt: skip
    return page.get_template("report.html.j2").render(view(story))


def view(story: Story) -> dict[str, Any]:
    """Return what the templates may name."""
    verdict, plan = story.verdict, story.plan
    word, phrase = words.headline(verdict)
    comparison = story.comparison
    return {
        "verdict": verdict, "snapshot": story.snapshot, "replayed": story.replayed, "plan": plan, "image": story.image,
        "word": word, "phrase": phrase, "tone": words.tone(verdict), "next_step": words.next_step(verdict),
        "ending": words.ending(story.snapshot),
        "figures": figures(story),
        "tries": list(tell_tries(verdict.tries)),
        "results": ordered(verdict.results),
        "owners": by_owner(verdict.closure.differences if verdict.closure else ()),
        "bar": bar(verdict.closure),
        "rows": environment.environment_rows(story.snapshot, story.replayed),
        "others": environment.other_rows(comparison.fields) if comparison else [],
        "dockerfile": story.dockerfile,
        "printed": tail(story.stdout), "printed_again": tail(story.replayed_stdout),
        "steps": list(by_hand.steps(story.snapshot, plan)) if plan else [],
        "chain": list(story.chain()),
        "volatile_limit": VOLATILE,
        "record": {found.name: list(found.entries(story.snapshot)) for found in SECTIONS if found.name in RECORD},
        "record_limit": OPEN,
    }  # fmt: skip


def figures(story: Story) -> list[tuple[str, str]]:
    """Return the few numbers that a reader looks for first: value and label."""
    verdict = story.verdict
    decisive = [result for result in verdict.results if result.kind != "stderr"]
    found: list[tuple[str, str]] = []
    if decisive:
        same = sum(result.status in ("identical", "tolerated") for result in decisive)
        found.append((f"{same:,} of {len(decisive):,}", "results as recorded"))
    if verdict.closure is not None:
        found.append((f"{verdict.closure.identical:,} of {verdict.closure.total:,}", "loaded files identical"))
    if story.resolution is not None:
        dated = [pin for pin in story.resolution.pins if pin.confidence == "dated"]
        sure = sum(pin.confidence in ("proven", "vendored") for pin in story.resolution.pins)
        if dated:
            found.append((f"{len(dated):,}", f"packages as of {(story.resolution.as_of or '')[:10]}"))
        else:
            found.append((f"{sure:,} of {len(story.resolution.pins):,}", "packages pinned to recorded bytes"))
    if story.replayed is not None:
        took = words.duration(story.replayed.command.duration_s)
        found.append((took, f"replay; the run took {words.duration(story.snapshot.command.duration_s)}"))
    return found


def ordered(results: Sequence[Result]) -> list[Result]:
    """Return the results, those that differ first, then by kind."""
    return sorted(results, key=lambda result: (ORDER[result.status], KINDS[result.kind]))


def by_owner(differences: Sequence[ClosureDifference]) -> list[Owner]:
    """Return the loaded files that differ, by owner, the largest group first."""
    groups: dict[str, list[ClosureDifference]] = defaultdict(list)
    for difference in differences:
        groups[difference.owner or "nobody known"].append(difference)
    return [Owner(name, files) for name, files in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))]


def bar(closure: Closure | None) -> int:
    """Return the percentage of the bar to fill: a single file that differs must be seen."""
    if closure is None or not closure.total:
        return 0
    return 100 if closure.identical == closure.total else min(99, 100 * closure.identical // closure.total)


def tail(text: str) -> str:
    """Return the last lines of printed text; of a line that was drawn again and again, its last state."""
    lines = [line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.rstrip("\n").split("\n")]
    cut = [f"… {len(lines) - TAIL:,} lines before"] if len(lines) > TAIL else []
    return "\n".join([*cut, *lines[-TAIL:]])


def error_text(value: float | None) -> str:
    """Return an error in three digits; a dash when none was measured."""
    return "–" if value is None else f"{value:.3g}"
