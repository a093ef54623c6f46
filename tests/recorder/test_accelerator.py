"""GPUs of recorded machines, and the libraries of a run that work with them. There is no GPU where these tests run.

NVML is a library that is compiled here from `fake_nvml.c`. What nvidia-smi prints is in the form that its manual and
public logs of an A100 in MIG mode, a T4 and a V100 have; the kernel's table of AMD GPUs as amdgpu's documentation and
public logs of an MI250X have it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reproof.model.machine import Accelerator
from reproof.recorder import nvml
from reproof.recorder.accelerator import accelerator
from reproof.recorder.accelerator_libraries import Owner, accelerator_libraries

SEARCH_PATH = os.environ["PATH"]
ABSENT = {"present": False, "driver": None, "cuda": None, "gpus": [], "probe": ""}


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def device(tmp_path: Path) -> str:
    """A machine with the device file of a loaded driver."""
    (tmp_path / "root" / "dev").mkdir(parents=True)
    (tmp_path / "root" / "dev" / "nvidiactl").touch()
    return str(tmp_path / "root")


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Compile and install a driver's library with these answers."""

    def install(*answers: str) -> None:
        folder = tmp_path / "driver"
        folder.mkdir()
        source = Path(__file__).with_name("fake_nvml.c")
        defined = [f"-D{answer}" for answer in answers]
        command = ["cc", "-shared", "-fPIC", "-Wall", "-Werror", "-Wno-unused", *defined]
        target = folder / nvml.LIBRARY
        environ = {**os.environ, "PATH": SEARCH_PATH}
        subprocess.run([*command, "-o", str(target), str(source)], check=True, env=environ)
        monkeypatch.setenv("LD_LIBRARY_PATH", str(folder))

    return install


A100 = {
    "name": "NVIDIA A100-SXM4-40GB",
    "uuid": "GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77",
    "compute_capability": "8.0",
    "memory": 40 << 30,
    "mig": True,
    "mig_devices": ["1g.5gb", "1g.5gb+me"],
}
K80 = {
    "name": "Tesla K80", "uuid": "GPU-2", "compute_capability": "3.7", "memory": 11996954624, "mig": False,
    "mig_devices": [],
}  # fmt: skip


def test_the_drivers_library_describes_its_gpus(device: str, driver: Any, programs: Path) -> None:
    driver("GPUS=2")
    gaps: list[dict[str, str]] = []
    found = accelerator(gaps, device)
    assert found == {
        "present": True,
        "driver": "535.104.05",
        "cuda": "12.2",
        "gpus": [A100, K80],
        "probe": "nvml 12.535.104.05",
    }
    assert gaps == []
    assert Accelerator(**found).gpus[0].mig_devices == ("1g.5gb", "1g.5gb+me")


def test_an_old_driver_says_less(device: str, driver: Any, programs: Path) -> None:
    driver("GPUS=1", "OLD")
    found = accelerator([], device)
    assert (found["cuda"], found["gpus"]) == (None, [{**A100, "mig": False, "mig_devices": []}])


def test_a_driver_without_gpus_is_no_accelerator(device: str, driver: Any, programs: Path) -> None:
    driver("GPUS=0")
    found = accelerator([], device)
    assert (found["present"], found["driver"], found["gpus"]) == (False, "535.104.05", [])


def test_a_gpu_that_is_lost_is_a_gap_and_the_others_are_described(device: str, driver: Any, programs: Path) -> None:
    driver("GPUS=3")
    gaps: list[dict[str, str]] = []
    assert accelerator(gaps, device)["gpus"] == [A100, K80]
    assert [gap["why"] for gap in gaps] == ["GPU 2: nvmlDeviceGetHandleByIndex_v2: GPU is lost"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ("FAIL_INIT=18", "nvmlInit_v2: Driver/library version mismatch; nvidia-smi does not answer either"),
        ("CRASH", "the driver's library did not answer; nvidia-smi does not answer either"),
    ],
)
def test_a_driver_that_does_not_work_is_a_gap(device: str, driver: Any, programs: Path, answer: str, why: str) -> None:
    driver("GPUS=1", answer)
    gaps: list[dict[str, str]] = []
    assert accelerator(gaps, device) == ABSENT
    assert [(gap["what"], gap["why"]) for gap in gaps] == [("a GPU of this machine is not described", why)]


