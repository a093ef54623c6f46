"""The tags of wheels that a target admits, best first."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from packaging.tags import Tag, compatible_tags, cpython_tags

from reproof.model.target import Target

ALIASES = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
"""The older names of three levels, by the minor version of glibc (PEP 600)."""


@lru_cache(maxsize=32)
def ranks(target: Target) -> dict[Tag, int]:
    """Return how good each admissible tag is: 0 is the best."""
    platforms = list(platform_tags(target))
    abi = f"cp{target.minor[0]}{target.minor[1]}"
    abis = [abi + "m"] if target.minor < (3, 8) else [abi]
    tags = [
        *cpython_tags(target.minor, abis, platforms, warn=False),
        *compatible_tags(target.minor, abi, platforms),
    ]
    return {tag: rank for rank, tag in reversed(list(enumerate(tags)))}


def platform_tags(target: Target) -> Iterator[str]:
    """Yield the platforms of a target, newest level first."""
    minor = int(target.glibc.split(".")[1])
    for level in range(minor, 4, -1):
        yield f"manylinux_2_{level}_{target.machine}"
        # The old names exist for these machines only as far as their tool chains did.
        if level in ALIASES and (level == 17 or target.machine in ("x86_64", "i686")):
            yield f"{ALIASES[level]}_{target.machine}"
    yield f"linux_{target.machine}"
