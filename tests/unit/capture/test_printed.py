"""Metrics in printed lines of real frameworks, and lines that hold none."""

from __future__ import annotations

import pytest

from reproof.capture.printed import read_printed


def read(text: str) -> list[tuple[str, int | None, float]]:
    return [tuple(point) for point in read_printed(text.encode()).points]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("epoch  10  loss 0.0204  test accuracy 0.9733", [("loss", 10, 0.0204), ("test accuracy", 10, 0.9733)]),
        ("accuracy: 0.97", [("accuracy", None, 0.97)]),
        ("accuracy   0.9756", [("accuracy", None, 0.9756)]),
        ("{'loss': 0.1, 'learning_rate': 5e-05, 'epoch': 1.0}", [("loss", None, 0.1)]),
        (
            "{'eval_loss': 0.25, 'eval_runtime': 3.2, 'eval_samples_per_second': 31.2, 'epoch': 2}",
            [("eval_loss", 2, 0.25)],
        ),
        ("Epoch [2/5], Step [100/600], Loss: 0.2345", [("Loss", 700, 0.2345)]),
        ("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.329474", [("Loss", 1, 2.329474)]),
        ("Iteration 7, loss = 0.29", [("loss", 7, 0.29)]),
        ("[100]\ttrain-rmse:0.12\tvalid-rmse:0.2", [("train-rmse", 100, 0.12), ("valid-rmse", 100, 0.2)]),
        ("[20]\tvalid_0's binary_logloss: 0.21", [("valid_0's binary_logloss", 20, 0.21)]),
        ("   accuracy                           0.97       899", [("accuracy", None, 0.97)]),
        ("step=300 train/loss=1.5e-3 lr=0.1", [("train/loss", 300, 0.0015)]),
        ("val_loss: nan", [("val_loss", None, float("nan"))]),
        ("Test RMSE: 3.14.", [("Test RMSE", None, 3.14)]),
        ("accuracy: 97.3%", [("accuracy", None, 97.3)]),
        ("\x1b[32mloss\x1b[0m: 0.5", [("loss", None, 0.5)]),
    ],
)
def test_metrics_are_found_with_the_step_that_the_line_tells(line: str, expected: list[tuple[str, int, float]]) -> None:
    assert str(read(line + "\n")) == str(expected)


@pytest.mark.parametrize(
    "line",
    [
        "HTTP error 404.",
        "elapsed 3.2s, loss computed in 0.5s",
        "Training time: 12.5",
        "loss 3 of 4",
        "learning rate 0.001",
        "loss weight: 0.5",
        "error tolerance 1e-3",
        "numpy 1.26.4 accuracy test",
        "version 0.19.2",
        "precision recall f1-score support",
        "           0       1.00      0.99      0.99        88",
        "loss improved from 0.5 to 0.4",
        "accuracy 1.2.3",
        "2026-01-02 03:04:05.678 loss",
        "127.0.0.1",
        "accuracy is 0.5x better",
        "",
    ],
)
def test_lines_that_report_no_metric_give_none(line: str) -> None:
    assert read(line + "\n") == []


def test_a_bar_counts_in_its_last_state() -> None:
    bar = "".join(
        f"\rEpoch 1: {10 * part}%|##| {part}/10 [00:01<00:02, 5.00it/s, loss=0.{part}]" for part in range(1, 10)
    )
    assert read(bar + "\n") == [("loss", 1, 0.9)]


def test_keras_says_the_epoch_on_the_line_before() -> None:
    text = (
        "Epoch 1/2\n"
        "\r 1/10 ━ 3s 300ms/step - accuracy: 0.1 - loss: 9.0\b\b\r10/10 ━━ 1s 2ms/step - accuracy: 0.86 - loss: 0.47\n"
        "Epoch 2/2\n10/10 ━━ 1s 2ms/step - accuracy: 0.9 - loss: 0.3 - val_accuracy: 0.88\n"
    )
    assert read(text) == [
        ("accuracy", 1, 0.86), ("loss", 1, 0.47), ("accuracy", 2, 0.9), ("loss", 2, 0.3), ("val_accuracy", 2, 0.88),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe" * 1000, b"\0" * 1000, b"loss 0.5 " * 100_000, b"loss " * 5000, b"1.0 " * 9000]
)
def test_bytes_that_are_no_lines_of_a_log_are_harmless(data: bytes) -> None:
    assert read_printed(data).points == ()
