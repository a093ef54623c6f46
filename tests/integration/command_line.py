"""The real command line, as a user types it: each call is a process of its own, and what it answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPROOF = str(Path(sys.executable).with_name("reproof"))
TIMEOUT_S = 600
SNAPSHOT = '{\n  "'
"""How a document on standard output begins, after what the command printed itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What was printed with --json."""
        return json.loads(self.out)

    def complains(self, code: int, *words: str) -> None:
        """Check that it failed with this code, and said all of these words in a message with a hint."""
        assert self.code == code, self
        assert "error: " in self.err and "hint: " in self.err, self.err
        missing = [word for word in words if word not in self.err]
        assert not missing, f"{missing} not in {self.err}"


def environment(**changes: str) -> dict[str, str]:
    """Return this process's variables without those that would change what reproof does, and with `changes`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REPROOF_")}
    return {**kept, "NO_COLOR": "1", **changes}


@dataclass(frozen=True, slots=True)
class Shell:
    """Somebody at work: with a store, in a folder, with some variables of their own."""

    store: Path
    cwd: Path
    variables: Mapping[str, str]

    def words(self, *words: str | bytes) -> list[str | bytes]:
        """Return a whole command line of reproof."""
        return [REPROOF, "--store", str(self.store), *words]

    def reproof(self, *words: str | bytes, stdin: str = "") -> Answer:
        """Run a command of reproof to its end. No command may ever show a traceback."""
        return self.answer(self.words(*words), stdin)

    def answer(self, command: list[str | bytes], stdin: str = "") -> Answer:
        """Run a command line that leads to reproof, and return its answer."""
        done = subprocess.run(
            command,
            cwd=self.cwd,
            env=environment(**self.variables),
            input=stdin.encode(),
            capture_output=True,
            timeout=TIMEOUT_S,
        )
        answer = Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))
        assert "Traceback" not in answer.err, answer.err
        return answer

    def runs(self) -> list[dict[str, Any]]:
        """Return what `ls` lists, newest first."""
        listed: list[dict[str, Any]] = self.reproof("ls", "--json").json
        return listed

    def record(self, *command: str | bytes, stdin: str = "") -> dict[str, Any]:
        """Record a run and return its snapshot, whatever the run's exit code is."""
        answer = self.reproof("run", "--json", "--", *command, stdin=stdin)
        assert SNAPSHOT in answer.out, answer
        snapshot: dict[str, Any] = json.loads(answer.out[answer.out.rindex(SNAPSHOT) :])
        return snapshot
