"""Event files of two runs: what was logged counts, when and by which process does not."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from compare_cases import pair
from event_cases import Logged, written
from hypothesis import given
from hypothesis import strategies as st

from reproof.compare.comparators import choose
from reproof.compare.event_scalars import EVENT_FILE
from reproof.compare.evidence import Evidence
from reproof.compare.pairing import pair_outputs
from reproof.model.policy import Tolerance
from reproof.model.snapshot import Output

FILES = Path(__file__).parents[2] / "files" / "events"
NAME = "runs/events.out.tfevents.1700000000.host.17.0"


def found(a: bytes, b: bytes, **tolerances: Tolerance) -> Evidence:
    return EVENT_FILE.compare(pair(NAME, a, b, tolerances))


LOSS: Logged = [("loss", 1, 0.5), ("loss", 2, 0.25), ("accuracy", 2, 0.75)]


@pytest.mark.parametrize("name", ["tensorboardx.tfevents", "tensors.tfevents"])
def test_a_file_of_a_real_writer_is_recognised(name: str) -> None:
    data = (FILES / name).read_bytes()
    assert choose(NAME, data).name == "tensorboard"
    assert found(data, data).status == "tolerated"


@pytest.mark.parametrize(("name", "data"), [(NAME, b"plain text\n"), (NAME, b""), ("x.bin", written(LOSS))])
def test_other_files_are_not_taken_for_one(name: str, data: bytes) -> None:
    assert choose(name, data).name != "tensorboard"


def test_the_same_numbers_at_another_time_are_the_same() -> None:
    evidence = found(written(LOSS), written(LOSS, when=1.8e9))
    assert (evidence.status, evidence.max_absolute) == ("tolerated", 0.0)


def test_a_number_that_differs_is_named_with_its_tag_and_step() -> None:
    evidence = found(written(LOSS), written([LOSS[0], ("loss", 2, 0.5), LOSS[2]]))
    assert (evidence.status, evidence.max_absolute, evidence.max_relative) == ("different", 0.25, 1.0)
    assert (evidence.where, evidence.detail) == ("loss at step 2", "1 of 3 values differ; loss at step 2: 0.25 -> 0.5")
    within = found(written(LOSS), written([LOSS[0], ("loss", 2, 0.5), LOSS[2]]), loss=Tolerance(absolute=0.3))
    assert within.status == "tolerated"


@pytest.mark.parametrize(
    ("logged", "detail"),
    [
        (LOSS[:2], "accuracy: missing in the replay"),
        ([*LOSS, ("new", 1, 1.0)], "new: only in the replay"),
        (LOSS[1:], "loss: 2 steps -> 1 steps"),
        ([LOSS[0], ("loss", 3, 0.25), LOSS[2]], "loss: step 2 -> step 3"),
    ],
)
def test_a_tag_or_step_that_is_missing_or_new_is_a_difference(logged: Logged, detail: str) -> None:
    evidence = found(written(LOSS), written(logged))
    assert evidence.status == "different"
    assert detail in evidence.detail


def test_what_is_no_number_is_compared_by_its_bytes() -> None:
    assert found(written(LOSS, other=b"png"), written(LOSS, 1.8e9, b"png")).status == "tolerated"
    evidence = found(written(LOSS, other=b"png"), written(LOSS, 1.8e9, b"jpg"))
    assert (evidence.status, evidence.where) == ("different", "image at step 1")


def test_not_a_number_equals_itself_and_nothing_else() -> None:
    nan = [("loss", 1, math.nan)]
    assert found(written(nan), written(nan, 1.8e9)).status == "tolerated"
    assert found(written(nan), written([("loss", 1, 0.0)])).status == "different"


@pytest.mark.parametrize("damaged", [b"", written(LOSS)[:-3], b"x" * 40])
def test_a_damaged_other_side_is_told_and_no_difference(damaged: bytes) -> None:
    if not damaged:
        assert found(written(LOSS), damaged).status == "different"
        return
    with pytest.raises(ValueError, match="of the replay, it is damaged from byte"):
        found(written(LOSS), damaged)


NUMBERS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 100), st.floats(width=32)), min_size=1, max_size=20)


@given(NUMBERS)
def test_any_log_equals_itself_at_another_time(logged: Logged) -> None:
    assert found(written(logged), written(logged, when=0.0)).status == "tolerated"


@given(NUMBERS, st.integers(0, 19), st.floats(-1e6, 1e6, width=32))
def test_any_number_that_is_another_is_found(logged: Logged, at: int, value: float) -> None:
    at %= len(logged)
    tag, step, before = logged[at]
    if before != value:
        other = [*logged[:at], (tag, step, value), *logged[at + 1 :]]
        assert found(written(logged), written(other)).status == "different"


def output(name: str) -> Output:
    return Output(name=name, path=f"/p/{name}", digest="sha256:" + "0" * 64, size=1)


def test_event_files_are_paired_by_what_does_not_change_of_their_names() -> None:
    first = [output(f"runs/{name}") for name in ("events.out.tfevents.17.a.1.0", "events.out.tfevents.19.a.1.1", "x")]
    again = [output(f"runs/{name}") for name in ("events.out.tfevents.28.b.7.1", "events.out.tfevents.27.b.7.0", "y")]
    pairs = [(a and a.name, b and b.name) for a, b in pair_outputs(first, again)]
    assert pairs == [
        ("runs/events.out.tfevents.17.a.1.0", "runs/events.out.tfevents.27.b.7.0"),
        ("runs/events.out.tfevents.19.a.1.1", "runs/events.out.tfevents.28.b.7.1"),
        ("runs/x", None),
        (None, "runs/y"),
    ]


def test_event_files_of_other_folders_or_versions_and_equal_names_are_kept_apart() -> None:
    first = [output(name) for name in ("a/events.out.tfevents.1.h.1.0", "b/events.out.tfevents.1.h.1.0.v2")]
    again = [output(name) for name in ("b/events.out.tfevents.2.h.1.0", "a/events.out.tfevents.1.h.1.0")]
    pairs = [(a and a.name, b and b.name) for a, b in pair_outputs(first, again)]
    assert pairs == [(first[0].name, again[1].name), (first[1].name, None), (None, again[0].name)]
