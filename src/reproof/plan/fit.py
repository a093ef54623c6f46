"""Whether a run can be repeated on a machine as it was: pure checks of what was recorded against what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reproof.bases.cuda_use import CudaUse, find_cuda
from reproof.model.host import Check, Host
from reproof.model.plan import GpuRequest
from reproof.model.snapshot import Snapshot
from reproof.plan.fit_cpu import architecture, cpus, instructions, memory
from reproof.plan.fit_gpu import driver, gpu_runtime, gpus, kernels
from reproof.plan.gpu import gpu_request


@dataclass(frozen=True, slots=True)
class Question:
    """A run and the machine that it is to be repeated on. `request` is None when it needs no GPU."""

    snapshot: Snapshot
    host: Host
    use: CudaUse
    request: GpuRequest | None


Rule = Callable[[Question], Iterator[Check]]
RULES: tuple[Rule, ...] = (
    lambda ask: architecture(ask.snapshot, ask.host),
    lambda ask: instructions(ask.snapshot, ask.host),
    lambda ask: cpus(ask.snapshot, ask.host),
    lambda ask: memory(ask.snapshot, ask.host),
    lambda ask: gpu_runtime(ask.request, ask.host),
    lambda ask: gpus(ask.request, ask.host),
    lambda ask: driver(ask.snapshot, ask.use, ask.request, ask.host),
    lambda ask: kernels(ask.snapshot, ask.request, ask.host),
)
"""In the order in which they are told."""


def fit(snapshot: Snapshot, host: Host) -> tuple[Check, ...]:
    """Return how a run will fare on a machine, a line or more for each rule that applies."""
    use = find_cuda(snapshot)
    question = Question(snapshot, host, use, gpu_request(snapshot, use))
    return tuple(check for rule in RULES for check in rule(question))
