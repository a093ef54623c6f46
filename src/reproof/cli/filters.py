"""Which runs `ls` shows, and in which order: conditions on the rows that it prints, read from the words of a user."""

from __future__ import annotations

import datetime
import math
import operator
import re
from collections.abc import Callable
from typing import Any

from packaging.utils import canonicalize_name

from reproof.errors import UsageError
from reproof.report.words import command_line

Row = dict[str, Any]
Condition = Callable[[Row], bool]

OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
    ">": operator.gt, "<": operator.lt, "=": operator.eq,
}  # fmt: skip
METRIC = re.compile(r"\s*(?P<name>.+?)\s*(?P<sign>>=|<=|==|!=|>|<|=)\s*(?P<number>\S+)\s*")
AGE = re.compile(r"(?P<count>\d+(\.\d+)?)(?P<unit>[mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
ORDERS = ("created", "duration", "size")


def with_status(word: str) -> Condition:
    """Return the condition that a run's status is this word, whatever its case."""
    return lambda row: str(row["status"]).lower() == word.lower()


def with_command(text: str) -> Condition:
    """Return the condition that the command line holds this text."""
    return lambda row: not isinstance(row["command"], str) and text in command_line(row["command"])


def since(word: str, now: datetime.datetime) -> Condition:
    """Return the condition that a run was started after a date (ISO 8601, UTC unless it says) or so long ago (`7d`).

    Raises:
        UsageError: it is neither.
    """
    start = moment(word, now)
    return lambda row: bool(row["created"]) and started(row) >= start


def moment(word: str, now: datetime.datetime) -> datetime.datetime:
    """Return the time that a word like `7d`, `90m` or `2026-01-31` means. Raises UsageError."""
    if age := AGE.fullmatch(word):
        return now - datetime.timedelta(**{UNITS[age["unit"]]: float(age["count"])})
    try:
        parsed = datetime.datetime.fromisoformat(word)
    except ValueError:
        raise UsageError(f"{word!r} is no date", "give one like 2026-01-31, or an age like 12h, 7d, 2w") from None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)


def started(row: Row) -> datetime.datetime:
    """Return when a run was started."""
    parsed = datetime.datetime.fromisoformat(row["created"])
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)


def with_parameter(words: str) -> Condition:
    """Return the condition that a parameter has a value: `lr=0.1`. Numbers are compared as numbers.

    Raises:
        UsageError: there is no value.
    """
    name, sign, value = words.partition("=")
    if not (name and sign):
        raise UsageError(f"{words!r} is no parameter with a value", "--param lr=0.1")

    def holds(row: Row) -> bool:
        parameters = row.get("parameters", {})
        return name in parameters and same(parameters[name], value)

    return holds


def same(recorded: bool | int | float | str | None, word: str) -> bool:
    """Return whether a recorded value is what a user typed."""
    if isinstance(recorded, int | float) and not isinstance(recorded, bool):
        try:
            return float(word) == recorded
        except ValueError:
            return False
    return str(recorded).lower() == word.lower() if isinstance(recorded, bool | None) else recorded == word


def with_metric(words: str) -> Condition:
    """Return the condition on a metric: `accuracy>0.9`. Raises UsageError."""
    parsed = METRIC.fullmatch(words)
    try:
        number = float(parsed["number"]) if parsed else math.nan
    except ValueError:
        number = math.nan
    if parsed is None or math.isnan(number):
        raise UsageError(f"{words!r} is no condition on a metric", "--metric 'accuracy>0.9'")
    name, compare = parsed["name"], OPERATORS[parsed["sign"]]
    return lambda row: name in row["metrics"] and compare(row["metrics"][name], number)


def with_package(words: str, packages: Callable[[str], list[str]]) -> Condition:
    """Return the condition that a run had a distribution: `numpy`, or `numpy==2.1.0`.

    `packages` gives those of a run as `name==version`.
    """
    name, _, version = words.partition("==")
    wanted = canonicalize_name(name)

    def holds(row: Row) -> bool:
        pairs = (word.split("==", 1) for word in packages(row["id"]))
        return any(canonicalize_name(found) == wanted and version in ("", other) for found, other in pairs)

    return lambda row: row["status"] != "damaged" and holds(row)


def sort_key(order: str) -> Callable[[Row], tuple[bool, Any]]:
    """Return the key for an order, `created`, `duration`, `size` or `metric:NAME`; what has no value comes last.

    Raises:
        UsageError: there is no such order.
    """
    kind, colon, name = order.partition(":")
    if (colon and (kind != "metric" or not name)) or (not colon and kind not in ORDERS):
        raise UsageError(f"runs cannot be sorted by {order!r}", f"--sort {'|'.join(ORDERS)}|metric:NAME")

    def key(row: Row) -> tuple[bool, Any]:
        if kind == "metric":
            value = row["metrics"].get(name)
        else:
            value = row.get({"created": "created", "duration": "duration_s", "size": "size"}[kind])
        return (value is None, -value if isinstance(value, int | float) else 0)

    return key
