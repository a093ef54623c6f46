"""Decides which GPUs a replay asks for, and tells where the recorded machine cannot have run what it had installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from reproof.bases.cuda_use import CudaUse
from reproof.bases.frameworks import torch_use
from reproof.model.base import Gap
from reproof.model.plan import Alternative, Decision, GpuRequest
from reproof.model.snapshot import Gpu, Snapshot
from reproof.plan.compat import Fitness, driver_fitness, kernel_fitness

VISIBLE = "CUDA_VISIBLE_DEVICES"


def gpu_request(snapshot: Snapshot, use: CudaUse) -> GpuRequest | None:
    """Return the GPUs that the run could see, as a request; None when it used none."""
    if not wants_gpus(snapshot, use):
        return None
    seen = visible(snapshot)
    if not seen:
        return None
    profiles = tuple(profile for gpu in seen for profile in gpu.mig_devices)
    capabilities = sorted((gpu.compute_capability for gpu in seen if gpu.compute_capability), key=as_number)
    return GpuRequest(
        count=len(profiles) or len(seen),
        model=" + ".join(dict.fromkeys(gpu.name for gpu in seen)),
        capability=capabilities[0] if capabilities else None,
        memory=min((gpu.memory for gpu in seen if gpu.memory), default=None),
        mig=profiles,
    )


def wants_gpus(snapshot: Snapshot, use: CudaUse) -> bool:
    """Say whether the run computed on a GPU as far as can be known: it had one, and CUDA to use it with."""
    if not snapshot.accelerator.present:
        return False
    planned = snapshot.kind == "capture" and torch_use(snapshot) is not None
    return use.used or planned


def visible(snapshot: Snapshot) -> tuple[Gpu, ...]:
    """Return the GPUs that the run could see: all, or those that `CUDA_VISIBLE_DEVICES` names."""
    gpus = snapshot.accelerator.gpus
    named = snapshot.environment.variables.get(VISIBLE)
    if named is None:
        return gpus
    chosen = []
    for word in (word.strip() for word in named.split(",")):
        if word.isdigit() and int(word) < len(gpus):
            chosen.append(gpus[int(word)])
        elif word.startswith(("GPU-", "MIG-")):
            chosen += [gpu for gpu in gpus if gpu.uuid.startswith(word)][:1]
        else:
            break  # CUDA ignores what comes after a device that is not there; -1 hides all
    return tuple(chosen)


def gpu_decisions(snapshot: Snapshot, use: CudaUse) -> tuple[Decision, ...]:
    """Return the decision on GPUs; none for a machine without."""
    accelerator = snapshot.accelerator
    if not accelerator.present:
        return ()
    request = gpu_request(snapshot, use)
    named = snapshot.environment.variables.get(VISIBLE)
    evidence = f"recorded: {counted(gpu.name for gpu in accelerator.gpus)}, driver {accelerator.driver or 'unknown'}"
    evidence += f"; {VISIBLE}={named}" if named is not None else ""
    if request is None:
        hidden = f"{VISIBLE} hid them all" if use.used else f"the run used none of them: {use.evidence}"
        return (Decision(subject="gpus", choice="none", reason=hidden, evidence=evidence),)
    return (
        Decision(
            subject="gpus",
            choice=in_words(request),
            reason="sums are split by the number of GPUs and of their processors, and kernels are chosen by the model",
            evidence=evidence,
            alternatives=(
                *other_gpus(request),
                Alternative(choice="the CPU", reason="its kernels are others; only when there is no such GPU"),
            ),
        ),
    )


def renumbered(variables: dict[str, str], request: GpuRequest | None) -> dict[str, str]:
    """Return the variables for a container that has the requested GPUs alone: they are numbered from 0 there."""
    if request is None or VISIBLE not in variables:
        return variables
    return {**variables, VISIBLE: ",".join(map(str, range(request.count)))}


def in_words(request: GpuRequest) -> str:
    """Return a request in words: `8 x NVIDIA H100 80GB HBM3`."""
    if request.mig:
        return f"{counted(request.mig)} (MIG) of {request.model}"
    return f"{request.count} x {request.model}" if request.count > 1 else request.model


def other_gpus(request: GpuRequest) -> tuple[Alternative, ...]:
    """Return what to ask for instead, and why it was not."""
    if request.mig:
        return (
            Alternative(choice="a whole GPU", reason="it has more processors than its part, so work is split anew"),
        )
    return ()


def gpu_warnings(snapshot: Snapshot, use: CudaUse) -> tuple[Gap, ...]:
    """Return what could not run on the recorded machine, or only in part, and what is not known about it."""
    accelerator = snapshot.accelerator
    if not wants_gpus(snapshot, use) or not visible(snapshot):
        return ()
    torch = torch_use(snapshot)
    cuda = use.version or (torch.cuda if torch else None)
    name = torch.name if torch else f"CUDA {cuda}"
    found = []
    if cuda and accelerator.driver:
        found.append(driver_fitness(accelerator.driver, cuda, visible(snapshot)[0].name))
    if torch is not None:
        capabilities = {gpu.compute_capability: gpu.name for gpu in visible(snapshot) if gpu.compute_capability}
        found += [kernel_fitness(name, torch.kernels, capability, gpu) for capability, gpu in capabilities.items()]
    gaps = [as_gap(fitness) for fitness in found if fitness.state != "full"]
    return (*gaps, *missing_libraries(use))


def as_gap(fitness: Fitness) -> Gap:
    """Return what a fitness means for the recorded run itself."""
    effect = {
        "none": "the run most likely computed on the CPU, or failed; its replay will, too",
        "partly": fitness.effect,
        "unknown": "whether the run fits its GPU could not be checked; the replay will show it",
    }
    return Gap(what=f"on the recorded machine: {fitness.what}", why=fitness.why, effect=effect[fitness.state])


def missing_libraries(use: CudaUse) -> tuple[Gap, ...]:
    """Return a warning on libraries that no CUDA image has."""
    names = use.system.not_in_images if use.system else ()
    if not names:
        return ()
    return (
        Gap(
            what=f"{', '.join(names)} of the system",
            why="no image of nvidia/cuda has it",
            effect="the run fails where it needs it; install it from a wheel and record the run again",
        ),
    )


def counted(names: Iterable[str]) -> str:
    """Return names in words, the same ones counted: `8 x NVIDIA H100 80GB HBM3`."""
    counts = Counter(names)
    return ", ".join(f"{count} x {name}" if count > 1 else name for name, count in counts.items())


def as_number(capability: str) -> tuple[int, ...]:
    """Return a compute capability as numbers: `10.0` is more than `9.0`."""
    return tuple(int(part) for part in capability.split("."))
