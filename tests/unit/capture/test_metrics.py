"""Reports and logs of metrics, whole and broken."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reproof.capture.metrics import LARGEST, LARGEST_LOG, MOST_METRICS, is_metrics_file, learn_results, read_metrics
from reproof.capture.series import MOST_POINTS, Point, gather_series
from reproof.capture.stepped import read_csv, read_json, read_json_lines
from reproof.model.snapshot import Output
from reproof.store.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path)


def output(blobs: Blobs, name: str, data: bytes) -> Output:
    kept = blobs.put(data)
    return Output(name=name, path=f"/p/{name}", digest=kept.digest, size=kept.size)


def test_numbers_are_named_by_their_path() -> None:
    data = b'{"test": {"accuracy": 0.5, "per_class": [1, 2]}, "name": "x", "ok": true}'
    assert [(metric.name, metric.value) for metric in read_metrics(data, "metrics.json") or ()] == [
        ("test.accuracy", 0.5),
        ("test.per_class[0]", 1.0),
        ("test.per_class[1]", 2.0),
    ]


@pytest.mark.parametrize(
    "data", [b"{", b"", b"\xff\xfe", b"[" * 10_000, b'{"a":' * 10_000, b'{"a": 1%s}' % (b"0" * 5000)]
)
def test_a_report_that_cannot_be_read_is_a_gap(blobs: Blobs, data: bytes) -> None:
    whole, broken = output(blobs, "eval.json", b'{"loss": 1}'), output(blobs, "metrics.json", data)
    learned = learn_results((broken, whole), blobs.put(b""), blobs)
    assert [(metric.name, metric.source) for metric in learned.value.metrics] == [("loss", "eval.json")]
    assert [(gap.what, gap.why) for gap in learned.gaps] == [
        ("the metrics in metrics.json", "it cannot be read as JSON")
    ]


def test_a_number_beyond_all_floats_is_no_metric() -> None:
    assert read_metrics(b'{"a": 1%s}' % (b"0" * 400), "metrics.json") == ()


def test_only_small_reports_are_metrics_files() -> None:
    names = ("metrics.json", "out/eval_results.json", "config.json", "metrics.csv")
    assert [is_metrics_file(name, 10) for name in names] == [True, True, False, False]
    assert not is_metrics_file("metrics.json", LARGEST + 1)


def test_a_table_with_steps_gives_series_and_their_last_values(blobs: Blobs) -> None:
    table = output(blobs, "learning_curve.csv", b"epoch,loss,time,val_acc,note\n1,0.5,9.1,,a\n2,0.25,9.2,0.9,b\n")
    results = learn_results([table], blobs.put(b""), blobs).value
    assert [(one.name, one.steps, one.values) for one in results.series] == [
        ("loss", (1, 2), (0.5, 0.25)),
        ("val_acc", (2,), (0.9,)),
    ]
    assert [(m.name, m.value, m.source, m.step) for m in results.metrics] == [
        ("loss", 0.25, "learning_curve.csv", 2),
        ("val_acc", 0.9, "learning_curve.csv", 2),
    ]


def test_the_finest_counter_of_a_log_is_its_step() -> None:
    data = b'{"epoch": 1, "step": 10, "train": {"loss": 0.5}}\n\n{"epoch": 1, "step": 20, "train": {"loss": 0.4}}\n'
    assert [tuple(point) for point in read_json_lines(data).points] == [
        ("train.loss", 10, 0.5),
        ("train.loss", 20, 0.4),
    ]


def test_a_trainers_state_and_a_history_give_series_and_no_further_metrics(blobs: Blobs) -> None:
    history = [{"epoch": 0.5, "step": 1, "loss": 2.0}, {"epoch": 1.0, "step": 2, "loss": 1.0, "runtime": 3.3}]
    state = output(blobs, "out/trainer_state.json", json.dumps({"log_history": history}).encode())
    keras = output(blobs, "history.json", b'{"loss": [3, 2, 1]}')
    results = learn_results([state, keras], blobs.put(b""), blobs).value
    assert [(one.source, one.name, one.steps, one.values) for one in results.series] == [
        ("out/trainer_state.json", "loss", (1, 2), (2.0, 1.0)),
        ("history.json", "loss", (0, 1, 2), (3.0, 2.0, 1.0)),
    ]
    assert results.metrics == ()


def test_what_was_printed_is_read_like_a_log(blobs: Blobs) -> None:
    results = learn_results([], blobs.put(b"epoch 1 loss 0.5\nepoch 2 loss 0.25\ntook 3.2 s\n"), blobs).value
    assert [(m.name, m.value, m.source, m.step) for m in results.metrics] == [("loss", 0.25, "stdout", 2)]


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2\n", b"step,\xff\n1,2\n", b"\0\0", b'step,loss\n"', b"step\n1\n", b"step,loss\nx,y\n"]
)
def test_a_table_without_numbers_at_steps_has_no_series(data: bytes) -> None:
    assert read_csv(data, ",").points == ()


@pytest.mark.parametrize("data", [b"", b"[1]\n", b"nonsense", b"\xff", b"[" * 10_000, b'{"loss": 1}\n', b"null\n1\n"])
def test_lines_without_numbers_at_steps_have_no_series(data: bytes) -> None:
    assert read_json_lines(data).points == ()
    assert read_json(data).points == ()


def test_a_log_that_was_cut_off_tells_where(blobs: Blobs) -> None:
    log = output(blobs, "log.jsonl", b'{"step": 1, "loss": 0.5}\n{"step": 2, "lo')
    learned = learn_results([log], blobs.put(b""), blobs)
    assert [one.values for one in learned.value.series] == [(0.5,)]
    assert [(gap.what, gap.why) for gap in learned.gaps] == [("the metrics in log.jsonl", "line 2 is damaged")]


def test_numbers_that_are_none_or_huge_stay_what_they_are() -> None:
    data = b"step,loss\n1,nan\n2,1e308\n3,1e999\n1e400,5\n"
    assert str([point.value for point in read_csv(data, ",").points]) == "[nan, 1e+308, inf, 5.0]"


def test_a_large_log_is_a_gap_and_a_large_table_is_none(blobs: Blobs) -> None:
    row = b"%d,0.5\n"
    body = b"".join(row % number for number in range(LARGEST_LOG // 8))
    log, table = (output(blobs, name, head + body) for name, head in (("a.csv", b"step,loss\n"), ("b.csv", b"x,y\n")))
    learned = learn_results([log, table], blobs.put(b""), blobs)
    assert [gap.what for gap in learned.gaps] == ["the metrics in a.csv"]


def test_a_long_series_is_thinned_and_keeps_its_end() -> None:
    points = [Point("loss", step, float(step)) for step in range(3 * MOST_POINTS + 1)]
    (series,) = gather_series(points, "x")
    assert len(series.steps) <= MOST_POINTS
    assert series.steps[-1] == 3 * MOST_POINTS


def test_more_metrics_than_anybody_reads_are_cut_and_told(blobs: Blobs) -> None:
    report = output(blobs, "metrics.json", json.dumps(list(range(MOST_METRICS + 1))).encode())
    learned = learn_results([report], blobs.put(b""), blobs)
    assert len(learned.value.metrics) == MOST_METRICS
    assert [gap.what for gap in learned.gaps] == ["metrics"]
