"""Says of each generator of a run if it was used and seeded, with what and where: from its state and from the code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

from reproof.capture.seeds import SEED_ALL
from reproof.model.randomness import Generator, SeedUse

SEEDING = {
    "random": SEED_ALL | {"random.seed"},
    "numpy": SEED_ALL | {"numpy.random.seed"},
    "torch": SEED_ALL | {"torch.manual_seed", "torch.random.manual_seed"},
    "tensorflow": SEED_ALL | {"tensorflow.random.set_seed", "tensorflow.set_random_seed"},
    "jax": {"jax.random.PRNGKey", "jax.random.key"},
    "numpy.default_rng": {"numpy.random.default_rng"},
}
"""The calls that seed a generator. The recorder does not hear them: the line is found by reading the code."""


def learn_generators(
    entries: Iterable[Mapping[str, Any]], uses: Iterable[SeedUse], roots: Iterable[str]
) -> tuple[Generator, ...]:
    """Return the generators of a recording, in its order; a second of the same name gets a number.

    Args:
        entries: what the guest said of each.
        uses: where the project's code seeds.
        roots: the folders of the project; a place is told relative to them.
    """
    seeding, folders = tuple(uses), tuple(roots)
    found: dict[str, Generator] = {}
    for entry in entries:
        generator = with_place(judge_by_code(learn_generator(entry), seeding), seeding, folders)
        number = sum(name.partition(":")[0] == generator.name for name in found) + 1
        name = generator.name if number == 1 else f"{generator.name}:{number}"
        found[name] = generator.model_copy(update={"name": name})
    return tuple(found.values())


def learn_generator(entry: Mapping[str, Any]) -> Generator:
    """Return what the guest said of a generator, and what its state says of it where that is a Mersenne Twister."""
    facts = {name: value for name, value in entry.items() if name not in ("twister", "first")}
    twister = entry.get("twister")
    if twister is not None:
        # numpy takes longer to load than a short run, and most processes have no such generator.
        from reproof.capture.twisters import read_twister

        facts.update(read_twister(entry["name"], twister, entry.get("first"), facts.get("seeded")))
    return Generator(**facts)


def judge_by_code(generator: Generator, uses: tuple[SeedUse, ...]) -> Generator:
    """Return a generator as never seeded, if its state comes from no seed as far back as was looked, nor does the code.

    A program that imports nothing after `random` leaves no first state, so that the state alone does not prove it.
    """
    calls = SEEDING.get(generator.name, set())
    if generator.name != "random" or generator.seeded is not None or any(use.call in calls for use in uses):
        return generator
    return generator.model_copy(update={"seeded": False})


def with_place(generator: Generator, uses: tuple[SeedUse, ...], roots: tuple[str, ...]) -> Generator:
    """Return a generator with the line that seeded it, if the code has one line that can have done it."""
    if generator.where is not None:
        path, _, line = generator.where.rpartition(":")
        return generator.model_copy(update={"where": f"{relative(path, roots)}:{line}"})
    if not generator.seeded:
        return generator
    fitting = [use for use in uses if use.seeded and use.call in SEEDING.get(generator.name, ())]
    exact = [use for use in fitting if use.seed is not None and use.seed == generator.seed]
    computed = [use for use in fitting if use.seed is None or generator.seed is None]
    likely = exact or computed
    if len(likely) != 1:
        return generator
    where = f"{relative(likely[0].path, roots)}:{likely[0].line}"
    return generator.model_copy(update={"where": where, "seed": generator.seed or likely[0].seed})


def relative(path: str, roots: tuple[str, ...]) -> str:
    """Return a path from the project's folder, where it lies below it."""
    for root in roots:
        if PurePosixPath(path).is_relative_to(root):
            return str(PurePosixPath(path).relative_to(root))
    return path
