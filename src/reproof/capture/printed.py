r"""Finds the metrics in what a run printed: `epoch 10 loss 0.02`, `Epoch [1/5], Loss: 0.2`, `{'loss': 0.1}`, and bars.

A number counts when the words right before it name a measure of quality, it has a fraction, and no unit follows: a
program prints much else, and a metric that is missed costs less than one that is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reproof.capture.series import Point, Reported
from reproof.facts.volatile_names import QUALITY, is_volatile_name, split

LONGEST_LINE = 2000
"""Characters; a longer line is data."""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[^\n\r]?\x08")
"""Colours, movements of the cursor, and what a backspace removes."""
NUMBER = re.compile(
    r"(?<![\w.+-])[-+]?(?:(?:\d+\.\d+|\.\d+)(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+|(?i:nan|inf))(?=%?(?:[\s,;|)\]}/]|$|\.\s|\.$))"
)
STEP = re.compile(
    r"\b(global[ _]step|step|iteration|iter|round|episode|generation|batch|epoch)\b"
    r"['\"]?[\s:=#\[(]{0,4}(\d{1,15})\b(?![.\d])"
    r"(?:\s*(?:/|of)\s*(\d{1,15})\b)?",
    re.IGNORECASE,
)
ROUND = re.compile(r"^\[(\d{1,15})\]\s")
"""How boosting libraries begin a line: `[100]  train-rmse:0.12`."""
LABEL = re.compile(r"[A-Za-z][\w'/.@-]*(?:[ _][A-Za-z@][\w'/.@-]*){0,2}['\"]?\s*[:=]?\s*$")
NOT_MEASURED = frozenset({
    "weight", "weights", "bias", "target", "label", "map", "pred", "prediction", "predictions", "predicted", "cost",
    "gain", "tolerance", "tol", "threshold", "rate", "scale", "margin", "smoothing", "min", "limit", "best",
    "improved", "from", "than", "below", "above", "version",
})  # fmt: skip
"""Words beside which a number is a setting, a bound or a value of the data."""


def read_printed(data: bytes) -> Reported:
    """Return the metrics in printed text. A line that says where the run is holds for the lines after it."""
    points: list[Point] = []
    step: int | None = None
    for line in final_lines(data.decode(errors="replace")):
        found = step_of(line)
        step = step if found is None else found
        points += (Point(name, step, value) for name, value in metrics_of(line))
    return Reported(tuple(points))


def final_lines(text: str) -> Iterator[str]:
    """Yield the lines as a terminal shows them in the end: of a bar that was drawn again and again, the last state."""
    for line in text.split("\n"):
        states = [state for state in line.split("\r") if state.strip()]
        if states and len(states[-1]) <= LONGEST_LINE:
            yield CONTROL.sub("", states[-1])


def step_of(line: str) -> int | None:
    """Return where in the run a line is; None if it does not say.

    Of several counters the finest counts; when it begins anew in each epoch (`Epoch [2/5], Step [100/600]`), those of
    the epochs before are added.
    """
    counters = {match[1].lower().replace(" ", "_"): match for match in STEP.finditer(line)}
    if not counters:
        boosting = ROUND.match(line)
        return int(boosting[1]) if boosting else None
    epoch = counters.pop("epoch", None)
    if not counters:
        return int(epoch[2]) if epoch else None
    finest = next(iter(counters.values()))
    if epoch and finest[3] and finest[1].lower() != "global_step":
        return max(int(epoch[2]) - 1, 0) * int(finest[3]) + int(finest[2])
    return int(finest[2])


def metrics_of(line: str) -> Iterator[tuple[str, float]]:
    """Yield the names and values of the metrics in one line."""
    begin = 0
    for match in NUMBER.finditer(line):
        before, begin = line[begin : match.start()], match.end()
        label = LABEL.search(before)
        if label is None:
            continue
        name = label[0].strip(" \t:='\"")
        words = split(name)
        if measures(words) and NOT_MEASURED.isdisjoint(words) and not is_volatile_name(name):
            yield name, float(match[0])


def measures(words: list[str]) -> bool:
    """Say whether the words of a label name a measure of quality: `test accuracy`, `valid-rmse`, `mlogloss`."""
    return any(word in QUALITY or word.endswith(("loss", "error", "auc", "rmse")) for word in words)
