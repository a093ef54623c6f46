"""GPUs and driver of a machine against what a run asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reproof.bases.cuda_use import CudaUse
from reproof.bases.frameworks import torch_use
from reproof.model.host import Check, Host
from reproof.model.plan import GpuRequest
from reproof.model.snapshot import Gpu, Snapshot
from reproof.plan.compat import Fitness, driver_fitness, kernel_fitness
from reproof.plan.gpu import counted, in_words

TOOLKIT = "install the NVIDIA container toolkit and set it up for the engine (nvidia-ctk runtime configure)"
SAME_GPU = "repeat it on a machine with such GPUs"


def gpu_runtime(request: GpuRequest | None, host: Host) -> Iterator[Check]:
    """Say whether the engine can hand GPUs to a container."""
    if request is None:
        yield Check.ok("gpus", "the run used none")
    elif host.gpu_runtime is None:
        return
    elif host.gpu_runtime:
        yield Check.ok("gpu runtime", "the engine has one")
    else:
        effect = "the replay computes on the CPU and will differ"
        yield Check.failed("gpu runtime", "the engine cannot hand GPUs to a container", effect, TOOLKIT)


def gpus(request: GpuRequest | None, host: Host) -> Iterator[Check]:
    """Say whether the GPUs that the run asks for are here."""
    if request is None:
        return
    here = host.accelerator
    told = f"recorded {in_words(request)}; here {counted(gpu.name for gpu in here.gpus) or 'none'}"
    if not here.present:
        yield Check.failed("gpus", told, "the replay computes on the CPU and will differ, or fails", SAME_GPU)
        return
    alike = matching(request, here.gpus)
    if len(alike) >= request.count:
        yield Check.ok("gpus", told)
    elif alike:
        effect = f"{len(alike)} of {request.count}: work is split otherwise, or the run fails where it names the others"
        yield Check.failed("gpus", told, effect, f"repeat it on a machine with {request.count} of them")
    elif request.mig:
        effect = "a part of another size has other processors, so the last bits will differ"
        remedy = f"make MIG devices of the profile {', '.join(dict.fromkeys(request.mig))} (nvidia-smi mig)"
        yield Check.warning("gpus", told, effect, remedy)
    else:
        effect = "another model chooses other kernels, so the last bits will differ"
        yield Check.warning("gpus", told, effect, SAME_GPU)
    yield from gpu_memory(request, here.gpus)


def matching(request: GpuRequest, here: tuple[Gpu, ...]) -> tuple[str, ...]:
    """Return the GPUs (or MIG devices) of this machine that are of the recorded kind, as device names of the engine.

    Whole GPUs are named by UUID; a MIG device by `index:number`, for its profile alone is recorded.
    """
    models = request.model.split(" + ")
    if not request.mig:
        return tuple(gpu.uuid or str(index) for index, gpu in enumerate(here) if gpu.name in models and not gpu.mig)
    wanted, found = Counter(request.mig), []
    for index, gpu in enumerate(here):
        for number, profile in enumerate(gpu.mig_devices):
            if gpu.name in models and wanted[profile] > 0:
                wanted[profile] -= 1
                found.append(f"{index}:{number}")
    return tuple(found)


def devices_for(request: GpuRequest, here: tuple[Gpu, ...]) -> tuple[str, ...]:
    """Return which devices to hand to a container: of the recorded kind first, never more than were recorded."""
    alike = matching(request, here)
    others = tuple(gpu.uuid or str(index) for index, gpu in enumerate(here) if not gpu.mig)
    if request.mig and not alike:
        others = tuple(f"{index}:{n}" for index, gpu in enumerate(here) for n in range(len(gpu.mig_devices))) or others
    return tuple(dict.fromkeys((*alike, *others)))[: request.count]


def gpu_memory(request: GpuRequest, here: tuple[Gpu, ...]) -> Iterator[Check]:
    """Warn when no GPU here has as much memory as each of the recorded ones."""
    largest = max((gpu.memory for gpu in here if gpu.memory), default=None)
    if request.memory and largest is not None and largest < request.memory * 0.9 and not request.mig:
        detail = f"{largest >> 30} GB here, {request.memory >> 30} GB recorded"
        yield Check.warning("gpu memory", detail, "the run may fail for want of GPU memory", SAME_GPU)


def driver(snapshot: Snapshot, use: CudaUse, request: GpuRequest | None, host: Host) -> Iterator[Check]:
    """Say whether this machine's driver runs the CUDA that the run brings along."""
    torch = torch_use(snapshot)
    cuda = use.version or (torch.cuda if torch else None)
    here = host.accelerator
    if request is None or not here.present:
        return
    if cuda is None or here.driver is None:
        why = "which CUDA the run brings is not known" if cuda is None else "the driver did not tell its version"
        yield Check.warning("driver", why, "whether they fit could not be checked", "look at the replay's messages")
        return
    name = here.gpus[0].name if here.gpus else ""
    yield as_check("driver", driver_fitness(here.driver, cuda, name))


def kernels(snapshot: Snapshot, request: GpuRequest | None, host: Host) -> Iterator[Check]:
    """Say whether the framework's build has code for the GPUs of this machine."""
    torch = torch_use(snapshot)
    if request is None or torch is None:
        return
    here = {gpu.compute_capability: gpu.name for gpu in host.accelerator.gpus if gpu.compute_capability}
    for capability, name in here.items():
        found = kernel_fitness(torch.name, torch.kernels, capability, name)
        yield as_check("gpu code", found, " (from a single source)" if torch.unverified else "")


def as_check(subject: str, fitness: Fitness, note: str = "") -> Check:
    """Return a fitness as a line of the pre-flight."""
    detail = f"{fitness.what}: {fitness.why}{note}"
    if fitness.state == "full":
        return Check.ok(subject, detail)
    if fitness.state == "none":
        return Check.failed(subject, detail, fitness.effect, fitness.remedy)
    effect = fitness.effect or "whether they fit could not be checked"
    return Check.warning(subject, detail, effect, fitness.remedy or "look at the replay's messages")
