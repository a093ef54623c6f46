"""Which driver, CUDA and GPU run together."""

from __future__ import annotations

import pytest

from reproof.plan.compat import driver_fitness, kernel_fitness

H100, GEFORCE = "NVIDIA H100 80GB HBM3", "NVIDIA GeForce RTX 3090"
UNTIL_90 = ("sm_50", "sm_60", "sm_70", "sm_75", "sm_80", "sm_86", "sm_90")


@pytest.mark.parametrize(
    ("driver", "cuda", "gpu", "state"),
    [
        ("535.104.05", "12.1.1", H100, "full"),
        ("525.60.13", "12.4.1", H100, "partly"),  # the minor version rule
        ("450.80.02", "11.8.0", GEFORCE, "partly"),
        ("470.82.01", "12.1.1", H100, "partly"),  # forward compatibility, on data-centre GPUs alone
        ("470.82.01", "12.1.1", GEFORCE, "none"),
        ("535.104.05", "13.0.0", GEFORCE, "none"),
        ("384.81", "10.0.130", H100, "none"),  # no such rule before CUDA 11
        ("384.81", "9.0", GEFORCE, "full"),
        ("580.65.06", "99.0", H100, "unknown"),
        ("unknown", "12.1.1", H100, "unknown"),
    ],
)
def test_a_driver_runs_cuda_by_nvidia_s_rules(driver: str, cuda: str, gpu: str, state: str) -> None:
    found = driver_fitness(driver, cuda, gpu)
    assert found.state == state
    assert state in ("full", "unknown") or (found.why and found.effect and found.remedy)


@pytest.mark.parametrize(
    ("kernels", "capability", "state"),
    [
        (UNTIL_90, "9.0", "full"),
        (UNTIL_90, "8.9", "full"),  # machine code for 8.6 runs on 8.9
        (UNTIL_90, "12.0", "none"),
        (UNTIL_90, "3.7", "none"),
        (("sm_80",), "7.5", "none"),
        (("sm_90a",), "9.0", "full"),
        (("sm_100a",), "10.3", "none"),  # code for one GPU alone
        (("sm_100f",), "10.3", "full"),  # code for a family
        (("sm_75", "compute_90"), "12.0", "partly"),
        (("sm_75", "compute_90a"), "12.0", "none"),
        ((), "9.0", "unknown"),
        (("gfx90a",), "9.0", "unknown"),
    ],
)
def test_a_build_has_code_for_a_gpu_or_not(kernels: tuple[str, ...], capability: str, state: str) -> None:
    assert kernel_fitness("torch 2.x", kernels, capability, "a GPU").state == state
