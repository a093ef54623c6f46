"""Whether a driver, a CUDA and a GPU run together. Pure rules over the tables of facts.

Sources: NVIDIA's "CUDA Compatibility" (minor version and forward compatibility) and the "CUDA C++ Programming Guide"
(binary and PTX compatibility).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from packaging.version import InvalidVersion, Version

from reproof.facts.cuda import CudaRelease, release_of
from reproof.facts.gpus import product_of

KERNEL = re.compile(r"(sm|compute)_(\d+)(\d)([af]?)")


@dataclass(frozen=True, slots=True)
class Fitness:
    """How well two things run together: fully, with something missing, not at all, or nobody knows."""

    state: Literal["full", "partly", "none", "unknown"]
    what: str
    why: str = ""
    effect: str = ""
    remedy: str = ""


def driver_fitness(driver: str, cuda: str, gpu: str) -> Fitness:
    """Return whether a driver runs a CUDA release, given exactly or by its minor version, on a GPU of this name."""
    release = release_of(cuda)
    what = f"driver {driver} and CUDA {cuda}"
    installed = as_version(driver)
    if release is None or release.driver is None or installed is None:
        return Fitness("unknown", what, f"the driver that CUDA {cuda} needs is not in the tables")
    if installed >= Version(release.driver):
        return Fitness("full", what, f"CUDA {release.cuda} needs {release.driver}")
    if release.driver_minor_compat and installed >= Version(release.driver_minor_compat):
        return Fitness(
            "partly",
            what,
            f"the driver is older than CUDA {release.cuda} ({release.driver}), but of the same major version",
            "code that the driver must compile (PTX, some of triton's and JAX's) does not run; the rest does",
            f"install driver {release.driver} or newer",
        )
    return too_old(what, release, gpu)


def too_old(what: str, release: CudaRelease, gpu: str) -> Fitness:
    """Return what is left when a driver is too old: a newer driver library beside it, on some GPUs."""
    product = product_of(gpu)
    oldest = release.driver_minor_compat or release.driver
    if product is not None and product.forward_compat and release.driver_minor_compat:
        package = f"cuda-compat-{release.minor.replace('.', '-')}"
        return Fitness(
            "partly",
            what,
            f"the driver is older than {oldest}, the oldest for CUDA {release.cuda}",
            f"it runs on a {product.product} only with NVIDIA's {package} in the image (CUDA images have it)",
            f"install driver {oldest} or newer",
        )
    return Fitness(
        "none",
        what,
        f"CUDA {release.cuda} needs at least driver {oldest}",
        "CUDA does not start: the run computes on the CPU, or fails",
        f"install driver {oldest} or newer",
    )


def kernel_fitness(build: str, kernels: tuple[str, ...], capability: str, gpu: str) -> Fitness:
    """Return whether a framework's build has code for a GPU.

    Machine code runs on GPUs of its own major capability with the same or a higher minor one; that for one GPU alone
    (`sm_90a`) only there. PTX is compiled by the driver for every later GPU.
    """
    major, minor = (int(part) for part in capability.split("."))
    what = f"{build} and {gpu} (compute capability {capability})"
    found = [KERNEL.fullmatch(kernel) for kernel in kernels]
    parsed = [(m[1], int(m[2]), int(m[3]), m[4]) for m in found if m]
    if not parsed:
        return Fitness("unknown", what, f"for which GPUs {build} has code is not in the tables")
    if any(kind == "sm" and fits(a, b, only, major, minor) for kind, a, b, only in parsed):
        return Fitness("full", what, "it has machine code for it")
    if any(kind == "compute" and not only and (a, b) <= (major, minor) for kind, a, b, only in parsed):
        return Fitness(
            "partly",
            what,
            "it has no machine code for it, only PTX, which the driver compiles",
            "the first start takes minutes, and the driver's compiler decides the last bits",
            "use a build that names this GPU",
        )
    return Fitness(
        "none",
        what,
        f"it has code for {' '.join(kernels)} and for no other",
        "every kernel fails (no kernel image is available for execution on the device)",
        f"replay on a GPU that it has code for, or use a build with sm_{major}{minor}",
    )


def fits(major: int, minor: int, only: str, wanted_major: int, wanted_minor: int) -> bool:
    """Say whether machine code for one capability runs on another; `a` code on its own, `f` code in its family."""
    if only == "a":
        return (major, minor) == (wanted_major, wanted_minor)
    return major == wanted_major and minor <= wanted_minor


def as_version(text: str) -> Version | None:
    """Return a driver's version; None if it is none."""
    try:
        return Version(text)
    except InvalidVersion:
        return None
