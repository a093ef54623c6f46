"""Which build of torch, TensorFlow or JAX a run used: its CUDA, and the GPUs that it has code for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from reproof.facts.cuda import cuda_images, minor_of
from reproof.facts.frameworks import tensorflow_builds, torch_builds
from reproof.model.snapshot import Distribution, Snapshot

LINKED_BEFORE = Version("1.14")
"""TensorFlow before it links to CUDA and cannot be imported without it; since then it is opened when a GPU is used."""
TENSORFLOW = ("tensorflow", "tensorflow-gpu")
CONDA_CUDA = re.compile(r"cuda_?(\d+\.?\d+)")
JAX_CUDA = re.compile(r"cuda(\d+)(?:\.cudnn(\d+))?")
VARIANT = re.compile(r"cu\d+|cpu|rocm[\d.]+|xpu")


@dataclass(frozen=True, slots=True)
class TorchUse:
    """The torch of a run. `kernels` is empty and `cuda` None where they are not known; `listed`: whether it is."""

    version: str
    variant: str
    cuda: str | None
    kernels: tuple[str, ...]
    listed: bool
    unverified: bool = False

    @property
    def name(self) -> str:
        """The build in words."""
        return f"torch {self.version}"


@dataclass(frozen=True, slots=True)
class SystemBuild:
    """A framework that takes CUDA from the system: which it was made for."""

    cuda: str
    cudnn: str | None
    why: str
    evidence: str


def torch_use(snapshot: Snapshot) -> TorchUse | None:
    """Return the build of torch that the run had installed; None if it had none, or one without CUDA."""
    found = next((entry for entry in snapshot.distributions if entry.name.lower() == "torch"), None)
    if found is None:
        return None
    public, _, local = found.version.partition("+")
    variant = local if VARIANT.fullmatch(local) else "pypi"
    build = torch_builds().get(public)
    told = snapshot.numerics.settings.get("torch.cuda") or conda_cuda(found)
    if variant == "cpu" or told == "None":
        return None
    if found.origin != "index" and variant == "pypi":  # conda's and one's own builds are not those of the index
        return TorchUse(found.version, found.build or found.origin, told, (), listed=False)
    cuda = told or (build.cuda_of(variant) if build else None)
    kernels = build.kernels_of(variant) if build else ()
    doubtful = build is not None and not {variant, "variants"}.isdisjoint(build.unverified)
    return TorchUse(found.version, variant, cuda, kernels, listed=build is not None, unverified=doubtful)


def conda_cuda(distribution: Distribution) -> str | None:
    """Return the CUDA in a conda build string, `pytorch/linux-64:py3.9_cuda11.3_cudnn8.2.0_0`."""
    found = CONDA_CUDA.search((distribution.build or "").rpartition(":")[2])
    if found is None:
        return None
    number = found[1]
    return number if "." in number else f"{number[:-1]}.{number[-1]}"  # conda-forge writes cuda112, cuda_126


def system_builds(snapshot: Snapshot) -> Iterator[SystemBuild]:
    """Yield the frameworks whose CUDA the system must have, where the run itself cannot show it.

    A run that could have loaded CUDA and did not has computed on the CPU: it needs none. A project that was only
    looked at shows nothing, and an old TensorFlow cannot even be imported without.
    """
    if snapshot.accelerator.libraries:
        return
    for distribution in snapshot.distributions:
        if distribution.origin != "conda":
            yield from tensorflow_build(distribution, snapshot)
            yield from jax_build(distribution, snapshot)


def tensorflow_build(distribution: Distribution, snapshot: Snapshot) -> Iterator[SystemBuild]:
    """Yield what a TensorFlow for GPUs was tested with; nothing if it is not known or CUDA comes in wheels."""
    name = distribution.name.lower().replace("_", "-")
    build = tensorflow_builds().get(distribution.version)
    if name not in TENSORFLOW or build is None or build.cuda is None or build.package != name:
        return
    linked = Version(build.version) < LINKED_BEFORE
    wheels = any(entry.name.lower().startswith("nvidia-cudnn") for entry in snapshot.distributions)
    if linked or (snapshot.kind == "capture" and snapshot.accelerator.present and not wheels):
        reason = "cannot be imported without" if linked else "computes on a GPU with"
        yield SystemBuild(
            cuda=build.cuda,
            cudnn=build.cudnn,
            why=f"{name} {build.version} {reason} the CUDA {build.cuda} and cuDNN {build.cudnn} of the system",
            evidence=f"{name} {build.version}, tested by its makers with CUDA {build.cuda} and cuDNN {build.cudnn}",
        )


def jax_build(distribution: Distribution, snapshot: Snapshot) -> Iterator[SystemBuild]:
    """Yield what a jaxlib for GPUs was built with, as its local version tells: `0.3.25+cuda11.cudnn82`."""
    found = JAX_CUDA.fullmatch(distribution.version.partition("+")[2])
    if distribution.name.lower() != "jaxlib" or found is None:
        return
    if snapshot.kind != "capture" or not snapshot.accelerator.present:
        return
    cudnn = f"{found[2][0]}.{found[2][1:]}" if found[2] else None
    cuda = newest_with(int(found[1]), int(cudnn[0]) if cudnn else None, snapshot.accelerator.cuda)
    if cuda is not None:
        yield SystemBuild(
            cuda=cuda,
            cudnn=cudnn,
            why=f"jaxlib {distribution.version} computes on a GPU with a CUDA {found[1]} of the system",
            evidence=f"jaxlib {distribution.version}; its minor CUDA is not known, so the newest that the driver knows",
        )


def newest_with(major: int, cudnn_major: int | None, most: str | None) -> str | None:
    """Return the newest minor CUDA of a major one that an image has with this cuDNN, up to what the driver knows."""
    minors = {
        minor_of(image.cuda)
        for image in cuda_images()
        if image.cuda.startswith(f"{major}.") and image.status != "deleted" and image.cudnn_major == cudnn_major
    }
    known = [minor for minor in minors if most is None or version_of(minor) <= version_of(most)]
    return max(known or minors, key=version_of, default=None)


def version_of(text: str) -> Version:
    """Return a version that can be compared; one that cannot be read is the oldest of all."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0")
