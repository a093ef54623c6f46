from reproof.capture.metrics import is_metrics_file, read_metrics


def test_numbers_are_named_by_their_path() -> None:
    data = b'{"test": {"accuracy": 0.5, "per_class": [1, 2]}, "name": "x", "ok": true}'
    assert [(metric.name, metric.value) for metric in read_metrics(data, "metrics.json")] == [
        ("test.accuracy", 0.5),
        ("test.per_class[0]", 1.0),
        ("test.per_class[1]", 2.0),
    ]


def test_a_broken_file_has_no_metrics() -> None:
    assert read_metrics(b"{", "metrics.json") == ()


def test_only_small_reports_are_metrics_files() -> None:
    names = ("metrics.json", "out/eval_results.json", "config.json", "metrics.csv")
    assert [is_metrics_file(name, 10) for name in names] == [True, True, False, False]
    assert not is_metrics_file("metrics.json", 1 << 21)
