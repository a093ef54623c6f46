"""The words that all reports share: the headline, the next step, sizes, durations, short names."""

from __future__ import annotations

import datetime
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from reproof.model.execution import Stage
    from reproof.model.snapshot import Generator, Snapshot
    from reproof.model.verdict import Verdict

EXACTNESS = {
    "bitwise": "bit for bit",
    "tolerance": "within the declared tolerance",
    "statistical": "statistically equivalent",
}
STAGES: dict[Stage, str] = {
    "resolve": "COULD NOT RESOLVE",
    "build": "COULD NOT BUILD",
    "run": "COULD NOT RUN",
    "compare": "COULD NOT COMPARE",
}
SHORT = 12
TITLE = 400
"""Characters of a command in a title; `show` has all of it among the facts of the run."""
MINUTE, HOUR = 60, 3600
OBEYED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of Unicode whose characters are not shown: a terminal or a text's layout does something at them."""
JOINERS = "\u200c\u200d"
"""Of these, what is a part of words and of composed signs."""


def headline(verdict: Verdict) -> tuple[str, str]:
    """Return the verdict in one word or two, and how exactly, or how many results differ."""
    if verdict.outcome is None:
        stage = verdict.failure.stage if verdict.failure else "run"
        return STAGES[stage], "no answer: this is not a difference"
    if verdict.outcome == "REPRODUCED":
        return verdict.outcome, EXACTNESS[verdict.exactness or "bitwise"]
    if verdict.outcome == "DIFFERENT":
        broken = [result for result in verdict.results if result.status in ("different", "missing", "extra")]
        decisive = [result for result in broken if result.kind != "stderr"]
        return verdict.outcome, f"{plural(len(decisive), 'result')} not as recorded"
    return verdict.outcome, "there is no answer yet"


def tone(verdict: Verdict) -> str:
    """Return `good`, `bad` or `open`: what the colour of a report follows."""
    return {"REPRODUCED": "good", "DIFFERENT": "bad"}.get(verdict.outcome or "", "open")


def next_step(verdict: Verdict) -> str:
    """Return what to do now, in a sentence; empty when nothing is left to do."""
    if verdict.failure is not None:
        return f"mend what stopped the {verdict.failure.stage} stage, then verify again"
    if verdict.outcome == "DIFFERENT":
        return "start with the first cause; declare a tolerance in reproof.yaml if this error is acceptable"
    if verdict.outcome == "INCONCLUSIVE":
        return "see the reasons above; `reproof show` lists what the run left"
    return ""


def plural(count: int, noun: str) -> str:
    """Return a count, with thousands separators, and its noun in the right number."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """Return a number of bytes for people."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError("unreachable")


def duration(seconds: float) -> str:
    """Return a length of time for people."""
    if seconds < MINUTE:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE:02} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE:02} min"


def moment(text: str) -> str:
    """Return a time of a document as `2026-01-02 03:04 UTC`; text that is no time as it is."""
    try:
        when = datetime.datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{when.astimezone(datetime.UTC):%Y-%m-%d %H:%M} UTC"


def spelled(text: str, but: str = "") -> str:
    r"""Return a text in which a terminal obeys nothing and no line ends: control characters as `\n` or `\x1b`, marks
    that turn the direction of writing as `\u202e`. Characters in `but` stay."""
    return "".join(
        letter.encode("unicode_escape").decode()
        if category(letter) in OBEYED and letter not in but + JOINERS
        else letter
        for letter in text
    )


def command_line(argv: Sequence[str]) -> str:
    """Return a command as one would type it."""
    return shlex.join(argv)


def command_title(argv: Sequence[str]) -> str:
    """Return a command as one line for a title or a row, cut if a shell made thousands of words of a pattern."""
    line = spelled(command_line(argv))
    return line if len(line) <= TITLE else f"{line[:TITLE]}… ({len(argv):,} words)"


def generator_text(generator: Generator | None) -> str:
    """Return what became of a source of random numbers, in a few words."""
    if generator is None:
        return "not seen"
    if generator.used is False:
        return "not used"
    if generator.seeded:
        return f"seed {generator.seed}" if generator.seed is not None else "seeded"
    use = "used" if generator.used else "use unknown"
    return f"{use}, never seeded" if generator.seeded is False else f"{use}, seeding unknown"


def short(identity: str) -> str:
    """Return the beginning of an id or a digest."""
    return identity.removeprefix("sha256:")[:SHORT]


def ending(snapshot: Snapshot) -> str:
    """Return how a run ended."""
    command = snapshot.command
    if snapshot.kind == "capture":
        return "not run"
    if command.interrupted:
        return "interrupted"
    if command.signal is not None:
        return f"ended by signal {command.signal}"
    return f"exit code {'unknown' if command.exit_code is None else command.exit_code}"
