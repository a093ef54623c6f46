"""Printed text: aligned lines, volatile parts, progress bars."""

from __future__ import annotations

import pytest
from compare_cases import ORIGINAL, REPLAYED, pair
from hypothesis import given
from hypothesis import strategies as st

from reproof.compare.evidence import Evidence
from reproof.compare.text import TEXT
from reproof.compare.volatile import find_spans
from reproof.model.policy import Tolerance


def evidence(a: str, b: str, tolerance: Tolerance | None = None) -> Evidence:
    return TEXT.compare(pair("stdout", a.encode(), b.encode(), {"stdout": tolerance} if tolerance else None))


@pytest.mark.parametrize(
    ("line", "volatile"),
    [
        ("[03:04:07] epoch 1/5 loss 0.5", ["03:04:07"]),
        ("Started at 2026-01-02 03:04:05 (pid 1234)", ["2026-01-02 03:04:05", "1234"]),
        ("2026-01-02 03:04:05,123 INFO weights [1. 2.]", ["2026-01-02 03:04:05,123"]),
        ("2026-01-02T03:04:05.123Z ready", ["2026-01-02T03:04:05.123Z"]),
        ("Fri Jan  2 03:04:05 2026", ["Fri Jan  2 03:04:05 2026"]),
        ("run of Fri, 02 Jan 2026 03:04:05 GMT", ["Fri, 02 Jan 2026 03:04:05 GMT"]),
        ("started 1767323045.12", ["1767323045.12"]),
        ("Finished in 1.23s", ["1.23s"]),
        ("took 3.4 seconds", ["3.4 seconds"]),
        ("training took 3.4", ["3.4"]),
        ("elapsed 0:01:02", ["0:01:02"]),
        ("Elapsed time: 12.5", ["12.5"]),
        ("1m3.5s in all", ["1m3.5s"]),
        ("loss 0.5 | time 3.2 | 12.3 ms/batch", ["3.2", "12.3 ms/batch"]),
        ("30/30 [00:01<00:00, 23.1it/s]", ["00:01<00:00", "23.1it/s"]),
        ("1/30 [00:01<?, ?it/s]", ["00:01<?", "?it/s"]),
        ("10/10 - 2s 15ms/step - loss: 0.25", ["2s", "15ms/step"]),
        ("{'train_runtime': 12.3, 'train_samples_per_second': 9.5, 'train_loss': 0.25}", ["12.3", "9.5"]),
        ("<Model object at 0x7f12ab34cd56>", ["0x7f12ab34cd56"]),
        ("saved to /tmp/tmpab12cd34/model.bin", ["/tmp/tmpab12cd34"]),
        ("run 123e4567-e89b-12d3-a456-426614174000", ["123e4567-e89b-12d3-a456-426614174000"]),
        ("hostname: node7 lr=0.1", ["node7"]),
        ("worker pid=77 ready", ["77"]),
    ],
)
def test_volatile_text_is_recognised(line: str, volatile: list[str]) -> None:
    assert [line[span.start : span.end] for span in find_spans(line, ORIGINAL)] == volatile


@pytest.mark.parametrize(
    "line",
    [
        "accuracy 0.9711",
        "loss: 0.123 min 0.1 max 0.5",
        "loss: 0.5s",
        "val_acc=0.93 f1=0.91",
        "epoch 3 step 1200 time_steps: 100",
        "error after 20 epochs: 0.25",
        "data of 2019-01-02, 1546387200 rows",
        "timezone: 3 layers: 12",
        "time_loss: 0.5 time to accuracy 0.9: 3",
        "rows of 2019-01-02 10:00:00 to 2019-01-03 11:30:00",
        "version 1.2.3, 0xdeadbeef",
        "10 samples, 5 minority",
    ],
)
def test_results_are_never_taken_for_volatile(line: str) -> None:
    assert find_spans(line, ORIGINAL) == []


