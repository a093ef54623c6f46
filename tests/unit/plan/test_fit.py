"""A run and a machine: what is said before anything is built."""

from __future__ import annotations

from typing import Any

import pytest
from recorded import GPUS, machine

from reproof.bases.cuda_use import find_cuda
from reproof.model.host import Check, Host
from reproof.plan.fit import fit
from reproof.plan.fit_gpu import devices_for
from reproof.plan.gpu import gpu_request

RUN: dict[str, Any] = {
    "os": "ubuntu 22.04", "python": "3.11.7 pyenv", "packages": ["torch 2.1.2 manylinux1_x86_64"],
    "gpus": "2 h100 535.104.05 12.2", "settings": {"torch.cuda": "12.1"},
    "libraries": {"wheel": {"cudart": "12.1.105", "cudnn": "8.9.2.26"}},
}  # fmt: skip


def host(gpus: str = "2 h100 535.104.05 12.2", mig: tuple[str, ...] = (), **changes: Any) -> Host:
    """A machine like the recorded one."""
    here = machine({**RUN, "gpus": gpus, "mig": list(mig)}).accelerator if gpus else {"present": False}
    fields: dict[str, Any] = {
        "architecture": "x86_64", "cpu_flags": {"avx", "avx2", "fma"}, "cpus": 64, "memory": 256 << 30,
        "accelerator": here, "gpu_runtime": True,
    }  # fmt: skip
    return Host.model_validate({**fields, **changes})


def told(row: dict[str, Any], here: Host) -> dict[str, Check]:
    return {check.subject: check for check in fit(machine(row), here)}


def states(row: dict[str, Any], here: Host) -> dict[str, str]:
    return {subject: check.state for subject, check in told(row, here).items()}


def test_a_machine_of_the_same_kind_is_fine_in_every_line() -> None:
    assert states(RUN, host()) == dict.fromkeys(
        ("processor", "kernels", "cpus", "memory", "gpu runtime", "gpus", "driver", "gpu code"), "ok"
    )


@pytest.mark.parametrize(
    ("here", "subject", "state", "words"),
    [
        (host(gpu_runtime=False), "gpu runtime", "failed", "container toolkit"),
        (host(gpus=""), "gpus", "failed", "here none"),
        (host(gpus="1 h100 535.104.05 12.2"), "gpus", "failed", "1 of 2"),
        (host(gpus="2 a100 535.104.05 12.2"), "gpus", "warning", "other kernels"),
        (host(gpus="2 h100 470.82.01 11.4"), "driver", "warning", "cuda-compat-12-1"),
        (host(gpus="2 3090 470.82.01 11.4"), "driver", "failed", "525.60.13"),
        (host(gpus="2 h100 525.60.13 12.0"), "driver", "warning", "PTX"),
        (host(gpus="2 5090 580.65.06 13.0"), "gpu code", "failed", "sm_120"),
        (host(gpus="2 b200 580.65.06 13.0"), "gpu code", "failed", "sm_100"),
        (host(gpus="2 a10g 535.104.05 12.2"), "gpu memory", "warning", "24 GB here"),
        (host(architecture="aarch64"), "processor", "failed", "aarch64"),
        (host(cpus=1), "cpus", "warning", "fewer threads"),
        (host(memory=1 << 30), "memory", "warning", "for want of memory"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_effect_and_remedy(here: Host, subject: str, state: str, words: str) -> None:
    found = told(RUN, here)[subject]
    assert found.state == state
    assert words in " ".join((found.detail, found.effect, found.remedy))
    assert found.effect and found.remedy


def test_a_run_that_took_more_memory_than_there_is_cannot_work() -> None:
    snapshot = machine(RUN)
    greedy = snapshot.model_copy(update={"command": snapshot.command.model_copy(update={"peak_memory": 4 << 30})})
    [found] = [check for check in fit(greedy, host(memory=2 << 30)) if check.subject == "memory"]
    assert found.state == "failed"


def test_a_run_without_a_gpu_asks_for_none() -> None:
    row = {"os": "debian 12", "python": "3.11.7 pyenv", "packages": []}
    assert states(row, host(gpus="", gpu_runtime=None)) == dict.fromkeys(
        ("processor", "kernels", "cpus", "memory", "gpus"), "ok"
    )


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        ({"pools": [{"library": "libopenblas.so", "api": "openblas", "kernel": "SkylakeX", "threads": 2}]}, "avx512f"),
        ({"pools": [{"library": "libtorch_cpu.so", "api": "mkl", "kernel": "AVX512", "threads": 2}]}, "avx512f"),
        ({"settings": {"onednn.isa": "AVX512_CORE_AMX"}}, "amx_tile"),
        ({"settings": {"torch.cpu_capability": "AVX512"}}, "avx512vl"),
        ({"settings": {"numpy.cpu_features": "AVX2 AVX512_SKX FMA3 SSE42"}}, "avx512bw"),
    ],
)
def test_a_processor_without_a_kernel_s_instructions_is_told(row: dict[str, Any], missing: str) -> None:
    found = told({**RUN, **row}, host(cpu_flags={"avx", "avx2", "fma", "sse4_2"}))["kernels"]
    assert found.state == "warning"
    assert missing in found.detail


def test_a_kernel_that_is_forced_where_it_cannot_run_is_fatal() -> None:
    pools = [{"library": "libopenblas.so", "api": "openblas", "kernel": "SKYLAKEX", "threads": 2}]
    row = {**RUN, "pools": pools, "variables": {"OPENBLAS_CORETYPE": "SKYLAKEX"}}
    found = told(row, host())["kernels"]
    assert (found.state, "illegal instruction" in found.effect) == ("failed", True)


def test_a_kernel_that_no_table_knows_is_not_checked() -> None:
    pools = [{"library": "libblis.so", "api": "blis", "kernel": "zen9", "threads": 2}]
    assert states({**RUN, "pools": pools}, host())["kernels"] == "ok"


def test_a_mig_device_of_the_same_profile_is_handed_on() -> None:
    row = {**RUN, "gpus": "1 a100 535.104.05 12.2", "mig": ["1g.10gb"]}
    request = gpu_request(machine(row), find_cuda(machine(row)))
    assert request is not None and request.mig == ("1g.10gb",)
    parted = host(gpus="1 a100 535.104.05 12.2", mig=("3g.40gb", "1g.10gb"))
    assert devices_for(request, parted.accelerator.gpus) == ("0:1",)
    assert states(row, parted)["gpus"] == "ok"
    whole = told(row, host(gpus="1 a100 535.104.05 12.2"))["gpus"]
    assert (whole.state, "1g.10gb" in whole.remedy) == ("warning", True)


def test_gpus_of_the_recorded_model_are_taken_first_and_no_more_than_recorded() -> None:
    request = gpu_request(machine(RUN), find_cuda(machine(RUN)))
    assert request is not None
    here = host().accelerator.gpus
    other = here[0].model_copy(update={"name": GPUS["a100"][0], "uuid": "GPU-other"})
    assert devices_for(request, (other, *here)) == ("GPU-0", "GPU-1")
    assert devices_for(request, (other, here[0])) == ("GPU-0", "GPU-other")
    assert devices_for(request, ()) == ()
