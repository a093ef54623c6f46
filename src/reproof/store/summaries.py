"""What `ls` shows of each run, in one file, so that a thousand runs are listed without reading a thousand snapshots.

A line is appended when a snapshot or verdict is saved. Documents never change, so a line is never stale; what is
missing or torn is made anew from the document, and the file may be deleted at any time, like everything in `cache/`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from reproof.model.base import Document, Frozen
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict
from reproof.store.files import write_durably

FILE = "summaries-1.jsonl"
"""With another shape it gets another number."""


class Summary(Frozen):
    """A run in a line. `created` is when it was started (ISO 8601); `packages` names a list, see `packages`."""

    created: str
    command: tuple[str, ...]
    exit_code: int | None
    duration_s: float
    interrupted: bool
    kind: Literal["run", "capture"]
    metrics: dict[str, float]
    parameters: dict[str, bool | int | float | str | None]
    packages: str
    replay: bool


def summarise(snapshot: Snapshot) -> Summary:
    """Return what is shown of a run."""
    command = snapshot.command
    return Summary(
        created=command.started,
        command=command.argv,
        exit_code=command.exit_code,
        duration_s=command.duration_s,
        interrupted=command.interrupted,
        kind=snapshot.kind,
        metrics={metric.name: metric.value for metric in snapshot.metrics},
        parameters={parameter.name: parameter.value for parameter in snapshot.parameters},
        packages=hashlib.sha256("\n".join(installed(snapshot)).encode()).hexdigest(),
        replay=snapshot.replay_of is not None,
    )


def installed(snapshot: Snapshot) -> list[str]:
    """Return the distributions of a run as `name==version`, sorted."""
    return sorted({f"{distribution.name}=={distribution.version}" for distribution in snapshot.distributions})


def answer(verdict: Verdict) -> str:
    """Return a verdict in a word or two."""
    return verdict.outcome or (f"{verdict.failure.stage} failed" if verdict.failure else "unknown")


class Summaries:
    """The file of summaries. It can always be made again, so a failure to write it is no failure."""

    def __init__(self, store: Path) -> None:
        self.root = store / "cache" / "runs"
        self.runs: dict[str, Summary] = {}
        self.verdicts: dict[str, str] = {}

    def note(self, document: Document, identity: str) -> None:
        """Add a line for a snapshot or a verdict; of other documents none is kept."""
        line: dict[str, Any]
        if isinstance(document, Snapshot):
            self.runs[identity] = summary = summarise(document)
            line = {"id": identity, "run": summary.model_dump(mode="json")}
        elif isinstance(document, Verdict):
            self.verdicts[identity] = answer(document)
            line = {"id": identity, "verdict": answer(document)}
        else:
            return
        with suppress(OSError):
            self.root.mkdir(parents=True, exist_ok=True)
            if isinstance(document, Snapshot):
                self._keep_packages(summary.packages, installed(document))
            descriptor = os.open(self.root / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                os.write(descriptor, b"\n" + json.dumps(line).encode())  # a torn line before it ends here
            finally:
                os.close(descriptor)

    def read(self) -> None:
        """Read all lines; those that cannot be read are left out."""
        try:
            lines = (self.root / FILE).read_bytes().split(b"\n")
        except OSError:
            return
        for data in lines:
            with suppress(ValueError, KeyError, TypeError, ValidationError):
                line = json.loads(data)
                if "run" in line:
                    self.runs[line["id"]] = Summary.model_validate(line["run"])
                else:
                    self.verdicts[line["id"]] = str(line["verdict"])

    def keep(self, identities: Collection[str]) -> None:
        """Leave out the documents that are gone. A line that is added meanwhile may be lost: it is made again."""
        self.read()
        lines = [{"id": i, "run": run.model_dump(mode="json")} for i, run in self.runs.items() if i in identities]
        lines += [{"id": i, "verdict": word} for i, word in self.verdicts.items() if i in identities]
        with suppress(OSError):
            write_durably(self.root / FILE, "\n".join(map(json.dumps, lines)).encode())

    def packages(self, summary: Summary) -> list[str] | None:
        """Return the distributions of a run as `name==version`; None if the list is not there."""
        try:
            return [str(word) for word in json.loads((self.root / f"{summary.packages}.json").read_bytes())]
        except (OSError, ValueError):
            return None

    def _keep_packages(self, name: str, words: list[str]) -> None:
        path = self.root / f"{name}.json"
        if not path.exists():
            write_durably(path, json.dumps(words).encode())
