"""Recognises text that changes from run to run: times, durations, rates, process ids, addresses, temporary paths.

A bare number is never volatile: a unit, a key or a word beside it must say that it measures time or names a process,
and no word may say that it measures quality. Calendar dates count only when they lie in the run's own time.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reproof.compare.numbers import parse_number
from reproof.compare.rules import Clock
from reproof.facts.volatile_names import is_quality, is_volatile_name, names_a_host

NUM = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
UNIT = r"(?:s|secs?|seconds?|ms|msecs?|milliseconds?|[uµμn]s|microseconds?|nanoseconds?|mins|minutes?|hrs|hours?|days?)"
EPOCH = re.compile(r"\d{10}(?:\.\d+)?|\d{13}|\d{16}|\d{19}")
DATA = "data"
"""The kind of what looks volatile and is not, such as a date of another year: no part of it may be taken either."""
EPOCH_2001 = 1e9
"""Seconds; a smaller number is a duration, not a moment."""
DATE = re.compile(
    r"\d{4}([-/])\d\d\1\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?: ?(?:Z|UTC|[-+]\d\d:?\d\d))?)?|\d{8}[-_T]\d{6}"
)
DAY_NAMED = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:(?P<m>[A-Z][a-z]{2}) +(?P<d>\d{1,2})|(?P<d2>\d{1,2}) +(?P<m2>[A-Z][a-z]{2})"
    r" +(?P<y2>\d{4})) +\d\d:\d\d:\d\d(?: +[A-Z]{3,5})?(?: +(?P<y>\d{4}))?"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A volatile part of a line: where, and what it is."""

    start: int
    end: int
    kind: str


def is_moment(text: str, clock: Clock) -> bool:
    """Say whether a date lies in the run's own time."""
    if named := DAY_NAMED.fullmatch(text):
        parts = [named["d"] or named["d2"], named["m"] or named["m2"], named["y"] or named["y2"] or "1900"]
        return saw_day(" ".join(parts), "%d %b %Y", clock)
    return saw_day(re.sub(r"\D", "", text)[:8], "%Y%m%d", clock)


def saw_day(text: str, form: str, clock: Clock) -> bool:
    """Say whether a run took place on a day, or the day before or after it; False for what is no day."""
    try:
        day = datetime.datetime.strptime(text, form).replace(tzinfo=datetime.UTC)
    except ValueError:
        return False
    return clock.saw(day.timestamp()) or clock.saw(day.timestamp() + 86400)


def is_epoch(text: str, clock: Clock) -> bool:
    """Say whether a number is a moment of the run in seconds, or in milli-, micro- or nanoseconds."""
    whole = text.partition(".")[0]
    return clock.saw(float(text) / 10 ** (len(whole) - 10))


def always(text: str, clock: Clock) -> bool:
    return True


Check = Callable[[str, Clock], bool]

PATTERNS: tuple[tuple[str, re.Pattern[str], Check], ...] = (
    ("id", re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), always),
    ("path", re.compile(r"(?:/var)?/tmp/(?:tmp[\w.]{6,}|[A-Za-z][\w-]*[-_.](?=\w*\d)\w{6,})"), always),
    ("address", re.compile(r"(?<=\bat )0x[0-9a-fA-F]{6,16}\b|\b0x[57][0-9a-f]{11}\b"), always),
    ("date", DAY_NAMED, is_moment),
    ("date", re.compile(rf"(?<![\w.])(?:{DATE.pattern})(?!\w)"), is_moment),
    ("log", re.compile(r"^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+(?= )"), always),
    ("time", re.compile(r"(?<![\d:.])\d+:\d\d(?::\d\d)?<(?:\d+:\d\d(?::\d\d)?|\?)"), always),
    ("time", re.compile(r"(?<![\w:.])(?:\d+ days?, )?\d{1,3}:\d\d:\d\d(?:[.,]\d+)?(?![\w:])"), always),
    ("time", re.compile(r"(?<![\w:.])\d{1,2}:\d\d(?= ?[AaPp][Mm]\b)"), always),
    ("time", re.compile(r"(?i:(?<=eta: )|(?<=time: )|(?<=elapsed: ))\d{1,3}:\d\d(?![\w:])"), always),
    ("rate", re.compile(rf"(?<![\w.])(?:{NUM}|\?) ?[A-Za-zµμ]+/(?:s|sec|second)\b"), always),
    ("rate", re.compile(rf"(?<![\w.])(?:{NUM}|\?) ?{UNIT}/[A-Za-z]+\b"), always),
    ("duration", re.compile(r"(?<![\w.])(?:\d+h ?)?\d+m ?\d+(?:\.\d+)?s\b"), always),
    ("duration", re.compile(rf"(?<![\w.]){NUM}(?: ?{UNIT}|min)(?![\w/])"), always),
    ("duration", re.compile(rf"(?i:\b(?:took|elapsed|duration|runtime|speed|eta)\b)(?: (?i:time|of|is|was|about))?"
                            rf"[ :=~]{{1,3}}(?P<value>{NUM})(?![\w.]*\w)"), always),
    ("duration", re.compile(r"(?i:\btime) (?P<value>\d+\.\d+)(?!\w)"), always),
    ("duration", re.compile(rf"(?i:\b(?:time (?:taken|elapsed|used|spent|is|was)|seconds|secs)\b)"
                            rf"[ :=]{{1,3}}(?P<value>{NUM})(?!\w)"), always),
    ("process", re.compile(r"(?i:\bpid)\W{1,3}(?P<value>\d+)\b"), always),
    ("epoch", re.compile(rf"(?<![\w.])(?:{EPOCH.pattern})(?![\w.]*\w)"), is_epoch),
)  # fmt: skip
"""Kind, what it looks like (the group `value` is the volatile part, else all of it), and what must hold as well."""

