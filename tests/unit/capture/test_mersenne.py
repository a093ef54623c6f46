"""The seed is read from the state, for every way to seed and however many numbers were drawn since."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reproof.capture.mersenne import SIZE, Words, previous, spell_numpy, spell_python, trace

DRAWS = (0, 1, 311, 312, 313, 20_000)
"""`random` takes two words for a number, so 312 numbers are a block."""


def python_words(generator: random.Random) -> Words:
    return np.array(generator.getstate()[1][:SIZE], dtype=np.uint32)


def numpy_words(generator: np.random.RandomState) -> Words:
    state = generator.get_state(legacy=True)
    return np.array(state[1], dtype=np.uint32)


@pytest.mark.parametrize("seed", [0, 1, 42, -42, 2**32 - 1, 2**32, 2**64 + 5, 10**60, "hello", "zwölf", b"bytes", ""])
def test_a_seed_of_random_is_read_back(seed: int | str | bytes) -> None:
    expected = (
        repr(seed) if isinstance(seed, str) else repr(seed.decode()) if isinstance(seed, bytes) else str(abs(seed))
    )
    for count in DRAWS:
        generator = random.Random(seed)
        for _ in range(count):
            generator.random()
        origin = trace(python_words(generator))
        assert origin.seed is not None
        assert (spell_python(origin.seed), origin.blocks) == (expected, -(-count // 312))


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1, [1, 2], [7], [0], list(range(40))])
def test_a_seed_of_numpy_is_read_back(seed: int | list[int]) -> None:
    for count in DRAWS:
        generator = np.random.RandomState(seed)
        generator.random_sample(count)
        assert spell_numpy(trace(numpy_words(generator))) == str(seed)


@settings(max_examples=30)
@given(st.integers(0, 2**128), st.integers(0, 2000))
def test_any_number_is_read_back(seed: int, count: int) -> None:
    generator = random.Random(seed)
    for _ in range(count):
        generator.getrandbits(32)
    found = trace(python_words(generator)).seed
    assert found is not None
    assert spell_python(found) == str(seed)


def test_a_block_is_taken_back_to_the_one_before() -> None:
    generator = np.random.RandomState(3)
    generator.random_sample(400)
    before = numpy_words(generator)
    generator.random_sample(312)
    assert np.array_equal(previous(numpy_words(generator)), before)


def test_a_seed_of_the_operating_system_is_not_taken_for_one_of_the_program() -> None:
    generator = random.Random()
    first = python_words(generator)
    for _ in range(1000):
        generator.random()
    origin = trace(python_words(generator), first)
    assert (origin.seed, origin.reached, origin.blocks) == (None, True, 4)


def test_the_search_ends_at_its_limit() -> None:
    generator = np.random.RandomState(3)
    generator.random_sample(10_000)
    words = numpy_words(generator)
    assert trace(words, limit=20).seed is None
    assert trace(words, limit=40).seed == (3,)
