"""Python's bytecode caches: what they stand for."""

import re

_CACHED = re.compile(r"(.*/)__pycache__/([^/]+?)\.[a-z]+-?\d\w*(\.opt-\w+)?\.pyc$", re.DOTALL)
"""PEP 3147: the cache tag is the name and version of the implementation; PEP 488: `.opt-` and its level."""


def source_of(path: str) -> str:
    """Return the source that a file of cached bytecode stands for; another path as it is."""
    cached = _CACHED.match(path)
    return cached.group(1) + cached.group(2) + ".py" if cached else path


def is_cache(path: str) -> bool:
    """Say whether this is a folder of bytecode or lies in one: Python writes there for itself."""
    return "/__pycache__/" in path + "/"
