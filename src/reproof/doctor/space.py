"""How much room a rebuild takes, in bytes: estimates, on the side of too much."""

from __future__ import annotations

from reproof.bases.cuda_use import find_cuda
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot

BASE = 1 << 30
"""A slim base, an interpreter, and what an engine writes beside them."""
UNKNOWN_PACKAGES = 2 << 30
"""Packages of which the sizes are not known yet: a scientific environment, packed and unpacked."""
CUDA_IMAGES = {"base": 1 << 30, "runtime": 6 << 30, "devel": 12 << 30}
"""Images of nvidia/cuda, packed and unpacked; no table has their sizes, so these are generous."""
UNPACKED = 3
"""Wheels grow by about this when they are unpacked."""
STAGES = 2
"""An installed environment is in the stage that installs it, and in the image."""


def needed_space(snapshot: Snapshot | None, resolution: Resolution | None) -> dict[str, int]:
    """Return the bytes that a rebuild needs under the store and under the engine."""
    system = find_cuda(snapshot).system if snapshot else None
    image = CUDA_IMAGES[system.flavour] if system else 0
    if resolution is None:
        return {"store": BASE + UNKNOWN_PACKAGES, "engine": BASE + 2 * UNKNOWN_PACKAGES + image}
    packed = sum(pin.artifact.size for pin in resolution.pins if pin.artifact)
    packed += resolution.interpreter.size if resolution.interpreter else 0
    # The engine keeps the context until the build ends, and the layers of both stages.
    return {"store": BASE + packed, "engine": BASE + packed * (1 + UNPACKED * STAGES) + image}
