"""A verdict as Markdown: short enough for a comment or a step summary."""

from __future__ import annotations

from collections.abc import Iterator

from reproof.model.verdict import Verdict
from reproof.report.words import headline, next_step, short

CAUSES = 3


def render_markdown(verdict: Verdict) -> str:
    """Return the answer, its reasons, the results that are not identical, and the leading causes."""
    return "\n".join(lines(verdict)) + "\n"


def lines(verdict: Verdict) -> Iterator[str]:
    """Yield the lines."""
    word, phrase = headline(verdict)
    yield f"### {word}: {phrase}"
    yield ""
    yield f"Run `{short(verdict.snapshot)}`"
    yield ""
    yield from (f"- {plain(reason)}" for reason in verdict.reasons)
    if verdict.failure is not None:
        yield f"- {plain(verdict.failure.cause)}"
    notable = [result for result in verdict.results if result.status != "identical"]
    if notable:
        yield from ("", "| result | status | detail |", "|---|---|---|")
        yield from (f"| {plain(r.name)} | {r.status} | {plain(r.detail)} |" for r in notable)
    if verdict.causes:
        yield from ("", "Likely causes:", "")
        yield from (f"{n}. {plain(c.what)} ({plain(c.evidence)})" for n, c in enumerate(verdict.causes[:CAUSES], 1))
    if next_step(verdict):
        yield from ("", f"Next: {next_step(verdict)}.")


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    escaped = "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|~" else letter for letter in text)
    return " ".join(escaped.split())
