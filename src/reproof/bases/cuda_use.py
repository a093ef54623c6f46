"""Where the CUDA of a run came from: wheels, conda or the system. From that follows which base it needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Literal

from reproof.bases.frameworks import SystemBuild, system_builds
from reproof.facts.cuda import Flavour, major_of, minor_of, releases_with
from reproof.model.snapshot import AcceleratorLibrary, LoadedFile, Snapshot

DRIVER = "cuda"
"""The short name of the driver's own library: it comes from the machine, never from an image."""
FLAVOURS: tuple[Flavour, ...] = ("base", "runtime", "devel")
"""Each has all that is in those before it."""
IN_BASE = frozenset({"cudart"})
IN_DEVEL = frozenset({"cupti"})
NOT_IN_IMAGES = frozenset({"tensorrt", "cusparselt", "nvshmem"})
"""Libraries that no image of `nvidia/cuda` has."""
COMPILERS = frozenset({"nvcc", "ptxas", "cicc", "nvlink", "fatbinary", "cudafe++", "cuobjdump", "nvdisasm"})
"""Programs of the toolkit; only `devel` has them."""
IN_PATH = re.compile(r"/cuda-(\d+\.\d+)(?:/|$)")
ROCM = frozenset({
    "hip", "hsa", "miopen", "rccl", "rocblas", "hipblas", "hipblaslt", "rocfft", "rocrand", "rocsolver", "rocsparse",
    "hipsparselt",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class SystemCuda:
    """A CUDA outside of wheels and conda that the run needs. `version` is exact, or only a minor one."""

    version: str
    cudnn: str | None
    flavour: Flavour
    why: str
    evidence: str
    not_in_images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CudaUse:
    """The CUDA that a run computed with. `version` is None when it used none, or nothing tells which."""

    origins: tuple[Literal["wheel", "conda", "system"], ...]
    version: str | None
    system: SystemCuda | None
    evidence: str
    bundled_cudnn: str | None = None
    """The version of the cuDNN that wheels or conda brought."""

    @property
    def used(self) -> bool:
        """Whether any CUDA library, other than the driver's, was loaded or is needed."""
        return bool(self.origins) or self.system is not None


def find_cuda(snapshot: Snapshot) -> CudaUse:
    """Return where the CUDA of a run came from, by what its processes had mapped and which programs they started."""
    libraries = [entry for entry in snapshot.accelerator.libraries if entry.name not in (DRIVER, *ROCM)]
    brought = [entry for entry in libraries if entry.origin in ("wheel", "conda")]
    outside = [entry for entry in libraries if entry.origin in ("system", "other")]
    system = system_cuda(snapshot, outside)
    origins = {origin_of(entry) for entry in libraries} | ({"system"} if system else set())
    settings = snapshot.numerics.settings
    version = runtime_of(brought) or (system.version if system else None) or known(settings.get("torch.cuda"))
    return CudaUse(
        origins=tuple(origin for origin in ("wheel", "conda", "system") if origin in origins),
        version=version,
        system=system,
        evidence=describe(libraries) or (system.evidence if system else "no CUDA library was loaded"),
        bundled_cudnn=next((entry.version or "?" for entry in brought if entry.name == "cudnn"), None),
    )


def system_cuda(snapshot: Snapshot, outside: list[AcceleratorLibrary]) -> SystemCuda | None:
    """Return the system's CUDA that the run needs, with the smallest flavour of image that has it; None if none."""
    compilers = [file for file in snapshot.loaded if is_compiler(file)]
    build = next(iter(system_builds(snapshot)), None)
    places = [*(entry.path for entry in outside), *(file.path for file in compilers)]
    version = (
        runtime_of(outside)
        or exact(snapshot, next(filter(None, map(in_path, places)), None))
        or (build.cuda if build else None)
    )
    if version is None or not (outside or compilers or build):
        return None
    found = from_libraries(outside, version) if outside or not build else from_build(build, version)
    if not compilers:
        return found
    names = ", ".join(sorted({PurePosixPath(file.path).name for file in compilers}))
    return replace(
        found,
        flavour="devel",
        why=f"the run started CUDA's compilers ({names}), which only a devel image has",
        evidence="; ".join(filter(None, (found.evidence, compilers[0].path))),
    )


def from_libraries(outside: list[AcceleratorLibrary], version: str) -> SystemCuda:
    """Return what libraries of the system ask for."""
    names = {entry.name for entry in outside}
    flavour: Flavour = "devel" if names & IN_DEVEL else "base" if names <= IN_BASE else "runtime"
    return SystemCuda(
        version=version,
        cudnn=next((entry.version or "" for entry in outside if entry.name == "cudnn"), None),
        flavour=flavour,
        why="the run loaded CUDA libraries of the system, which no wheel brings",
        evidence=describe(outside),
        not_in_images=tuple(sorted(names & NOT_IN_IMAGES)),
    )


def from_build(build: SystemBuild, version: str) -> SystemCuda:
    """Return what a framework asks for that takes CUDA from the system, where nothing was run that shows it."""
    return SystemCuda(version=version, cudnn=build.cudnn, flavour="runtime", why=build.why, evidence=build.evidence)


def runtime_of(libraries: Iterable[AcceleratorLibrary]) -> str | None:
    """Return the CUDA release of a loaded runtime library, the first of those that share its version."""
    for entry in libraries:
        if entry.name == "cudart" and entry.version:
            releases = releases_with(entry.version)
            if releases:
                return releases[0].cuda
            # `libcudart.so.11.0` is that of every CUDA 11; before, a soname had the minor version.
            if entry.version.count(".") > 1 or (entry.version.count(".") == 1 and major_of(entry.version) < 11):
                return minor_of(entry.version)
    return None


def exact(snapshot: Snapshot, minor: str | None) -> str | None:
    """Return the exact release of a minor version where the image of the run told it (`CUDA_VERSION`)."""
    told = snapshot.environment.variables.get("CUDA_VERSION", "")
    return told if minor and re.fullmatch(r"\d+\.\d+\.\d+", told) and minor_of(told) == minor else minor


def is_compiler(file: LoadedFile) -> bool:
    """Say whether a file is a program of the system's CUDA toolkit; wheels (triton) and conda bring their own."""
    brought = (file.owner or "").startswith(("dist:", "conda:"))
    return file.kind == "program" and not brought and PurePosixPath(file.path).name in COMPILERS


def in_path(path: str) -> str | None:
    """Return 11.2 of `/usr/local/cuda-11.2/lib64/libcublas.so.11`."""
    found = IN_PATH.search(path)
    return found[1] if found else None


def origin_of(entry: AcceleratorLibrary) -> str:
    """Return where a library came from; what belongs to nobody known was installed on the system by hand."""
    return "system" if entry.origin == "other" else entry.origin


def known(version: str | None) -> str | None:
    return version if version and re.fullmatch(r"\d+(\.\d+)+", version) else None


def describe(libraries: Iterable[AcceleratorLibrary]) -> str:
    """Return the loaded libraries in one line, as `cudart 12.1.105 (wheel)`."""
    listed = {f"{entry.name} {entry.version or '?'} ({origin_of(entry)})" for entry in libraries}
    return ", ".join(sorted(listed))
