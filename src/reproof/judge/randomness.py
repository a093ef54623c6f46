"""Chance as a cause: code and generators without a seed, with another seed, or that ended in different states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from reproof.model.comparison import FieldDifference
from reproof.model.randomness import Generator, SeedUse, tell_unseeded
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Cause

NAMED = 3
ONLY_NAMES = ("uuid.", "secrets.", "os.urandom")
"""Calls that make names and keys rather than data: less likely to reach a result."""
FAMILIES = {"random": "random.", "numpy": "numpy.random.", "torch": "torch."}
CONSTRUCTORS = ("default_rng", "RandomState", "SeedSequence", "PCG64", "MT19937", "Philox", "Random", "Generator")
"""Generators of their own: seeding one of them does not seed the library's global generator."""


def unseeded_code(original: Snapshot) -> Iterator[tuple[int, Cause]]:
    """Yield the code that draws without a seed, as one cause with its places, and its weight."""
    known = {generator.name: generator for generator in original.randomness}
    unseeded = [use for use in original.seeds if not use.seeded and not is_refuted(use, known)]
    drawing = [use for use in unseeded if not use.call.startswith(ONLY_NAMES)]
    naming = [use for use in unseeded if use.call.startswith(ONLY_NAMES)]
    for weight, uses in ((90, drawing), (62, naming)):
        if uses:
            places = [f"{relative(use.path, original)}:{use.line}" for use in uses]
            rest = f" and {len(places) - NAMED} more places" if len(places) > NAMED else ""
            others = sorted({use.call for use in uses})
            yield (
                weight,
                Cause(
                    what=f"{places[0]} draws from {uses[0].call}() without a seed",
                    evidence=f"the code never seeds {', '.join(others)}: each run draws other numbers",
                    where=", ".join(places[:NAMED]) + rest,
                ),
            )


def is_refuted(use: SeedUse, known: Mapping[str, Generator]) -> bool:
    """Say whether a draw from a global generator is harmless by what was seen: it was seeded after all, or not used."""
    for name, prefix in FAMILIES.items():
        if use.call.startswith(prefix) and use.call.rsplit(".", 1)[-1] not in CONSTRUCTORS and name in known:
            return known[name].seeded is True or known[name].used is False
    return False


def used_unseeded(original: Snapshot) -> Iterator[tuple[int, Cause]]:
    """Yield the generators that were seen to be used and never seeded; code that shows it more exactly goes before."""
    shown = any(not use.seeded for use in original.seeds)
    for generator in original.randomness:
        told = tell_unseeded(generator)
        if told is not None:
            evidence = "it started from the operating system's chance: each run draws other numbers"
            where = generator.where or f"randomness.{generator.name}"
            yield 89 if shown else 91, Cause(what=told, evidence=evidence, where=where)


def changed_seeds(original: Snapshot, replayed: Snapshot) -> Iterator[tuple[int, Cause]]:
    """Yield the generators that the two runs seeded differently."""
    after = {generator.name: generator for generator in replayed.randomness}
    for generator in original.randomness:
        other = after.get(generator.name)
        if other is not None and None not in (generator.seed, other.seed) and generator.seed != other.seed:
            yield (
                88,
                Cause(
                    what=f"{generator.name} was seeded with {generator.seed}, and with {other.seed} in the replay",
                    evidence="the seed is computed, or comes from outside of the code",
                    where=generator.where or f"randomness.{generator.name}.seed",
                ),
            )


def unseeded_generators(original: Snapshot, fields: Mapping[str, FieldDifference]) -> Iterator[Cause]:
    """Yield the global generators that ended in different states and that nothing is known to have seeded."""
    known = {generator.name: generator for generator in original.randomness}
    for name, prefix in FAMILIES.items():
        seen = name in known and known[name].seeded is not None
        if f"randomness.{name}.state" not in fields or seen or is_seeded(name, prefix, original.seeds):
            continue
        yield Cause(
            what=f"the global generator of {name} was not seeded by any code that was read",
            evidence="its state at exit is not the same in both runs",
            where=f"randomness.{name}.state",
        )


def is_seeded(name: str, prefix: str, seeds: tuple[SeedUse, ...]) -> bool:
    """Say whether the code seeds a library's global generator, directly or through a function that seeds them all."""
    for use in seeds:
        last = use.call.rsplit(".", 1)[-1]
        everything = last in ("seed_everything", "set_seed", "set_random_seed")
        if use.seeded and (everything or (use.call.startswith(prefix) and last not in CONSTRUCTORS)):
            return True
    return False


def relative(path: str, snapshot: Snapshot) -> str:
    """Return a path from the project's folder, where it lies below it."""
    for root in (snapshot.command.cwd, *snapshot.source.roots):
        if PurePosixPath(path).is_relative_to(root):
            return str(PurePosixPath(path).relative_to(root))
    return path
