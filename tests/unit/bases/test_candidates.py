"""Which images are asked for, in which order."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest
from factories import digest, make_snapshot
from recorded import machine

from reproof.bases.candidates import official_python, plain_system
from reproof.bases.cuda_images import cuda_candidates
from reproof.bases.cuda_use import find_cuda
from reproof.model.resolution import ImageLookup
from reproof.resolve.bases import ASKED, look_up_images

SYSTEM_CUDA: dict[str, Any] = {
    "os": "ubuntu 20.04", "python": "3.8.12 pyenv", "packages": ["tensorflow 2.8.4 manylinux2010_x86_64"],
    "gpus": "1 a100 470.57.02 11.4",
    "libraries": {"system": {"cudart": "11.2.152", "cublas": "11.4.1", "cudnn": "8.1.1"}},
}  # fmt: skip


def tags(row: dict[str, Any], count: int = 3) -> list[str]:
    return [found.image.tag for found in islice(cuda_candidates(machine(row)), count)]


def test_official_images_are_tried_from_the_nearest_c_library_on() -> None:
    names = [
        found.reference
        for found in official_python(make_snapshot(system={"codename": "bullseye", "libc": "glibc 2.31"}))
    ]
    assert names == ["python:3.11.7-slim-bullseye", "python:3.11.7-slim-bookworm"]
    jammy = make_snapshot(system={"os": "ubuntu", "os_version": "22.04", "codename": "jammy", "libc": "glibc 2.35"})
    assert next(official_python(jammy)).reference == "python:3.11.7-slim-bookworm"


@pytest.mark.parametrize("changes", [{"version": "3.13.0rc1"}, {"version": "3.11.7+"}, {"implementation": "PyPy"}])
def test_no_official_image_has_a_build_of_its_own_kind(changes: dict[str, str]) -> None:
    assert list(official_python(make_snapshot(interpreter=changes))) == []
    assert list(official_python(make_snapshot(interpreter=None))) == []


def test_a_python_that_is_not_listed_is_looked_for_on_the_usual_releases() -> None:
    names = [found.reference for found in official_python(make_snapshot(interpreter={"version": "3.99.1"}))]
    assert names[0] == "python:3.99.1-slim-bookworm" and len(names) == 4


def test_an_image_of_the_system_serves_what_is_carried() -> None:
    assert next(plain_system(make_snapshot())).reference == "debian:bookworm-slim"
    fedora = make_snapshot(system={"os": "fedora", "os_version": "40", "codename": "", "libc": "glibc 2.39"})
    names = [found.reference for found in islice(plain_system(fedora), 2)]
    assert names == ["fedora:40", "ubuntu:24.04"]
    assert list(plain_system(make_snapshot(interpreter={"owner": "deb:python3.11-minimal"}))) == []


def test_the_exact_cuda_cudnn_flavour_and_system_come_first() -> None:
    assert tags(SYSTEM_CUDA, 1) == ["11.2.2-cudnn8-runtime-ubuntu20.04"]


@pytest.mark.parametrize(
    ("libraries", "tag"),
    [
        ({"cudart": "12.1.105"}, "12.1.1-base-ubuntu22.04"),
        ({"cudart": "12.1.105", "cublas": "12.1.3.1"}, "12.1.1-runtime-ubuntu22.04"),
        ({"cudart": "12.1.105", "cublas": "12.1.3.1", "cudnn": "8.9.0"}, "12.1.1-cudnn8-runtime-ubuntu22.04"),
        ({"cudart": "12.1.105", "cupti": "12.1.105"}, "12.1.1-devel-ubuntu22.04"),
        ({"cudart": "12.4.127", "cudnn": "9.1.0"}, "12.4.1-cudnn-runtime-ubuntu22.04"),
    ],
)
def test_the_smallest_flavour_that_has_what_was_used_is_taken(libraries: dict[str, str], tag: str) -> None:
    row = {**SYSTEM_CUDA, "os": "ubuntu 22.04", "libraries": {"system": libraries}}
    assert tags(row, 1) == [tag]


def test_a_compiler_asks_for_devel_unless_a_wheel_brought_it() -> None:
    own = {**SYSTEM_CUDA, "programs": ["/usr/local/cuda-11.2/bin/nvcc"]}
    assert tags(own, 1) == ["11.2.2-cudnn8-devel-ubuntu20.04"]
    wheels = {"wheel": {"cudart": "12.1.105", "cudnn": "8.9.2.26"}}
    triton = {**SYSTEM_CUDA, "libraries": wheels, "programs": ["/x/site-packages/triton/bin/ptxas"]}
    assert find_cuda(machine(triton)).system is None
    nvcc = {**SYSTEM_CUDA, "libraries": wheels, "programs": ["/usr/local/cuda-12.1/bin/nvcc"]}
    assert tags(nvcc, 1)[0].startswith("12.1.1-devel-")  # and no cuDNN beside that of the wheels


def test_no_image_for_another_processor_or_an_unknown_cuda() -> None:
    assert tags({**SYSTEM_CUDA, "architecture": "riscv64"}) == []
    assert tags({**SYSTEM_CUDA, "libraries": {"system": {"cudart": "99.1.2"}}}) == []


def test_the_driver_s_own_library_is_no_cuda_of_the_system() -> None:
    row = {**SYSTEM_CUDA, "libraries": {"wheel": {"cudart": "12.1.105"}}}
    use = find_cuda(machine(row))
    assert (use.origins, use.system, use.version) == (("wheel",), None, "12.1.1")


def test_a_deleted_tag_is_asked_once_and_a_mirror_after_it() -> None:
    asked: list[str] = []

    def look_up(name: str) -> ImageLookup:
        asked.append(name)
        found = name.startswith("mirror.example/")
        return ImageLookup(
            reference=name, digest=digest("d") if found else None, error=None if found else "no such tag"
        )

    found = look_up_images(machine(SYSTEM_CUDA), look_up, (), "mirror.example/cuda")
    tag = "11.2.2-cudnn8-runtime-ubuntu20.04"
    assert asked == [f"nvidia/cuda:{tag}", f"mirror.example/cuda:{tag}"]
    assert [lookup.wanted for lookup in found] == [f"nvidia/cuda:{tag}"] * 2


def test_not_every_tag_that_there_ever_was_is_asked_for() -> None:
    asked: list[str] = []

    def nothing(name: str) -> ImageLookup:
        asked.append(name)
        return ImageLookup(reference=name, digest=None, error="no such tag")

    look_up_images(machine(SYSTEM_CUDA), nothing, ("focal",))
    assert len([name for name in asked if "nvidia" in name]) == ASKED
    assert not [name for name in asked if name.startswith(("ubuntu", "debian"))]  # the archive has the release
