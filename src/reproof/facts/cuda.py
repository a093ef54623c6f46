"""CUDA: the images that NVIDIA publishes, and what each release needs of a driver. Sources: SOURCES.md."""

from __future__ import annotations

from functools import cache
from typing import Literal

from packaging.version import Version

from reproof.facts.tables import read_table
from reproof.model.base import Frozen

REPOSITORY = "nvidia/cuda"
MINOR_COMPATIBLE_FROM = 11
"""Releases of this major version and later run on the driver of an earlier minor one of the same major."""

Flavour = Literal["base", "runtime", "devel"]


class CudaImage(Frozen):
    """A tag of `nvidia/cuda`. None is unknown: an `os` of None is the one that was usual when the tag was made."""

    tag: str
    cuda: str
    flavour: Flavour
    """`base`: cudart alone; `runtime`: the mathematical libraries and NCCL, too; `devel`: compilers and headers."""
    os: str | None
    os_version: str | None
    has_cudnn: bool
    cudnn_major: int | None
    cudnn: str | None
    """The last version that is known to be inside: tags were rebuilt with newer ones."""
    architectures: tuple[str, ...]
    """As Docker names them; empty where they are not known."""
    status: Literal["there", "deleted"] | None
    """What the vendor's registry had in May 2026."""
    last_supported: str | None
    """The last day on which the vendor's list named it."""
    unverified: bool


class CudaRelease(Frozen):
    """A CUDA toolkit. Driver versions are those for Linux."""

    cuda: str
    driver: str | None
    """The oldest driver with which everything works."""
    driver_minor_compat: str | None
    """The oldest with which it runs, but for what needs a compiler in the driver; None before CUDA 11."""
    sm: tuple[int, ...]
    """What its compiler can make code for, 90 for compute capability 9.0."""
    cudart: tuple[str, ...]
    """Versions of the runtime library in it."""
    unverified: bool

    @property
    def minor(self) -> str:
        """`12.4` for 12.4.1."""
        return minor_of(self.cuda)


def minor_of(version: str) -> str:
    """Return major and minor: `12.4` for `12.4.127`."""
    return ".".join(version.split(".")[:2])


def major_of(version: str) -> int:
    """Return 12 for `12.4`."""
    return int(version.split(".")[0])


@cache
def cuda_images() -> tuple[CudaImage, ...]:
    """Return the known tags, older CUDA first."""
    return read_table("cuda_images", CudaImage)


@cache
def cuda_releases() -> tuple[CudaRelease, ...]:
    """Return the releases, older first."""
    return read_table("cuda_releases", CudaRelease)


def releases_with(cudart: str) -> tuple[CudaRelease, ...]:
    """Return the releases that have this version of the runtime library; several share one now and then."""
    return tuple(release for release in cuda_releases() if cudart in release.cudart)


def release_of(version: str) -> CudaRelease | None:
    """Return a release by its exact version, or the first one of a minor version: its driver is enough for that."""
    exact = [release for release in cuda_releases() if release.cuda == version]
    minor = [release for release in cuda_releases() if release.minor == minor_of(version)]
    return next(iter(exact or sorted(minor, key=lambda release: Version(release.cuda))), None)
