"""Command lines as people type them, read into names and values."""

from __future__ import annotations

import shlex

import pytest

from reproof.capture.arguments import read_arguments, typed


def read(line: str) -> dict[str, object]:
    return dict(read_arguments(shlex.split(line)))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("python train.py --lr 0.1 --epochs=10", {"lr": 0.1, "epochs": 10}),
        ("python train.py -b 32 -j4 --amp --no-shuffle", {"b": 32, "j": 4, "amp": True, "shuffle": False}),
        ("python train.py --wd -1e-4 --seed -1", {"wd": -1e-4, "seed": -1}),
        ("python train.py --layers 64 128 10 --name x", {"layers": "64 128 10", "name": "x"}),
        ("python train.py data.csv --lr 1 out", {"[1]": "data.csv", "lr": 1, "[2]": "out"}),
        ("python train.py optimizer.lr=0.1 +a=b ++c=1 ~d=", {"optimizer.lr": 0.1, "a": "b", "c": 1, "d": ""}),
        ("python train.py --multirun lr=0.1", {"multirun": True, "lr": 0.1}),
        ("python train.py --data a --data b", {"data[0]": "a", "data[1]": "b"}),
        ("python train.py -- --not-an-option", {"[1]": "--not-an-option"}),
        ("python train.py --url=http://h/?a=b", {"url": "http://h/?a=b"}),
        ("python train.py", {}),
        ("./train.py --lr 1", {"lr": 1}),
        ("mytrain fit --lr 1", {"[1]": "fit", "lr": 1}),
    ],
)
def test_the_words_of_a_program_become_names_and_values(line: str, expected: dict[str, object]) -> None:
    assert read(line) == expected


@pytest.mark.parametrize(
    "start",
    [
        "python3.11 -u -W ignore -X dev train.py",
        "/venv/bin/python -m pkg.train",
        "env OMP_NUM_THREADS=1 nice -n 5 python train.py",
        "uv run --with numpy python train.py",
        "poetry run python -m pkg.train",
        "bash train.sh",
        "bash -e scripts/run.sh",
        "coverage run -m pkg.train",
    ],
)
def test_the_words_that_start_a_program_are_not_its_own(start: str) -> None:
    assert read(f"{start} --lr 0.1") == {"lr": 0.1}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("torchrun --nproc_per_node=2 train.py --lr 0.1", "torchrun.nproc_per_node"),
        ("torchrun --nproc_per_node 2 -m pkg.train --lr 0.1", "torchrun.nproc_per_node"),
        ("python -m torch.distributed.run --nproc_per_node=2 train.py --lr 0.1", "run.nproc_per_node"),
        ("accelerate launch --num_processes 2 train.py --lr 0.1", "accelerate.num_processes"),
        ("mpirun -np 2 python train.py --lr 0.1", "mpirun.np"),
    ],
)
def test_the_options_of_a_launcher_are_told_apart(line: str, name: str) -> None:
    assert read(line) == {name: 2, "lr": 0.1}


def test_code_in_a_command_line_has_no_parameters() -> None:
    assert read("bash -c 'python train.py --lr 0.1'") == {}
    assert read("python -c 'print(1)' --x 1") == {"x": 1}


@pytest.mark.parametrize("line", ["python", "python -m", "torchrun", "bash", "env A=1", "python -X"])
def test_a_command_line_that_ends_early_is_no_error(line: str) -> None:
    assert isinstance(read(line), dict)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-3", -3), ("0", 0), ("1e-3", 1e-3), (".5", 0.5), ("True", True), ("none", None),
        ("007", "007"), ("-0", "-0"), ("1_000", "1_000"), ("nan", "nan"), ("1e999", "1e999"), ("+5", "+5"),
        ("9" * 19, "9" * 19), ("9" * 5000, "9" * 5000), ("1.2.3", "1.2.3"), ("", ""), ("0x10", "0x10"),
    ],
)  # fmt: skip
def test_a_value_is_a_number_only_if_nothing_is_lost_by_that(text: str, value: object) -> None:
    assert typed(text) == value
    assert type(typed(text)) is type(value)