def test_without_the_library_the_loader_says_so(device: str, programs: Path) -> None:
    gaps: list[dict[str, str]] = []
    assert accelerator(gaps, device) == ABSENT
    assert gaps[0]["why"].startswith("libnvidia-ml.so.1: cannot open shared object file")


def test_a_machine_without_any_driver_asks_nobody(tmp_path: Path, driver: Any, programs: Path) -> None:
    driver("GPUS=1", "CRASH")
    gaps: list[dict[str, str]] = []
    assert (accelerator(gaps, str(tmp_path)), gaps) == (ABSENT, [])


def test_the_question_is_asked_in_a_process_without_anybodys_packages(driver: Any) -> None:
    driver("GPUS=1")
    command = [sys.executable, "-I", "-S", nvml.__file__]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert ast.literal_eval(printed)["gpus"] == [A100]


SMI = """
case $1 in
    --query*) echo "NVIDIA A100-SXM4-40GB, GPU-1, 40960, 535.104.05, Enabled, 8.0"
              echo "Tesla T4, GPU-2, 15360, 535.104.05, [N/A], 7.5";;
    -L) echo "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)"
        echo "  MIG 3g.20gb     Device  0: (UUID: MIG-b0000000-0000-0000-0000-000000000000)"
        echo "  MIG 1g.5gb Device 1: (UUID: MIG-GPU-1/9/0)"
        echo "  MIG Device 2: (UUID: MIG-GPU-1/11/0)"
        echo "GPU 1: Tesla T4 (UUID: GPU-2)";;
    *) echo "| NVIDIA-SMI 535.104.05   Driver Version: 535.104.05   CUDA Version: 12.2     |";;
esac
"""


@pytest.mark.parametrize("loaded", [True, False], ids=["with a device file", "without one"])
def test_the_drivers_tool_is_asked_where_its_library_is_not(
    device: str, tmp_path: Path, programs: Path, loaded: bool
) -> None:
    program(programs, "nvidia-smi", SMI)
    gaps: list[dict[str, str]] = []
    first = {"name": "NVIDIA A100-SXM4-40GB", "uuid": "GPU-1", "compute_capability": "8.0", "memory": 40960 << 20}
    second = {"name": "Tesla T4", "uuid": "GPU-2", "compute_capability": "7.5", "memory": 15360 << 20}
    assert accelerator(gaps, device if loaded else str(tmp_path)) == {
        "present": True,
        "driver": "535.104.05",
        "cuda": "12.2",
        "gpus": [
            {**first, "mig": True, "mig_devices": ["3g.20gb", "1g.5gb", "unknown"]},
            {**second, "mig": False, "mig_devices": []},
        ],
        "probe": "nvidia-smi",
    }
    assert [gap["what"] for gap in gaps] == (["some GPUs, or a part of their description"] if loaded else [])


def test_an_old_tool_that_knows_less_is_asked_less(tmp_path: Path, programs: Path) -> None:
    program(
        programs,
        "nvidia-smi",
        'case $1 in *compute_cap*) echo "Field \\"compute_cap\\" is not valid"; exit 2;; '
        '--query*) echo "Tesla V100, GPU-1, 16160, 418.87";; esac',
    )
    found = accelerator([], str(tmp_path))
    card = {"name": "Tesla V100", "uuid": "GPU-1", "compute_capability": None, "memory": 16160 << 20}
    assert found["gpus"] == [{**card, "mig": False, "mig_devices": []}]
    assert (found["driver"], found["cuda"]) == ("418.87", None)


@pytest.mark.parametrize("answer", ["exit 9", "echo NVIDIA-SMI has failed because it could not talk to the driver"])
def test_no_gpu_is_recorded_as_absent(tmp_path: Path, programs: Path, answer: str) -> None:
    program(programs, "nvidia-smi", answer)
    assert accelerator([], str(tmp_path)) == ABSENT


