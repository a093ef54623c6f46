"""Builds of torch and TensorFlow: which CUDA is in them, and for which GPUs they have code. Sources: SOURCES.md."""

from __future__ import annotations

from functools import cache

from reproof.facts.tables import read_table
from reproof.model.base import Frozen


class TorchBuild(Frozen):
    """A release of torch. A variant is named by its local version, `cu118`; `pypi` is the one without."""

    version: str
    released: str | None
    cuda: str | None
    """The CUDA of the variant without a local version."""
    libraries: str | None
    """Where that one has its CUDA libraries: bundled, in nvidia-* wheels, or partly so."""
    variants: dict[str, str]
    """CUDA by variant."""
    kernels: dict[str, tuple[str, ...]]
    """By variant, for which GPUs it has code: `sm_90` for the machine code of 9.0, `compute_90` for PTX."""
    yanked: bool
    unverified: tuple[str, ...]

    def cuda_of(self, variant: str) -> str | None:
        """Return the CUDA of a variant; None if it is not known, or has none."""
        return self.cuda if variant == "pypi" else self.variants.get(variant)

    def kernels_of(self, variant: str) -> tuple[str, ...]:
        """Return for which GPUs a variant has code; empty if it is not known."""
        if variant == "pypi" and variant not in self.kernels and self.cuda is not None:
            variant = "cu" + self.cuda.replace(".", "")
        return self.kernels.get(variant, ())


class TensorflowBuild(Frozen):
    """A release of TensorFlow and the CUDA that its makers tested it with. None is unknown."""

    version: str
    released: str | None
    cuda: str | None
    cudnn: str | None
    package: str | None
    """The distribution with GPU support: `tensorflow-gpu`, or `tensorflow` since both are one."""
    in_wheels: bool
    """Whether the extra `and-cuda` exists, which takes CUDA from wheels."""
    inherited: bool
    """Whether a patch release took the versions of its minor one."""
    unverified: bool


@cache
def torch_builds() -> dict[str, TorchBuild]:
    """Return the known releases of torch by version."""
    return {build.version: build for build in read_table("torch", TorchBuild)}


@cache
def tensorflow_builds() -> dict[str, TensorflowBuild]:
    """Return the known releases of TensorFlow by version."""
    return {build.version: build for build in read_table("tensorflow", TensorflowBuild)}
