"""GPUs: what they can run, and which CUDA knows them. Sources: SOURCES.md."""

from __future__ import annotations

from functools import cache

from reproof.facts.tables import read_table
from reproof.model.base import Frozen


class GpuProduct(Frozen):
    """A GPU model, or a family of one name. None is unknown, but for `last_cuda`: None is still supported."""

    product: str
    kind: str
    """datacenter, workstation, consumer or embedded."""
    capability: str
    """Compute capability, `9.0`."""
    architecture: str
    first_cuda: str
    """The first CUDA whose compiler makes code for exactly this one."""
    last_cuda: str | None
    cubin_first_cuda: str
    """The first CUDA whose code runs on it, made for an earlier GPU of the same major capability."""
    forward_compat: bool | None
    """Whether a newer CUDA may bring its own driver library (cuda-compat): on data-centre GPUs, as a rule."""
    last_driver_branch: int | None
    unverified: bool


@cache
def gpu_products() -> tuple[GpuProduct, ...]:
    """Return the known products, lower capabilities first."""
    return read_table("gpus", GpuProduct)


def product_of(name: str) -> GpuProduct | None:
    """Return the product of a name as a driver gives it, `NVIDIA H100 80GB HBM3`; None if it is not known.

    The longest product that the name has in it, as whole words, is meant: `H100 NVL` before `H100`.
    """
    padded = f" {name.replace('-', ' ').lower()} "
    found = [gpu for gpu in gpu_products() if f" {plain(gpu.product)} " in padded]
    return max(found, key=lambda gpu: len(gpu.product), default=None)


def plain(product: str) -> str:
    """Return what a driver's name has of a product's: drivers leave `Tesla` out since 2021."""
    return product.replace("-", " ").lower().removeprefix("tesla ")
