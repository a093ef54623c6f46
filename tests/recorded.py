"""Snapshots of realistic machines from a few words each, and a registry and an archive that answer for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from factories import digest, make_pin, make_resolution, make_snapshot

from reproof.facts.cuda import cuda_images
from reproof.facts.systems import system_named
from reproof.model.base import Blob
from reproof.model.resolution import ArchivePackage, ImageLookup, Resolution
from reproof.model.snapshot import Snapshot
from reproof.resolve.bases import look_up_images

GPUS = {
    "k80": ("Tesla K80", "3.7", 12), "p100": ("Tesla P100-PCIE-16GB", "6.0", 16),
    "1080ti": ("GeForce GTX 1080 Ti", "6.1", 11), "v100": ("Tesla V100-SXM2-16GB", "7.0", 16),
    "t4": ("Tesla T4", "7.5", 16), "2080ti": ("GeForce RTX 2080 Ti", "7.5", 11),
    "a100": ("NVIDIA A100-SXM4-80GB", "8.0", 80), "3090": ("NVIDIA GeForce RTX 3090", "8.6", 24),
    "a10g": ("NVIDIA A10G", "8.6", 24), "4090": ("NVIDIA GeForce RTX 4090", "8.9", 24), "l4": ("NVIDIA L4", "8.9", 24),
    "l40s": ("NVIDIA L40S", "8.9", 48), "h100": ("NVIDIA H100 80GB HBM3", "9.0", 80),
    "h200": ("NVIDIA H200", "9.0", 141), "b200": ("NVIDIA B200", "10.0", 180),
    "5090": ("NVIDIA GeForce RTX 5090", "12.0", 32), "mi250": ("AMD Instinct gfx90a", None, 64),
}  # fmt: skip
"""Name as the driver prints it, compute capability, memory in GB."""
CODENAMES = {"fedora 40": "", "rocky 9.3": "", "centos 7": "", "darwin 14": ""}
PREFIXES = {"pyenv": "/home/ada/.pyenv/versions/{version}", "uv": "/home/ada/.local/share/uv/python/cpython-{version}",
            "system": "/usr", "conda": "/opt/conda/envs/train"}  # fmt: skip
WHEELS = {"cudart": "nvidia-cuda-runtime", "cudnn": "nvidia-cudnn", "cublas": "nvidia-cublas", "nccl": "nvidia-nccl"}


def machine(row: dict[str, Any]) -> Snapshot:
    """Return the snapshot that a row of `tests/golden/machines.yaml` describes."""
    version, kind = str(row["python"]).split()
    major_minor = ".".join(version.split(".")[:2])
    prefix = PREFIXES[kind].format(version=version)
    owner = {"system": f"{row.get('manager', 'deb')}:python{major_minor}-minimal", "conda": "conda:python"}.get(kind)
    venv = prefix if kind == "conda" else "/home/ada/digits/.venv"
    site = f"{venv}/lib/python{major_minor}/site-packages"
    return make_snapshot(
        kind=row.get("kind", "run"),
        command={"exit_code": None} if row.get("kind") == "capture" else {},
        interpreter={
            "version": version, "build": version, "binary": f"{prefix}/bin/python{major_minor}", "prefix": venv,
            "executable": f"{venv}/bin/python", "base_prefix": prefix, "stdlib": f"{prefix}/lib/python{major_minor}",
            "purelib": site, "platlib": site, "owner": owner, "needs": row.get("needs", []),
        },
        distributions=list(distributions(row, site, kind)),
        loaded=[{"path": path, "kind": "program", "size": 1, "digest": digest("6"), "owner": program_owner(path)}
                for path in row.get("programs", [])],
        system=system(row, kind),
        accelerator={**accelerator(row), "libraries": list(libraries(row, site, venv))},
        numerics={"settings": row.get("settings", {}), "pools": row.get("pools", [])},
        environment={"variables": row.get("variables", {})},
        hardware={"cpu_flags": row.get("flags", ["avx2", "fma"]), "cpus": list(range(row.get("cpus", 2)))},
    )  # fmt: skip


def system(row: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return operating system and packages; the C library is that of the release unless the row says it."""
    name, version = row["os"].split()
    known = system_named(name, version)
    manager = row.get("manager", "deb")
    packages = [{"name": "libc6" if manager == "deb" else "glibc", "version": "1", "architecture": "amd64",
                 "manager": manager}]  # fmt: skip
    for text in row.get("packages_of_system", []):
        package, number = text.split()
        packages.append({"name": package, "version": number, "architecture": "amd64", "manager": manager})
    if kind == "conda":
        packages.append({"name": "python", "version": row["python"].split()[0], "architecture": "linux-64",
                         "manager": "conda"})  # fmt: skip
    return {
        "os": name, "os_version": version, "codename": (known.codename or "") if known else CODENAMES[row["os"]],
        "libc": f"glibc {row.get('glibc') or (known.glibc if known else '')}".strip(), "packages": packages,
        "architecture": row.get("architecture", "x86_64"),
    }  # fmt: skip


