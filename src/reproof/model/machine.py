"""The machine of a run, and the numerics that it chose there."""

from __future__ import annotations

from typing import Literal

from reproof.model.base import Frozen


class Hardware(Frozen):
    """The machine. Memory in bytes; `cpus` are the ones that the run was allowed to use; limits are the cgroup's.

    `cores`, `sockets` and `numa` are the machine's; None and empty where the kernel does not tell them.
    """

    cpu_model: str
    cpu_flags: tuple[str, ...]
    cpu_count: int
    cpus: tuple[int, ...]
    memory: int
    memory_limit: int | None = None
    cpu_quota: float | None = None
    cores: int | None = None
    """Physical ones."""
    sockets: int | None = None
    numa: tuple[tuple[int, ...], ...] = ()
    """The CPUs of each NUMA node."""
    microcode: str | None = None
    """Of the first CPU, as the kernel prints it."""
    swap: int | None = None
    shm: int | None = None
    """Bytes of /dev/shm, where DataLoader workers pass tensors."""


class Gpu(Frozen):
    """One GPU as the driver names it; an AMD one as `AMD <name> <architecture>`. Memory in bytes."""

    name: str
    uuid: str = ""
    compute_capability: str | None = None
    memory: int | None = None
    mig: bool = False
    mig_devices: tuple[str, ...] = ()
    """The profiles of its MIG devices, `1g.10gb`; `unknown` where a driver names none."""


class AcceleratorLibrary(Frozen):
    """A CUDA, ROCm or similar library that a process of the run had loaded.

    `version` is that of the wheel or package that holds nothing else, or what the file name says of it. `system` is
    also what lies in a system folder without a package, as a driver's libraries do in a container.
    """

    name: str
    """The usual short one: `cudart`, `cudnn`, `cublas`, `nccl`."""
    version: str | None
    path: str
    origin: Literal["wheel", "conda", "system", "other"]
    owner: str | None = None


class Accelerator(Frozen):
    """GPUs and their driver. No GPU is recorded as `present=False`, never left out."""

    present: bool
    driver: str | None = None
    cuda: str | None = None
    gpus: tuple[Gpu, ...] = ()
    libraries: tuple[AcceleratorLibrary, ...] = ()
    probe: str = ""
    """Who answered: `nvml` and its version, `nvidia-smi`, `kfd` for AMD's; empty if nobody did."""


class ThreadPool(Frozen):
    """A BLAS or OpenMP pool as read back from the loaded library: the kernel really selected, not the one asked for."""

    library: str
    api: str
    kernel: str | None
    threads: int | None
    version: str | None = None


class Numerics(Frozen):
    """What decides the last bits: pools, framework settings as read back."""

    pools: tuple[ThreadPool, ...] = ()
    settings: dict[str, str] = {}
