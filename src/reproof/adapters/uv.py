"""uv as the solver: it resolves for any target from one process, whichever interpreter it is started by."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from reproof.adapters.process import ask
from reproof.adapters.solver import Answer, Question, parse_pins
from reproof.errors import ResolveError
from reproof.model.target import Target

LONGEST_S = 120.0
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")
"""All that uv sees of the environment: neither its own settings nor proxies are meant for an index on loopback."""
NO_PRERELEASES = "if-necessary-or-explicit"


class Uv:
    """Runs `uv pip compile`. `cache` is a folder of ours, so that the user's cache plays no part."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    @property
    def name(self) -> str:
        """The tool and its version."""
        return f"uv {version('uv')}"

    def solve(self, question: Question, target: Target, index_url: str) -> Answer:
        """Return what uv chooses.

        Raises:
            ResolveError: uv cannot be started, or it found no end in time.
        """
        with TemporaryDirectory(prefix="reproof-uv-") as folder:
            argv = [self._program, *_arguments(question, target, index_url, Path(folder)), "--cache-dir", self._cache]
            environ = {name: value for name, value in os.environ.items() if name in KEPT}
            stdin = "\n".join(question.requirements).encode()
            done = ask(
                [str(word) for word in argv], Path(folder), LONGEST_S, {**environ, "UV_HTTP_RETRIES": "0"}, stdin
            )
        if done.code == 0:
            return Answer(parse_pins(done.stdout.decode().splitlines()))
        if done.code in (124, 127):
            raise ResolveError(f"uv chose no versions: {done.stderr.strip()}", "install reproof with its dependencies")
        return Answer(failure=done.stderr.strip())

    @cached_property
    def _program(self) -> str:
        from uv import find_uv_bin

        try:
            return find_uv_bin()
        except FileNotFoundError as error:
            raise ResolveError(f"uv is not where its package says: {error}", "install reproof again") from error


def _arguments(question: Question, target: Target, index_url: str, folder: Path) -> Sequence[str | Path]:
    lists = {"--constraints": question.constraints, "--overrides": question.overrides}
    words: list[str | Path] = ["pip", "compile", "-", "--no-config", "--default-index", index_url]
    # Stand-ins fit any platform; the platform is told for the markers alone, so its level does not matter.
    words += ["--python-version", target.python, "--python-platform", f"{target.machine}-unknown-linux-gnu"]
    words += ["--python", sys.executable, "--no-build", "--no-header", "--annotation-style", "line"]
    words += ["--color", "never", "--quiet", "--prerelease", "allow" if question.prereleases else NO_PRERELEASES]
    for option, lines in lists.items():
        if lines:
            path = folder / f"{option.strip('-')}.txt"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            words += [option, path]
    return words
