"""Ranks the tags of `nvidia/cuda` for a run that needs a CUDA of the system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.version import Version

from reproof.bases.cuda_use import FLAVOURS, SystemCuda, find_cuda
from reproof.bases.libc import LibcNeed, Nearness, libc_difference, libc_need, nearness
from reproof.facts.cuda import MINOR_COMPATIBLE_FROM, REPOSITORY, CudaImage, cuda_images, major_of, minor_of
from reproof.facts.systems import OperatingSystem, system_named
from reproof.model.snapshot import Snapshot

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "ppc64le": "ppc64le"}
"""Names of processors, as Linux and as Docker have them."""
PACKAGED = ("ubuntu", "debian")
"""Systems with the package manager that the image's other files are made for; they are preferred among equals."""


@dataclass(frozen=True, slots=True)
class CudaCandidate:
    """A tag that could serve, the system in it, and in what it is not as recorded."""

    image: CudaImage
    system: OperatingSystem | None
    differences: tuple[str, ...]

    @property
    def reference(self) -> str:
        """The name to ask a registry for."""
        return f"{REPOSITORY}:{self.image.tag}"


def cuda_candidates(snapshot: Snapshot) -> Iterator[CudaCandidate]:
    """Yield the tags that could be a run's base, nearest first; none if it needs no CUDA of the system.

    Tags that the vendor is known to have deleted are left out, but for the very nearest, which a mirror may have. One
    with too old a C library is better than no CUDA, and comes last.
    """
    wanted = find_cuda(snapshot).system
    architecture = ARCHITECTURES.get(snapshot.system.architecture)
    if wanted is None or architecture is None:
        return
    need = libc_need(snapshot)
    fitting = [
        image
        for image in cuda_images()
        if serves(image, wanted) and architecture in (image.architectures or ("amd64",))
    ]
    ranked = sorted(fitting, key=lambda image: rank(image, wanted, need))
    there = [image for image in ranked if image.status != "deleted"]
    for image in dict.fromkeys((*ranked[:1], *there)):
        yield CudaCandidate(image, system_in(image), tuple(differences(image, wanted, need)))


def serves(image: CudaImage, wanted: SystemCuda) -> bool:
    """Say whether an image has the libraries: of the same soname, with cuDNN exactly if the run used the system's."""
    same_major = major_of(image.cuda) == major_of(wanted.version)
    minor, asked = Version(minor_of(image.cuda)), Version(minor_of(wanted.version))
    newer = major_of(image.cuda) >= MINOR_COMPATIBLE_FROM and minor >= asked
    if not (same_major and (minor == asked or newer)):
        return False
    if FLAVOURS.index(image.flavour) < FLAVOURS.index(wanted.flavour):
        return False
    if wanted.cudnn is None:
        return not image.has_cudnn
    return image.has_cudnn and (not wanted.cudnn or image.cudnn_major in (None, major_of(wanted.cudnn)))


def rank(image: CudaImage, wanted: SystemCuda, need: LibcNeed) -> tuple[object, ...]:
    """Return the order: what changes numbers most comes first."""
    near = system_nearness(image, need)
    return (
        near.tier > 1,
        near.distance if near.tier == 3 else 0,
        steps(minor_of(image.cuda), minor_of(wanted.version)),
        cudnn_distance(image, wanted),
        patch_distance(image.cuda, wanted.version),
        near.tier,
        near.distance,
        image.os not in PACKAGED,
        FLAVOURS.index(image.flavour),
        image.tag,
    )


def steps(minor: str, wanted: str) -> int:
    """Return how many minor versions lie between two of one major version."""
    return abs(Version(minor).minor - Version(wanted).minor)


def cudnn_distance(image: CudaImage, wanted: SystemCuda) -> int:
    """Return 0 for the recorded cuDNN, 1 for the same minor version, 2 for another or an unknown one."""
    if not wanted.cudnn or (image.cudnn or "").startswith(wanted.cudnn):
        return 0
    return 1 if image.cudnn and minor_of(image.cudnn) == minor_of(wanted.cudnn) else 2


def patch_distance(cuda: str, wanted: str) -> int:
    """Return how far a patch version is from the wanted one; from the newest one, where only a minor is known."""
    patch = Version(cuda).micro
    return abs(patch - Version(wanted).micro) if wanted.count(".") > 1 and Version(wanted).micro < 20 else -patch


def system_in(image: CudaImage) -> OperatingSystem | None:
    """Return the operating system of an image; None if it is not known."""
    return system_named(image.os, image.os_version) if image.os else None


def system_nearness(image: CudaImage, need: LibcNeed) -> Nearness:
    """Return how near an image's system is to the recorded one; the interpreter of that one is carried into it."""
    return nearness(system_in(image), need, carried=True)


def differences(image: CudaImage, wanted: SystemCuda, need: LibcNeed) -> Iterator[str]:
    """Yield in what an image is not as recorded."""
    if not is_same(image.cuda, wanted.version):
        yield f"CUDA {image.cuda} instead of {wanted.version}"
    if wanted.cudnn and not (image.cudnn or "").startswith(wanted.cudnn):
        yield f"cuDNN {image.cudnn or 'of unknown version'} instead of {wanted.cudnn}"
    if image.flavour != wanted.flavour:
        yield f"{image.flavour} instead of {wanted.flavour}, which is larger"
    system = system_in(image)
    if need.system is None or system != need.system:
        inside = f"{image.os} {image.os_version}" if image.os else "an operating system that the tag does not name"
        old = ", which may be too old for the carried interpreter" if system_nearness(image, need).tier == 3 else ""
        yield inside + (f" ({libc_difference(system, need)}{old})" if system else "")


def is_same(cuda: str, wanted: str) -> bool:
    """Say whether a tag's CUDA is the wanted one: tags before CUDA 11 have no patch version."""
    return cuda == wanted or wanted.startswith(f"{cuda}.") or cuda.startswith(f"{wanted}.")
