"""Tells the CUDA and ROCm libraries among those that a run had loaded, and where they come from."""

import os
import re
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional

_NAMES = {
    "libcuda": "cuda", "libcudart": "cudart", "libcudnn": "cudnn", "libcublas": "cublas", "libcublasLt": "cublaslt",
    "libcufft": "cufft", "libcurand": "curand", "libcusolver": "cusolver", "libcusparse": "cusparse",
    "libcusparseLt": "cusparselt", "libnccl": "nccl", "libnvrtc": "nvrtc", "libnvJitLink": "nvjitlink",
    "libcupti": "cupti", "libnvinfer": "tensorrt", "libnvshmem_host": "nvshmem",
    "libamdhip64": "hip", "libhsa-runtime64": "hsa", "libMIOpen": "miopen", "librccl": "rccl",
    "librocblas": "rocblas", "libhipblas": "hipblas", "libhipblaslt": "hipblaslt", "librocfft": "rocfft",
    "librocrand": "rocrand", "librocsolver": "rocsolver", "librocsparse": "rocsparse", "libhipsparselt": "hipsparselt",
}  # fmt: skip
"""The usual short name by the beginning of the file name; `cuda` is the driver's own."""
_FILE = re.compile(r"(lib[A-Za-z0-9_-]+?)(-[0-9a-f]{8})?\.so((?:\.\d+)*)$")
"""Tools that bundle libraries into a wheel put eight digits of a hash into the name."""
_OF_ITS_OWN = re.compile(r"(nvidia|tensorrt|rocm)-")
"""Wheels that hold one component, and have its version; a library inside torch's has not torch's."""
_SYSTEM = ("/usr/", "/lib/", "/lib64/", "/opt/")


class Owner(NamedTuple):
    """A distribution or package of the environment. `conda` is true if conda installed it."""

    version: str
    conda: bool


def accelerator_libraries(loaded: Iterable[Mapping[str, Any]], owners: Mapping[str, Owner]) -> List[Dict[str, Any]]:
    """Return the fields of the model's AcceleratorLibrary for those of these files that are one, by name and path.

    `loaded` has the fields of the model's LoadedFile; `owners` what is known of those (`dist:nvidia-nccl-cu12`).
    """
    found = []
    for entry in loaded:
        path, owner = entry["path"], entry["owner"]
        file = _FILE.match(os.path.basename(path))
        if file and file.group(1) in _NAMES:
            known = owners.get(owner or "")
            found.append({
                "name": _NAMES[file.group(1)],
                "version": _version(file.group(3).lstrip("."), owner, known),
                "path": path,
                "origin": _origin(path, owner, known),
                "owner": owner,
            })  # fmt: skip
    return sorted(found, key=lambda library: (library["name"], library["path"]))


def _version(number: str, owner: Optional[str], known: Optional[Owner]) -> Optional[str]:
    """Return the version: the owner's if it holds nothing else, or what the file name says (`12.4.127`, or only `12`).

    The name alone misleads: every cudart of CUDA 11 is `libcudart.so.11.0` in a wheel.
    """
    if known is not None and owner is not None:
        kind, _, name = owner.partition(":")
        if kind == "conda" or _OF_ITS_OWN.match(name):
            return known.version
    return number or None


def _origin(path: str, owner: Optional[str], known: Optional[Owner]) -> str:
    kind = (owner or "").partition(":")[0]
    if kind == "conda" or (known is not None and known.conda):
        return "conda"
    if kind == "dist":
        return "wheel"
    # A driver's libraries are put into a container without a package, CUDA may come from an archive.
    return "system" if kind in ("deb", "rpm", "apk") or path.startswith(_SYSTEM) else "other"