def distributions(row: dict[str, Any], site: str, kind: str) -> Iterator[dict[str, Any]]:
    """Yield installed packages: `torch 2.1.0+cu118`, with a platform tag or a conda build after it."""
    for text in row["packages"]:
        name, version, *more = text.split()
        tags = [f"cp3-cp3-{tag}" for tag in more if "linux" in tag]
        yield {
            "name": name, "version": version, "location": site, "dist_info": f"{name}-{version}.dist-info",
            "origin": "conda" if kind == "conda" and "pip" not in more else "index", "tags": tags,
            "record": digest("5"),
            "build": next((word for word in more if "cuda" in word or "cpu" in word), None),
        }  # fmt: skip


def accelerator(row: dict[str, Any]) -> dict[str, Any]:
    """Return GPUs and driver: `8 h100 535.104.05 12.2`, the last the newest CUDA of that driver."""
    if "gpus" not in row:
        return {"present": False}
    count, name, driver, cuda = row["gpus"].split()
    full, capability, gigabytes = GPUS[name]
    mig = row.get("mig", [])
    gpu = {
        "name": full,
        "compute_capability": capability,
        "memory": gigabytes << 30,
        "mig": bool(mig),
        "mig_devices": mig,
    }
    gpus = [{**gpu, "uuid": f"GPU-{number}"} for number in range(int(count))]
    probe = "kfd" if full.startswith("AMD") else "nvml 12"
    return {"present": True, "driver": driver, "cuda": None if probe == "kfd" else cuda, "gpus": gpus, "probe": probe}


def libraries(row: dict[str, Any], site: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield the loaded CUDA libraries by origin: `{wheel: {cudart: 12.1.105}, system: {cudnn: 8.1.1}}`."""
    if "gpus" in row and row.get("libraries"):
        driver = row["gpus"].split()[2]
        yield library("cuda", driver, f"/usr/lib/x86_64-linux-gnu/libcuda.so.{driver}", "system", None)
    for origin, found in row.get("libraries", {}).items():
        for name, version in found.items():
            number = str(version)
            if origin == "wheel":
                major = row.get("wheel_cuda", number.split(".")[0])
                owner = f"dist:{WHEELS[name]}-cu{major}"
                yield library(name, number, f"{site}/nvidia/{name}/lib/lib{name}.so.{number}", "wheel", owner)
            elif origin == "bundled":
                yield library(name, number, f"{site}/torch/lib/lib{name}-0f1e2d3c.so.{number}", "wheel", "dist:torch")
            elif origin == "conda":
                yield library(name, number, f"{prefix}/lib/lib{name}.so", "conda", f"conda:{name}")
            else:
                root = row.get("cuda_root", "/usr/local/cuda") + "/lib64"
                yield library(name, number, f"{root}/lib{name}.so.{number}", "system", None)


def library(name: str, version: str, path: str, origin: str, owner: str | None) -> dict[str, Any]:
    return {"name": name, "version": version, "path": path, "origin": origin, "owner": owner}


def program_owner(path: str) -> str | None:
    return "dist:triton" if "site-packages" in path else None


def resolution(row: dict[str, Any], snapshot: Snapshot) -> Resolution:
    """Return what a registry and an archive answer, as the row has them; by default both have all there is."""
    suites = tuple(row.get("archives", []))
    images = look_up_images(snapshot, registry(row.get("registry", "all"), row.get("mirror_has", [])), suites,
                            row.get("mirror"))  # fmt: skip
    interpreter = snapshot.interpreter
    kept = interpreter is not None and row.get("kept", not (interpreter.owner or "").startswith(("deb:", "rpm:")))
    recorded = [package for package in snapshot.system.packages if package.manager == "deb"] if suites else []
    return make_resolution(
        snapshot,
        images=images,
        sources=suites,
        interpreter=Blob(digest=digest("b"), size=1000) if kept else None,
        packages=tuple(
            ArchivePackage(
                name=package.name,
                recorded=package.version,
                available=row.get("available", {}).get(package.name, package.version),
            )
            for package in recorded
        ),
        pins=tuple(
            make_pin(entry.name, entry.version, location=entry.location) for entry in snapshot.distributions
        ),
    )  # fmt: skip


def registry(has: str | list[str], mirror_has: Iterable[str]) -> Callable[[str], ImageLookup]:
    """Return who answers for images: `all` that are not known to be deleted, `none` reachable, or those that match."""
    deleted = {image.tag for image in cuda_images() if image.status == "deleted"}

    def look_up(name: str) -> ImageLookup:
        tag = name.rpartition(":")[2]
        if has == "none":
            return ImageLookup(reference=name, digest=None, error="the registry does not answer", reachable=False)
        if name.startswith("mirror.example/"):
            there = tag in mirror_has
        elif has == "all":
            there = tag not in deleted
        else:
            there = any(re.search(pattern, name) for pattern in has)
        if there:
            return ImageLookup(reference=name, digest=digest("d"))
        return ImageLookup(reference=name, digest=None, error="the registry has no such tag")

    return look_up