def test_amds_gpus_are_those_of_the_kernels_nodes_that_compute(tmp_path: Path, programs: Path) -> None:
    nodes = {
        "0": "cpu_cores_count 64\nsimd_count 0\nmem_banks_count 1\ngfx_target_version 0\nunique_id 0\n",
        "1": "cpu_cores_count 0\nsimd_count 440\ngfx_target_version 90010\nunique_id 12193085403153404253\n",
        "10": "simd_count 96\ngfx_target_version 110000\nunique_id 0\n",
        "2": "",
    }
    for node, text in nodes.items():
        folder = tmp_path / "sys/class/kfd/kfd/topology/nodes" / node
        (folder / "mem_banks" / "0").mkdir(parents=True)
        (folder / "properties").write_text(text)
        (folder / "name").write_text({"1": "aldebaran\n"}.get(node, "\n"))
        (folder / "mem_banks/0/properties").write_text("heap_type 1\nsize_in_bytes 68702699520\n")
    found = accelerator([], str(tmp_path))
    fields = [(gpu["name"], gpu["uuid"], gpu["memory"]) for gpu in found["gpus"]]
    first = ("AMD aldebaran gfx90a", "GPU-a9368a928af5915d", 68702699520)
    assert fields == [first, ("AMD gfx1100", "", 68702699520)]
    assert (found["present"], found["driver"], found["cuda"], found["probe"]) == (True, None, None, "kfd")


SITE = "/home/me/venv/lib/python3.11/site-packages"


@pytest.mark.parametrize(
    ("path", "owner", "expected"),
    [
        (f"{SITE}/nvidia/cudnn/lib/libcudnn.so.9", "dist:nvidia-cudnn-cu12", ("cudnn", "9.1.0.70", "wheel")),
        (f"{SITE}/nvidia/cuda_runtime/lib/libcudart.so.11.0", "dist:nvidia-cudart", ("cudart", "11.8.89", "wheel")),
        (f"{SITE}/torch/lib/libcudart-9335f6a2.so.12", "dist:torch", ("cudart", "12", "wheel")),
        ("/conda/lib/libcublas.so.12.4.5.8", "conda:libcublas", ("cublas", "12.4.5.8", "conda")),
        ("/conda/lib/libcusparseLt.so.0", None, ("cusparselt", "0", "other")),
        ("/usr/local/cuda-12.4/lib64/libcusolver.so.11.6.1.9", "deb:libcusolver", ("cusolver", "11.6.1.9", "system")),
        ("/usr/lib/x86_64-linux-gnu/libcuda.so.535.104.05", None, ("cuda", "535.104.05", "system")),
        ("/apps/nccl/lib/libnccl.so", None, ("nccl", None, "other")),
        ("/opt/rocm-6.0.2/lib/librocblas.so.4.0.60002", None, ("rocblas", "4.0.60002", "system")),
        ("/conda/lib/python3.11/site-packages/x/libnvrtc.so.12", "dist:nvidia-nvrtc", ("nvrtc", "12.4.127", "conda")),
    ],
)
def test_a_library_has_the_version_of_what_holds_nothing_else(
    path: str, owner: str | None, expected: tuple[str, str | None, str]
) -> None:
    owners = {
        "dist:nvidia-cudnn-cu12": Owner("9.1.0.70", False),
        "dist:nvidia-cudart": Owner("11.8.89", False),
        "dist:torch": Owner("2.6.0", False),
        "conda:libcublas": Owner("12.4.5.8", True),
        "dist:nvidia-nvrtc": Owner("12.4.127", True),
    }
    (found,) = accelerator_libraries([{"path": path, "owner": owner}], owners)
    assert (found["name"], found["version"], found["origin"]) == expected
    assert (found["path"], found["owner"]) == (path, owner)


def test_other_libraries_are_not_of_an_accelerator() -> None:
    names = [
        "libcudnn_ops.so.9",
        "libtorch_cuda.so",
        "libz.so.1.2.13",
        "libcuda.so.py",
        "cuda.so",
        "libcudart_static.a",
    ]
    assert accelerator_libraries([{"path": f"/usr/lib/{name}", "owner": None} for name in names], {}) == []
