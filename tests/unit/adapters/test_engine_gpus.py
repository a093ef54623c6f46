"""What an engine is asked for when a run had GPUs, and how it tells that it has them."""

from __future__ import annotations

from typing import Any

import docker.types
import pytest

from reproof.adapters.engine import has_gpu_runtime
from reproof.adapters.engine_run import RunSpec, create_options


class Api:
    """The part of the SDK's client that makes a container's options."""

    def create_host_config(self, **options: Any) -> dict[str, Any]:
        return dict(docker.types.HostConfig(version="1.46", **options))

    def inspect_image(self, image: str) -> dict[str, Any]:
        return {"Config": {"Env": ["NVIDIA_VISIBLE_DEVICES=all", "NVIDIA_REQUIRE_CUDA=cuda>=12.4"]}}


def host_config(**changes: Any) -> dict[str, Any]:
    spec = RunSpec(image="i", argv=("python",), user="1:1", workdir="/", **changes)
    return dict(create_options(Api(), spec)["host_config"])


def test_the_named_devices_are_asked_for_to_compute_with() -> None:
    [request] = host_config(gpus=("GPU-1", "0:1"))["DeviceRequests"]
    assert request["DeviceIDs"] == ["GPU-1", "0:1"]
    assert request["Capabilities"] == [["gpu", "compute", "utility"]]
    assert request["Count"] == 0


def test_a_run_without_gpus_gets_none_even_from_an_image_that_asks_for_all() -> None:
    spec = RunSpec(image="i", argv=("python",), user="1:1", workdir="/")
    assert not host_config().get("DeviceRequests")
    assert "NVIDIA_VISIBLE_DEVICES" in create_options(Api(), spec)["environment"]  # a bare name takes it away


@pytest.mark.parametrize(
    ("info", "there"),
    [
        ({"Runtimes": {"runc": {}, "nvidia": {}}}, True),
        ({"Runtimes": {"runc": {}}, "DiscoveredDevices": [{"Source": "cdi", "ID": "nvidia.com/gpu=0"}]}, True),
        ({"Runtimes": {"runc": {}}, "DiscoveredDevices": [{"Source": "cdi", "ID": "vendor.example/net=0"}]}, False),
        ({"Runtimes": None}, False),
        ({}, False),
    ],
)
def test_an_engine_has_gpus_by_nvidia_s_runtime_or_by_cdi(info: dict[str, Any], there: bool) -> None:
    assert has_gpu_runtime(info) is there
