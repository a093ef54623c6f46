"""What every command shares: where the store is, how to print, and the tools made from the words given."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console, RenderableType

from reproof.cli.progress import choose_progress
from reproof.errors import UsageError
from reproof.model.base import Document
from reproof.model.policy import Policy
from reproof.model.snapshot import Snapshot
from reproof.pipeline import Tools
from reproof.progress import Progress
from reproof.settings import Settings, find_settings, load_settings
from reproof.store.store import Store

UNFOLDED = 400
"""Columns; wide enough for tables in a pipe or a log."""


@dataclass(frozen=True, slots=True)
class Context:
    """The words before the verb, turned into what a command needs."""

    store: Store
    registry: str | None
    quiet: bool

    @property
    def err(self) -> Console:
        """Where progress and notes go."""
        return make_console(sys.stderr)

    @property
    def progress(self) -> Progress:
        """How progress is told."""
        return choose_progress(self.err, self.quiet)

    def tools(self) -> Tools:
        """Return what the pipeline needs."""
        return Tools(store=self.store, environ=os.environ, progress=self.progress, registry=self.registry)

    def snapshot(self, prefix: str) -> Snapshot:
        """Return the snapshot whose id starts with `prefix`. Raises UsageError, StoreError."""
        return self.store.load(Snapshot, self.store.find(Snapshot, prefix))

    def show(self, document: Document, rendered: RenderableType, as_json: bool) -> None:
        """Print a result: the stored document with its id, or the view of it for people."""
        if as_json:
            self.print_json({**plain(document), "id": document.id})
        else:
            self.print(rendered)

    def print(self, rendered: RenderableType) -> None:
        """Print a view on standard output; in a pipe, without the blanks that fill a terminal's lines."""
        console = make_console(sys.stdout)
        if console.is_terminal:
            console.print(rendered)
            return
        with console.capture() as captured:
            console.print(rendered)
        sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))

    def print_json(self, value: Any) -> None:
        """Print a value as JSON on standard output."""
        sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def make_console(stream: TextIO) -> Console:
    """Return a console for a stream; what is no terminal gets lines as long as they are."""
    return Console(file=stream) if stream.isatty() else Console(file=stream, width=UNFOLDED, soft_wrap=True)


def plain(document: Document) -> dict[str, Any]:
    """Return a document as JSON values."""
    value: dict[str, Any] = json.loads(document.canonical())
    return value


def default_store(environ: dict[str, str]) -> Path:
    """Return where the store is unless the user says otherwise: the XDG data folder."""
    data = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "reproof"


def working_directory() -> Path:
    """Return the folder that the user is in. Raises UsageError: it was deleted."""
    try:
        return Path.cwd()
    except OSError as error:
        raise UsageError(
            f"the working directory cannot be found: {error.strerror}", "it was deleted or moved; change to another"
        ) from error


def read_settings(config: Path | None) -> Settings:
    """Return what reproof.yaml says: the file given, or the one found from the working directory up."""
    path = config or find_settings(working_directory())
    return load_settings(path) if path else Settings(policy=Policy(), command=None)
