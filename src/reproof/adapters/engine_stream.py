"""Reads what the engine tells while it builds or fetches an image."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from reproof.errors import BuildError
from reproof.progress import Progress, Task

STEP = re.compile(r"^step (\d+)/(\d+) ?: (.*)", re.IGNORECASE)
TAIL_LINES = 15
ERASE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|\r")


class BuildLog:
    """Follows the builder's lines: which step it is in, what it printed last, the image's id."""

    def __init__(self) -> None:
        self.step = ""
        self.number = 0
        self.total = 0
        self.image: str | None = None
        self.error: str | None = None
        self._lines: deque[str] = deque(maxlen=TAIL_LINES)

    def feed(self, event: Mapping[str, Any]) -> int:
        """Take in one event; return how many steps have begun since the last one."""
        if identity := (event.get("aux") or {}).get("ID"):
            self.image = identity
        if "error" in event:
            self.error = str((event.get("errorDetail") or {}).get("message") or event["error"]).strip()
        begun = 0
        for line in ERASE.sub("", str(event.get("stream") or "")).splitlines():
            if match := STEP.match(line):
                begun += 1
                self.number, self.total, self.step = int(match[1]), int(match[2]), match[3].strip()
                self._lines.clear()
            elif line.strip() and not line.startswith((" --->", "Removing intermediate container")):
                self._lines.append(line.rstrip())
        return begun

    def failure(self) -> BuildError:
        """Return the error that names the failing step and shows what it printed last."""
        where = f" at step {self.number} of {self.total}, `{self.step}`" if self.number else ""
        tail = "".join(f"\n  | {line}" for line in self._lines)
        return BuildError(
            f"the image could not be built: it failed{where}: {self.error or 'no reason was given'}{tail}",
            "mend what the lines above name; `reproof build --context FOLDER` writes the context to try by hand",
        )


def follow_build(events: Iterable[Mapping[str, Any]], log: BuildLog, progress: Progress) -> None:
    """Read a build to its end, telling each step. Afterwards `log` has the image's id, or the error, or neither."""
    with progress.task("building the image", None, "steps") as task:
        for event in events:
            for _ in range(log.feed(event)):
                task.describe(f"step {log.number} of {log.total}: {log.step}")
                task.advance()


def follow_pull(events: Iterable[Mapping[str, Any]], task: Task) -> str | None:
    """Read a download to its end, counting bytes as layers come in; return the engine's error, None if it is done."""
    received: dict[str, int] = {}
    for event in events:
        if "error" in event:
            return str((event.get("errorDetail") or {}).get("message") or event["error"])
        if event.get("status") == "Downloading" and "id" in event:
            current = int((event.get("progressDetail") or {}).get("current") or 0)
            before = received.get(event["id"], 0)
            if current > before:
                task.advance(current - before)
                received[event["id"]] = current
    return None
