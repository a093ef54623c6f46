"""Asks git about a repository: nothing in it is changed, no program of the user's configuration is started.

Names come NUL-terminated and may hold any bytes. Nothing is fetched: of a partial clone we see what is there.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from reproof.adapters.process import Completed, ask

KEPT = ("GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
"""Of the variables that steer git, those that say where a repository may be, and those of `GIT_CONFIG*`.

The others belong to whoever started us, a hook for example, and point to an index or a folder of its own.
"""
OPTIONS = (
    "--no-pager", "--no-optional-locks",
    "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null",
    "-c", "protocol.allow=never",
)  # fmt: skip
TIMEOUT = 120.0
"""Seconds; git compares every file whose times are not those of its index."""


def git(folder: Path, *words: str, stdin: bytes = b"", index: Path | None = None) -> Completed:
    """Return what git answers in a folder; `index` is one to use in place of the repository's own."""
    environ = variables(os.environ) | ({"GIT_INDEX_FILE": str(index)} if index else {})
    return ask(("git", *OPTIONS, *words), cwd=folder, timeout=TIMEOUT, environ=environ, stdin=stdin)


@contextmanager
def copied_index(root: Path) -> Iterator[Path | None]:
    """Yield a copy of the repository's index, None if it has none.

    A comparison with the files on disk writes the index anew where times have changed, optional locks or not. The copy
    has the time of the original: git looks again at files that changed in the same instant as their index.
    """
    path = line(git(root, "rev-parse", "--git-path", "index"))
    with tempfile.TemporaryDirectory(prefix="index-") as folder:
        try:
            copy: Path | None = Path(shutil.copy2(root / (path or ".git/index"), f"{folder}/index"))
        except OSError:
            copy = None
        yield copy


def variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for git: in English, without a prompt, steered by nothing but its configuration."""
    steering = [
        name for name in environ if name.startswith("GIT_") and not name.startswith("GIT_CONFIG") and name not in KEPT
    ]
    kept = {name: value for name, value in environ.items() if name not in steering}
    return {**kept, "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1"}


def line(answer: Completed) -> str | None:
    """Return the answer's one line, None if git had none."""
    return os.fsdecode(answer.stdout).rstrip("\n") or None if answer.code == 0 else None


def fields(data: bytes) -> Iterator[str]:
    """Yield the NUL-terminated texts of an answer."""
    return (os.fsdecode(field) for field in data.split(b"\0") if field)


def configured(folder: Path, pattern: str, *where: str) -> dict[str, str]:
    """Return the settings whose names fit a regular expression; of several values of one, the last.

    `where` are options that name a configuration file.
    """
    answer = git(folder, "config", *where, "-z", "--get-regexp", pattern)
    pairs = (field.partition("\n") for field in fields(answer.stdout))
    return {name: value for name, _, value in pairs}


def ignored(root: Path, paths: Iterable[str]) -> frozenset[str]:
    """Return those of the paths, relative to the root of a repository, that git was told to ignore."""
    asked = b"".join(os.fsencode(path) + b"\0" for path in paths)
    if not asked:
        return frozenset()
    return frozenset(fields(git(root, "check-ignore", "-z", "--stdin", stdin=asked).stdout))


def content(path: str, blob: str) -> bytes | None:
    """Return what git has of a file, as it would lie on disk; None if it does not have that here."""
    folder = Path(path).parent
    answer = git(folder, "cat-file", "blob", blob) if folder.is_dir() else None
    return answer.stdout if answer is not None and answer.code == 0 else None


def untracked(root: Path) -> tuple[str, ...]:
    """Return the files below the root of a repository that git neither tracks nor was told to ignore, as paths."""
    answer = git(root, "ls-files", "-z", "--others", "--exclude-standard")
    return tuple(f"{root}/{name}" for name in fields(answer.stdout) if not name.endswith("/"))
