"""Reads from the state of a Mersenne Twister what it was seeded with: the generator runs backwards as well as forwards.

`random` and numpy's global generator are MT19937 (Matsumoto and Nishimura, ACM TOMACS 8(1), 1998; mt19937ar.c, 2002).
Its state is 624 words of 32 bits that are renewed all at once, and both the renewal and the two ways to seed it can be
inverted. So the seed is known although nobody listened when it was set, and nothing was put in the way of the program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIZE, SHIFT = 624, 397
LIMIT = 10_000
"""Blocks that are taken back, of 624 words each: less than a second, and 3 million calls of `random.random`."""
CHUNK = 256
LONGEST = 300
"""Words of a seed that can still be told from noise: it must come at least twice in a block."""

Words = NDArray[np.uint32]
MATRIX, UPPER, LOWER = np.uint32(0x9908B0DF), np.uint32(0x80000000), np.uint32(0x7FFFFFFF)
ONE, TOP = np.uint32(1), np.uint32(31)
INDEX = np.arange(SIZE, dtype=np.uint32)
GROW = np.uint32(1812433253)
SHRINK = pow(1812433253, -1, 1 << 32)
FIRST, SECOND = np.uint32(1664525), np.uint32(1566083941)
"""The multipliers of init_genrand and its inverse, and of the two passes of init_by_array."""


@dataclass(frozen=True)
class Origin:
    """Where a state comes from. `seed` are the words that it was seeded with, or None if no seeding was found.

    `plain` is true when it was seeded by one word (init_genrand) rather than by an array of them (init_by_array);
    `reached` when the state that was noted before is on the way.
    """

    seed: tuple[int, ...] | None
    plain: bool
    blocks: int
    reached: bool


def trace(final: Words, earlier: Words | None = None, limit: int = LIMIT) -> Origin:
    """Return where a state comes from: the last seeding that leads to it, at most `limit` blocks before.

    Args:
        final: the 624 words of the state.
        earlier: the words of a state that was noted before, if there is one.
    """
    blocks = 0
    for chunk in backwards(final, limit):
        marks = set(np.flatnonzero(may_be_seeded(chunk)).tolist())
        if earlier is not None:
            marks |= set(np.flatnonzero((chunk[:, 1:] == earlier[1:]).all(axis=1)).tolist())
        for mark in sorted(marks):
            block = chunk[mark]
            plain = plain_seed(block)
            seed = array_seed(block) if plain is None else plain
            reached = earlier is not None and bool(np.array_equal(block[1:], earlier[1:]))
            if seed is not None or reached:
                return Origin(seed, plain is not None, blocks + mark, reached)
        blocks += len(chunk)
    return Origin(None, False, limit, False)


def backwards(words: Words, limit: int) -> Iterator[Words]:
    """Yield a state and those before it, in chunks of rows: so that a row is looked at together with others."""
    row = words
    for start in range(0, limit + 1, CHUNK):
        rows = np.empty((min(CHUNK, limit + 1 - start), SIZE), dtype=np.uint32)
        for place in range(len(rows)):
            rows[place] = row
            row = previous(row)
        yield rows


def may_be_seeded(rows: Words) -> NDArray[np.bool_]:
    """Say of each block, by a few of its words, whether a seeding can have made it."""
    plain = rows[:, 2] == stir(rows[:, 1]) * GROW + INDEX[2]
    added = added_words(rows[:, : LONGEST + 4])
    return np.asarray(plain | (added[:, 1:] == added[:, :1]).any(axis=1))


def previous(new: Words) -> Words:
    """Return the words of which a renewal makes these."""
    old = np.empty_like(new)
    mixed = np.empty_like(new)
    mixed[SIZE - SHIFT :] = unmix(new[SIZE - SHIFT :] ^ new[:SHIFT])
    old[SIZE - SHIFT + 1 :] = (mixed[SIZE - SHIFT + 1 :] & UPPER) | (mixed[SIZE - SHIFT : -1] & LOWER)
    mixed[: SIZE - SHIFT] = unmix(new[: SIZE - SHIFT] ^ old[SHIFT:])
    old[1 : SIZE - SHIFT + 1] = (mixed[1 : SIZE - SHIFT + 1] & UPPER) | (mixed[: SIZE - SHIFT] & LOWER)
    last = unmix(old[-1:] ^ old[SHIFT - 1 : SHIFT])  # from the renewal before, if there was one
    old[:1] = (mixed[:1] & UPPER) | (last & LOWER)
    return old


def unmix(value: Words) -> Words:
    """Invert `(y >> 1) ^ (MATRIX if y & 1 else 0)`; the top bit tells whether the matrix was applied."""
    top = value >> TOP
    return ((value ^ (top * MATRIX)) << ONE) | top


def stir(words: Words) -> Words:
    return words ^ (words >> np.uint32(30))


def plain_seed(block: Words) -> tuple[int, ...] | None:
    """Return the word that init_genrand made this block of, or None."""
    if int(block[2]) != (1812433253 * (int(block[1]) ^ (int(block[1]) >> 30)) + 2) & 0xFFFFFFFF:
        return None
    if not np.array_equal(block[2:], stir(block[1:-1]) * GROW + INDEX[2:]):
        return None
    stirred = (int(block[1]) - 1) * SHRINK & 0xFFFFFFFF
    return (stirred ^ (stirred >> 30),)


def array_seed(block: Words) -> tuple[int, ...] | None:
    """Return the words that init_by_array made this block of; None if there are none, or too many to tell.

    A seed that the operating system gave has 624 words, and looks like any state: it is never found.
    """
    added = added_words(block[np.newaxis])[0]
    for length in (np.flatnonzero(added[1 : LONGEST + 1] == added[0]) + 1).tolist():
        if np.array_equal(added[length:], added[:-length]):
            places = [(place - 3) % length for place in range(length)]
            return tuple((int(added[place]) - word) & 0xFFFFFFFF for word, place in enumerate(places))
    return None


def added_words(rows: Words) -> Words:
    """Return what the first pass of init_by_array added to words 4 and on: word j of the seed plus j, j from 3."""
    between = (rows[:, 3:] + INDEX[3 : rows.shape[1]]) ^ (stir(rows[:, 2:-1]) * SECOND)  # the passes; from word 3
    return between[:, 1:] - (BASE[4 : rows.shape[1]] ^ (stir(between[:, :-1]) * FIRST))


def init_genrand(seed: int) -> Words:
    """Return the block that one word seeds."""
    words = [seed & 0xFFFFFFFF]
    for index in range(1, SIZE):
        words.append((1812433253 * (words[-1] ^ (words[-1] >> 30)) + index) & 0xFFFFFFFF)
    return np.array(words, dtype=np.uint32)


BASE = init_genrand(19650218)
"""What init_by_array starts from."""


def spell_python(words: tuple[int, ...]) -> str:
    """Return what `random.seed` was given, as Python writes it: a number, or the text of which it made one."""
    number = sum(word << 32 * place for place, word in enumerate(words))
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    text, digest = data[:-64], data[-64:]
    if len(data) >= 64 and hashlib.sha512(text).digest() == digest:
        return repr(text.decode("utf-8", "backslashreplace"))
    return str(number)


def spell_numpy(origin: Origin) -> str | None:
    """Return what `numpy.random.seed` was given."""
    if origin.seed is None:
        return None
    return str(origin.seed[0]) if origin.plain else str(list(origin.seed))
