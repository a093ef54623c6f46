"""What the machine and its package manager say."""

from __future__ import annotations

from pathlib import Path

import pytest

from reproof.recorder.accelerator import accelerator
from reproof.recorder.gaps import hidden_by
from reproof.recorder.machine import system


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_gpus_are_described_by_the_drivers_tool(programs: Path) -> None:
    program(
        programs,
        "nvidia-smi",
        """
        case $1 in
            --query*) echo "NVIDIA A100-SXM4-40GB, GPU-1, 40960, 535.104.05, Enabled, 8.0"
                      echo "NVIDIA T4, GPU-2, 15360, 535.104.05, [N/A], 7.5";;
            *) echo "| NVIDIA-SMI 535.104.05   Driver Version: 535.104.05   CUDA Version: 12.2     |";;
        esac
        """,
    )
    first = {"name": "NVIDIA A100-SXM4-40GB", "uuid": "GPU-1", "compute_capability": "8.0", "memory": 40960 << 20}
    second = {"name": "NVIDIA T4", "uuid": "GPU-2", "compute_capability": "7.5", "memory": 15360 << 20}
    assert accelerator([]) == {
        "present": True,
        "driver": "535.104.05",
        "cuda": "12.2",
        "gpus": [{**first, "mig": True}, {**second, "mig": False}],
    }


def test_an_old_driver_that_knows_less_is_asked_less(programs: Path) -> None:
    program(
        programs,
        "nvidia-smi",
        'case $1 in *compute_cap*) echo "Field \\"compute_cap\\" is not valid"; exit 2;; '
        '--query*) echo "Tesla V100, GPU-1, 16160, 418.87";; esac',
    )
    found = accelerator([])
    assert found["gpus"] == [
        {"name": "Tesla V100", "uuid": "GPU-1", "compute_capability": None, "memory": 16160 << 20, "mig": False}
    ]
    assert (found["driver"], found["cuda"]) == ("418.87", None)


@pytest.mark.parametrize("answer", ["exit 9", "echo NVIDIA-SMI has failed because it could not talk to the driver"])
def test_no_gpu_is_recorded_as_absent(programs: Path, answer: str) -> None:
    program(programs, "nvidia-smi", answer)
    assert accelerator([]) == {"present": False, "driver": None, "cuda": None, "gpus": []}


@pytest.mark.parametrize(
    ("variables", "locale", "timezone"),
    [
        ({"LANG": "C.UTF-8", "TZ": ":Europe/Paris"}, "C.UTF-8", "Europe/Paris"),
        ({"LANG": "C.UTF-8", "LC_ALL": "de_DE.UTF-8", "TZ": "UTC"}, "de_DE.UTF-8", "UTC"),
        ({"TZ": "CET-1"}, "C", "CET-1"),
    ],
)
def test_locale_and_timezone_are_those_of_the_command(variables: dict[str, str], locale: str, timezone: str) -> None:
    described = system(variables, [])
    assert (described["locale"], described["timezone"]) == (locale, timezone)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["-I", "x.py"], "-I"),
        (["-uES"], "-E"),
        (["-BS", "-c", "pass"], "-S"),
        (["-X", "importtime", "x.py"], None),
        (["-WIgnore", "x.py"], None),
        (["-cImport"], None),
        (["-m", "x", "-I"], None),
        (["x.py", "-I"], None),
        (["-", "-I"], None),
        ([], None),
    ],
)
def test_options_that_keep_the_guest_out_are_recognised(words: list[str], option: str | None) -> None:
    assert hidden_by(words) == option
