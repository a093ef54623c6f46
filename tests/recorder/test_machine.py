"""What the machine and its package manager say."""

from __future__ import annotations

from pathlib import Path

import pytest

from reproof.recorder.accelerator import accelerator
from reproof.recorder.gaps import hidden_by
from reproof.recorder.machine import hardware, system
from reproof.recorder.packages import deb_owners, system_packages


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_dpkg_is_asked_by_both_names_of_a_file(programs: Path) -> None:
    program(
        programs,
        "dpkg",
        """
        echo "diversion by dash from: /bin/sh"
        for word in "$@"; do
            case $word in
                /lib/x86_64-linux-gnu/libz.so.1) echo "zlib1g:amd64: $word";;
                /usr/share/both) echo "one, two:amd64: $word";;
            esac
        done
        exit 1
        """,
    )
    paths = ["/usr/lib/x86_64-linux-gnu/libz.so.1", "/usr/share/both", "/usr/share/nobody", "/usr/local/x", "/home/x"]
    assert deb_owners(paths) == {"/usr/lib/x86_64-linux-gnu/libz.so.1": "zlib1g", "/usr/share/both": "one"}


def test_without_dpkg_nobody_is_known_to_own_anything(programs: Path) -> None:
    assert deb_owners(["/usr/bin/env"]) is None
    assert system_packages(["libc6"]) == []


def test_installed_packages_have_versions(programs: Path) -> None:
    program(programs, "dpkg-query", 'printf "libz\\t1.2-3\\tamd64\\tii \\nlibold\\t1\\tamd64\\trc \\n"')
    expected = {"name": "libz", "version": "1.2-3", "architecture": "amd64", "manager": "deb"}
    assert system_packages(["libz", "libold"]) == [expected]


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


def test_the_hardware_is_there() -> None:
    described = hardware()
    assert 0 < len(described["cpus"]) <= described["cpu_count"]
    assert described["memory"] > 1 << 20
    assert described["cpu_flags"] == sorted(set(described["cpu_flags"])) != []


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
