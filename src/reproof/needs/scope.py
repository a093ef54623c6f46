"""Which of a project's declaring files speak of the command, and which of something else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

OTHER_PURPOSE = frozenset({
    "dev", "develop", "development", "test", "tests", "testing", "doc", "docs", "documentation", "lint", "linting",
    "ci", "style", "format", "build", "publish", "release", "optional", "extra", "extras", "contrib", "benchmark",
    "benchmarks", "precommit", "rtd", "readthedocs", "typing", "mypy",
})  # fmt: skip
VARIANT = re.compile(
    r"gpu|cpu|cuda?\d*|rocm|tpu|py\d+|python\d+|win(dows|32|64)?|mac(os)?|osx|linux|arm64|m1|colab|min(imal)?"
)
FOLDERS = re.compile(r"requirements?|reqs|deps|environments?|envs?|conda|docker|\.docker|\.binder|binder")
"""Folders that hold declarations for the folder above."""


def words_of(path: str) -> list[str]:
    """Return the words of a file's name, without its ending."""
    return [word for word in re.split(r"[-_.\s]+", PurePosixPath(path).stem.lower()) if word]


def is_for_other_purpose(path: str) -> bool:
    """Say whether a file's name says that it is for developers, tests or documentation."""
    pure = PurePosixPath(path)
    folders = {part.lower() for part in pure.parts[:-1]}
    return bool(OTHER_PURPOSE.intersection(words_of(path)) or OTHER_PURPOSE.intersection(folders))


def is_variant(path: str) -> bool:
    """Say whether a file's name says that it is for one platform of several."""
    return any(VARIANT.fullmatch(word) for word in words_of(path))


def is_near(path: str, folders: Iterable[str]) -> bool:
    """Say whether a file lies in one of the folders or above it, so that it may speak of what lies there."""
    folder = PurePosixPath(path).parent
    if FOLDERS.fullmatch(folder.name.lower()):
        folder = folder.parent
    where = "" if str(folder) == "." else str(folder)
    return any(not where or f"{start}/".startswith(f"{where}/") for start in folders)


def split_scope(paths: Iterable[str], folders: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the paths that speak of what lies in the folders, nearest first, and the others.

    Of files for one platform each, none counts beside one for all; without such, the first does.
    """
    starts = tuple(folders) or ("",)
    every = sorted(paths, key=lambda path: (-path.count("/"), path))
    near = [path for path in every if is_near(path, starts) and not is_for_other_purpose(path)]
    plain = [path for path in near if not is_variant(path)]
    chosen = plain or near[:1]
    return tuple(chosen), tuple(path for path in every if path not in chosen)
