"""Chance in a run: its generators, how the code seeds them, and what else changes from run to run."""

from __future__ import annotations

from typing import Literal

from reproof.model.base import Frozen

HazardKind = Literal[
    "clock", "set order", "hash", "object address", "input", "random name", "outside", "file order", "parallel"
]


class Generator(Frozen):
    """A global source of random numbers, as it was seen at work. None where it was not seen."""

    name: str
    """`random`, `numpy`, `torch`, `torch.cuda:0`, `tensorflow`, `jax`, `PYTHONHASHSEED`, or `numpy.default_rng`, of
    which there can be several: the second is `numpy.default_rng:2`."""
    used: bool | None = None
    seeded: bool | None = None
    seed: str | None = None
    """The last seed that was given, as Python writes it."""
    where: str | None = None
    """The line of the project that gave it, `train.py:12`; of a generator without a seed, the line that made it."""
    state: str | None = None
    """The digest of the state at the end; the generator was not asked for a number."""


WHOSE = {
    "random": "Python's global generator (random)",
    "numpy": "numpy's global generator",
    "torch": "torch's global generator",
}


def tell_unseeded(generator: Generator) -> str | None:
    """Return in words that a generator was used and never seeded; None if that is not known to be so."""
    if not generator.used or generator.seeded is not False:
        return None
    if generator.name.startswith("numpy.default_rng"):
        return "a numpy generator was made without a seed" + (f" at {generator.where}" if generator.where else "")
    return f"{WHOSE.get(generator.name, generator.name)} was used and never seeded"


class SeedUse(Frozen):
    """A place in the project's code that seeds, or fails to seed, a source of randomness."""

    path: str
    line: int
    call: str
    seeded: bool
    seed: str | None = None
    """The seed as the code writes it; None if it is computed."""


class Hazard(Frozen):
    """A place in the project's code where chance, time or somebody at a keyboard can change the result."""

    path: str
    line: int
    kind: HazardKind
    code: str
    """The line itself, short and redacted."""
    effect: str
