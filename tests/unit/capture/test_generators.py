"""What is said of a generator, from what the guest noted of it and from the code."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from reproof.capture.generators import learn_generators
from reproof.model.randomness import Generator, SeedUse, tell_unseeded

ROOTS = ("/p",)


def entry(generator: random.Random, first: random.Random | None) -> dict[str, Any]:
    started = list(first.getstate()[1]) if first else None
    return {"name": "random", "state": "sha256:x", "twister": list(generator.getstate()[1]), "first": started}


def numpy_entry(generator: np.random.RandomState, first: list[int] | None, told: bool | None) -> dict[str, Any]:
    return {"name": "numpy", "twister": numpy_state(generator), "first": first, "seeded": told}


def numpy_state(generator: np.random.RandomState) -> list[int]:
    _, key, place, *_ = generator.get_state(legacy=True)
    return [*key.tolist(), place]


def copy(generator: random.Random) -> random.Random:
    other = random.Random(0)
    other.setstate(generator.getstate())
    return other


def learn(found: dict[str, Any], *uses: SeedUse) -> Generator:
    (generator,) = learn_generators([found], uses, ROOTS)
    return generator


def use(call: str, line: int, seed: str | None = None, seeded: bool = True) -> SeedUse:
    return SeedUse(path="/p/train.py", line=line, call=call, seeded=seeded, seed=seed)


def test_a_generator_that_was_never_seeded_and_used_is_told() -> None:
    generator = random.Random()
    first = copy(generator)
    generator.random()
    found = learn(entry(generator, first))
    assert (found.used, found.seeded, found.seed) == (True, False, None)
    assert tell_unseeded(found) == "Python's global generator (random) was used and never seeded"


def test_a_generator_that_was_not_touched_is_not_told() -> None:
    generator = random.Random()
    found = learn(entry(generator, copy(generator)))
    assert (found.used, found.seeded, tell_unseeded(found)) == (False, False, None)


def test_the_last_seed_counts_and_names_the_line_that_gave_it() -> None:
    generator = random.Random(1)
    first = copy(generator)
    generator.random()
    generator.seed(7)
    generator.random()
    found = learn(entry(generator, first), use("random.seed", 3, "1"), use("random.seed", 9, "7"))
    assert (found.used, found.seeded, found.seed, found.where) == (True, True, "7", "train.py:9")


def test_a_seed_that_was_set_before_the_first_note_is_found_too() -> None:
    generator = random.Random(5)
    generator.random()
    first = copy(generator)
    for _ in range(1000):
        generator.random()
    found = learn(entry(generator, first))
    assert (found.used, found.seeded, found.seed) == (True, True, "5")


def test_seeded_and_never_used() -> None:
    found = learn(entry(random.Random(5), random.Random()))
    assert (found.used, found.seeded, found.seed) == (False, True, "5")


def test_a_computed_seed_has_the_one_line_that_computes_it() -> None:
    generator = entry(random.Random(5), None)
    assert learn(generator, use("random.seed", 4)).where == "train.py:4"
    assert learn(generator, use("random.seed", 4), use("random.seed", 5)).where is None
    assert learn(generator, use("numpy.random.seed", 4)).where is None
    assert learn(generator, use("random.seed", 4, seeded=False)).where is None
    assert learn(generator, use("lightning.seed_everything", 4, "5"), use("random.seed", 9, "6")).where == "train.py:4"


def test_numpy_says_itself_that_it_was_seeded_when_the_seed_is_too_far_back(monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.RandomState(1)
    generator.random_sample(50_000)
    assert learn(numpy_entry(generator, None, told=True)).seed == "1"
    monkeypatch.setattr("reproof.capture.mersenne.trace.__defaults__", (None, 10))
    found = learn(numpy_entry(generator, None, told=True))
    assert (found.used, found.seeded, found.seed) == (True, True, None)
    assert learn(numpy_entry(generator, None, told=None)).seeded is None


def test_a_numpy_generator_without_a_seed_is_told_with_its_line() -> None:
    made = {"name": "numpy.default_rng", "used": True, "seeded": False}
    places = ("/p/train.py:4", "/elsewhere/x.py:7")
    found = learn_generators([{**made, "where": place} for place in places], (), ROOTS)
    assert [generator.name for generator in found] == ["numpy.default_rng", "numpy.default_rng:2"]
    assert tell_unseeded(found[0]) == "a numpy generator was made without a seed at train.py:4"
    assert tell_unseeded(found[1]) == "a numpy generator was made without a seed at /elsewhere/x.py:7"


def test_a_key_of_jax_has_its_seed_from_the_code() -> None:
    found = learn({"name": "jax", "seeded": True, "used": True}, use("jax.random.key", 2, "3"))
    assert (found.seed, found.where) == ("3", "train.py:2")


def test_a_state_of_another_form_says_nothing_and_breaks_nothing() -> None:
    assert learn({"name": "numpy", "state": "sha256:x", "twister": [1, 2], "first": None}).seeded is None


def test_without_a_first_state_the_code_decides_whether_random_was_ever_seeded() -> None:
    generator = random.Random()
    generator.random()
    assert learn(entry(generator, None)).seeded is False
    assert learn(entry(generator, None), use("random.seed", 3)).seeded is None
    assert learn(entry(random.Random(), None)).used is None