def test_times_are_listed_and_the_rest_is_identical() -> None:
    found = evidence(
        "start 2026-01-02 03:04:05\nloss 0.5\nin 1.2 s\n", "start 2026-03-04 05:06:07\nloss 0.5\nin 9.1 s\n"
    )
    assert found == Evidence(
        "tolerated",
        "identical except for 2 volatile texts",
        volatile=("line 1: 2026-01-02 03:04:05 -> 2026-03-04 05:06:07", "line 3: 1.2 s -> 9.1 s"),
    )


def test_a_number_beside_a_time_still_counts() -> None:
    found = evidence("[03:04:05] loss 0.500 (1.2 s)\n", "[04:04:05] loss 0.501 (1.3 s)\n")
    assert (found.status, found.where, len(found.volatile)) == ("different", "line 1", 2)


def test_numbers_within_tolerance_are_tolerated_with_their_error() -> None:
    found = evidence("loss 0.500\n", "loss 0.501\n", Tolerance(absolute=0.01))
    assert (found.status, found.where, round(found.max_absolute or 0, 6)) == ("tolerated", "line 1", 0.001)


def test_a_wider_number_moves_no_column() -> None:
    assert evidence("loss  9.99 end\n", "loss 10.01 end\n", Tolerance(absolute=0.1)).status == "tolerated"


def test_a_missing_line_is_named_and_the_others_stay_aligned() -> None:
    found = evidence("a\nepoch 1\nepoch 2\nepoch 3\nz\n", "a\nepoch 1\nepoch 3\nz\n")
    assert found.detail == "line 3: 1 line missing in the replay, the first 'epoch 2'"
    assert found.where == "line 3"


def test_an_added_line_is_named() -> None:
    found = evidence("a\nz\n", "a\nWarning: x\nz\n")
    assert found.detail == "line 2: 1 line only in the replay, the first 'Warning: x'"


def test_of_a_progress_bar_the_last_state_counts() -> None:
    a = "  0%| 0/3 [00:00<?, ?it/s]\r 33%| 1/3 [00:01<00:02, 1.0it/s]\r100%| 3/3 [00:03<00:00, 1.0it/s]\ndone\n"
    b = "  0%| 0/3 [00:00<?, ?it/s]\r100%| 3/3 [00:02<00:00, 1.5it/s]\ndone\n"
    found = evidence(a, b)
    assert (found.status, found.max_absolute) == ("tolerated", None)
    assert found.volatile[0] == "line 1: progress in 3 states -> 2 states"


def test_colours_do_not_count() -> None:
    assert evidence("\x1b[1mdone\x1b[0m 3 s\n", "done 4 s\n").status == "tolerated"


def test_a_number_that_became_nan_is_different() -> None:
    assert evidence("loss 0.5\n", "loss nan\n", Tolerance(absolute=10)).status == "different"


def test_many_equal_lines_are_compared_quickly() -> None:
    a = "".join(f"step {n % 7}\n" for n in range(20_000))
    assert evidence(a, "first\n" + a).status == "different"


def test_a_long_list_of_volatile_texts_is_cut_and_counted() -> None:
    found = evidence("took 1 s\n" * 300, "took 2 s\n" * 300)
    assert (len(found.volatile), found.volatile[-1]) == (201, "and 100 more")
    assert found.detail == "identical except for 300 volatile texts"


known = st.sampled_from(["loss 0.5", "loss 0.6", "took 1 s", "took 2 s", "[03:04:05] x", "done", "", "a 1 b 2"])
lines = st.lists(known | st.text(max_size=12), max_size=8).map("\n".join)


@given(lines)
def test_any_text_equals_itself(text: str) -> None:
    assert evidence(text, text).status == "tolerated"


@given(lines, lines)
def test_the_status_of_two_texts_does_not_depend_on_the_side(a: str, b: str) -> None:
    back = TEXT.compare(pair("stdout", b.encode("utf-8", "replace"), a.encode("utf-8", "replace")))
    assert (
        TEXT.compare(pair("stdout", a.encode("utf-8", "replace"), b.encode("utf-8", "replace"))).status == back.status
    )


def test_each_run_has_its_own_time() -> None:
    line = "ended 2026-03-04 03:04:06"
    assert (len(find_spans(line, REPLAYED)), len(find_spans(line, ORIGINAL))) == (1, 0)
