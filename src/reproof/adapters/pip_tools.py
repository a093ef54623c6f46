"""pip-tools as the solver, run by an interpreter at hand: the target is that interpreter and no other."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from reproof.adapters.process import ask
from reproof.adapters.solver import Answer, Question, parse_pins
from reproof.errors import ResolveError, UsageError
from reproof.model.target import Target

LONGEST_S = 600.0
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT")
ASK_VERSION = "import platform; print(platform.python_version())"


class PipTools:
    """Runs `pip-compile`. `python` is an interpreter that has pip-tools; ours by default."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python

    @property
    def name(self) -> str:
        """The tool and its version."""
        return f"pip-tools {version('pip-tools')}" + ("" if self._python == sys.executable else f" of {self._python}")

    def solve(self, question: Question, target: Target, index_url: str) -> Answer:
        """Return what pip-compile chooses.

        Raises:
            UsageError: the target is not this interpreter, or what is asked for is beyond pip-tools.
            ResolveError: it cannot be started, or it found no end in time.
        """
        own = ask([self._python, "-c", ASK_VERSION]).stdout.decode().strip()
        if own != target.python:
            raise UsageError(
                f"pip-tools resolves for the interpreter that it is run by, {own or 'which does not start'}, "
                f"not for {target.python}",
                "resolve with uv, or give pip-tools that interpreter",
            )
        if question.overrides:
            return Answer(failure="pip-tools cannot override what packages ask for")
        with TemporaryDirectory(prefix="reproof-pip-tools-") as name:
            folder = Path(name)
            done = ask(
                [str(word) for word in self._command(question, index_url, folder)], folder, LONGEST_S, _environ()
            )
            if done.code == 0:
                return Answer(parse_pins((folder / "pins.txt").read_text(encoding="utf-8").splitlines()))
        if done.code in (124, 127) or "No module named piptools" in done.stderr:
            raise ResolveError(
                f"pip-compile chose no versions: {done.stderr.strip()[-500:]}", "install pip-tools there"
            )
        return Answer(failure=done.stderr.strip())

    def _command(self, question: Question, index_url: str, folder: Path) -> list[str | Path]:
        (folder / "asked.in").write_text("\n".join(question.requirements) + "\n", encoding="utf-8")
        (folder / "constraints.txt").write_text("\n".join(question.constraints) + "\n", encoding="utf-8")
        words: list[str | Path] = [self._python, "-m", "piptools", "compile", "--quiet", "--no-header", "--no-config"]
        words += ["--annotation-style", "line", "--allow-unsafe", "--strip-extras", "--no-emit-index-url"]
        words += ["--resolver", "backtracking", "--rebuild", "--no-build-isolation", "--index-url", index_url]
        words += ["--cache-dir", folder / "cache", "--constraint", folder / "constraints.txt"]
        words += ["--pre"] if question.prereleases else []
        return [*words, "--output-file", folder / "pins.txt", folder / "asked.in"]


def _environ() -> dict[str, str]:
    """Return an environment in which pip knows no index but the one that it is given."""
    kept = {name: value for name, value in os.environ.items() if name in KEPT}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INPUT": "1", "PIP_RETRIES": "0"}
