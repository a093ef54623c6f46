"""The conditions and orders of `ls`."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from reproof.cli import filters
from reproof.errors import UsageError

NOW = datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)
ROW: dict[str, Any] = {
    "id": "a", "created": "2026-01-30T03:04:05.000+00:00", "command": ["python", "my train.py"], "status": "REPRODUCED",
    "duration_s": 2.5, "metrics": {"accuracy": 0.9, "val loss": 1.0}, "size": 10,
    "parameters": {"lr": 0.1, "epochs": 3, "amp": True, "name": "big=1", "seed": None},
}  # fmt: skip
DAMAGED: dict[str, Any] = {"id": "b", "created": "", "command": "why", "status": "damaged", "metrics": {}}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (filters.with_status("reproduced"), True),
        (filters.with_status("failed"), False),
        (filters.with_command("'my train.py'"), True),
        (filters.with_command("test.py"), False),
        (filters.since("2d", NOW), True),
        (filters.since("12h", NOW), False),
        (filters.since("2026-01-30", NOW), True),
        (filters.since("2026-01-30T03:04:06", NOW), False),
        (filters.with_parameter("lr=0.10"), True),
        (filters.with_parameter("lr=0.2"), False),
        (filters.with_parameter("lr=high"), False),
        (filters.with_parameter("epochs=3"), True),
        (filters.with_parameter("amp=true"), True),
        (filters.with_parameter("amp=1"), False),
        (filters.with_parameter("name=big=1"), True),
        (filters.with_parameter("seed=None"), True),
        (filters.with_parameter("other=1"), False),
        (filters.with_metric("accuracy>0.8"), True),
        (filters.with_metric("accuracy > 0.9"), False),
        (filters.with_metric("accuracy>=0.9"), True),
        (filters.with_metric("accuracy<0.9"), False),
        (filters.with_metric("accuracy!=0.9"), False),
        (filters.with_metric("val loss=1"), True),
        (filters.with_metric("other>0"), False),
        (filters.with_package("NumPy", lambda _: ["numpy==2.1.0"]), True),
        (filters.with_package("numpy==2.1.0", lambda _: ["numpy==2.1.0"]), True),
        (filters.with_package("numpy==2.1", lambda _: ["numpy==2.1.0"]), False),
        (filters.with_package("scikit_learn", lambda _: ["scikit-learn==1.5"]), True),
        (filters.with_package("torch", lambda _: ["numpy==2.1.0"]), False),
    ],
)
def test_a_condition_holds_or_not(condition: filters.Condition, holds: bool) -> None:
    assert condition(ROW) is holds
    assert not condition(DAMAGED)


@pytest.mark.parametrize("word", ["yesterday", "7", "7y", "", "2026-13-01"])
def test_what_is_no_date_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="is no date"):
        filters.since(word, NOW)


@pytest.mark.parametrize("words", ["accuracy", "accuracy>", ">0.9", "accuracy>high", "accuracy>nan", ""])
def test_what_is_no_condition_on_a_metric_is_refused(words: str) -> None:
    with pytest.raises(UsageError, match="no condition on a metric"):
        filters.with_metric(words)


@pytest.mark.parametrize("words", ["lr", "=0.1", ""])
def test_what_is_no_parameter_is_refused(words: str) -> None:
    with pytest.raises(UsageError, match="no parameter with a value"):
        filters.with_parameter(words)


def test_the_largest_come_first_and_what_has_no_value_last() -> None:
    rows = [DAMAGED, ROW, {**ROW, "id": "c", "size": 20, "metrics": {"accuracy": 0.95}}]
    for order in ("size", "metric:accuracy"):
        assert [row["id"] for row in sorted(rows, key=filters.sort_key(order))] == ["c", "a", "b"]
    assert [row["id"] for row in sorted(rows, key=filters.sort_key("created"))] == ["b", "a", "c"]  # as they come


@pytest.mark.parametrize("order", ["name", "metric", "metric:", "size:x", ""])
def test_an_unknown_order_is_refused(order: str) -> None:
    with pytest.raises(UsageError, match="cannot be sorted by"):
        filters.sort_key(order)