KEYED = re.compile(
    rf"(?P<key>[A-Za-z_][\w./-]*)[\"']?(?: ?\([^()]{{1,8}}\))?\s*[:=]\s*"
    rf"(?P<value>{NUM}(?![\w.:]*\w)|\"[^\"]*\"|'[^']*'|[A-Za-z][\w.-]*(?![\w.-]*[=:]))"
)


def find_spans(line: str, clock: Clock) -> list[Span]:
    """Return the volatile parts of a line of a run, from left to right, without overlaps."""
    found: list[Span] = []
    for span in (*by_pattern(line, clock), *by_key(line, clock)):
        if not any(span.start < other.end and other.start < span.end for other in found):
            found.append(span)
    return sorted((span for span in found if span.kind != DATA), key=lambda span: span.start)


def by_pattern(line: str, clock: Clock) -> Iterator[Span]:
    """Yield what looks volatile by itself, the most telling patterns first; what is data after all is marked so."""
    for kind, pattern, holds in PATTERNS:
        for match in pattern.finditer(line):
            start, end = match.span("value" if "value" in pattern.groupindex else 0)
            measured = kind in ("rate", "duration") and is_quality(line[:start])
            yield Span(start, end, kind if not measured and holds(line[start:end], clock) else DATA)


def by_key(line: str, clock: Clock) -> Iterator[Span]:
    """Yield values whose key says that they are volatile: `train_runtime: 3.2`, `hostname=node7`."""
    for match in KEYED.finditer(line):
        if is_volatile_value(match["key"], match["value"].strip("\"'"), clock):
            yield Span(*match.span("value"), "value")


def is_volatile_value(key: str, text: str, clock: Clock) -> bool:
    """Say whether a value is volatile because of the key or column that it stands under."""
    if not is_volatile_name(key):
        return False
    number = parse_number(text)
    if number is not None:
        return number < EPOCH_2001 or (EPOCH.fullmatch(text.strip()) is not None and is_epoch(text, clock))
    if DAY_NAMED.fullmatch(text) or DATE.fullmatch(text):
        return is_moment(text, clock)
    return names_a_host(key) or any(letter.isdigit() for letter in text)


def differing_volatiles(a: str, b: str, clocks: tuple[Clock, Clock]) -> list[tuple[str, str]] | None:
    """Return the volatile parts in which two texts differ; None when anything else differs too."""
    left, right = find_spans(a, clocks[0]), find_spans(b, clocks[1])
    if mask(a, left) != mask(b, right):
        return None
    pairs = ((a[x.start : x.end], b[y.start : y.end]) for x, y in zip(left, right, strict=True))
    return [(x, y) for x, y in pairs if x != y]


def mask(line: str, spans: list[Span]) -> str:
    """Return a line with its volatile parts replaced by what they are."""
    parts: list[str] = []
    end = 0
    for span in spans:
        parts += [line[end : span.start], f"\0{span.kind}\0"]
        end = span.end
    return "".join([*parts, line[end:]])
