"""What every command shares: where the store is, how to print, and the tools made from the words given."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from reproof.errors import StoreError, UsageError
from reproof.settings_file import find_settings

if TYPE_CHECKING:  # what a command needs of these is imported when it does: `run` starts the user's command before
    from collections.abc import Mapping

    from rich.console import Console, RenderableType

    from reproof.model.base import Document
    from reproof.model.snapshot import Snapshot
    from reproof.progress import Progress
    from reproof.settings import Settings
    from reproof.store.store import Store
    from reproof.tools import Tools

UNFOLDED = 400
"""Columns; wide enough for tables in a pipe or a log."""


class Context(NamedTuple):
    """The words before the verb, turned into what a command needs."""

    root: Path
    """The folder of the store."""
    registry: str | None
    quiet: bool

    @property
    def store(self) -> Store:
        """The store."""
        from reproof.store.store import Store

        return Store(self.root)

    @property
    def err(self) -> Console:
        """Where progress and notes go."""
        return make_console(sys.stderr)

    @property
    def progress(self) -> Progress:
        """How progress is told."""
        from reproof.cli.progress import choose_progress

        return choose_progress(sys.stderr, self.quiet)

    def tools(self) -> Tools:
        """Return what the pipeline needs."""
        from reproof.tools import Tools

        return Tools(store=self.store, environ=os.environ, progress=self.progress, registry=self.registry)

    def snapshot(self, prefix: str) -> Snapshot:
        """Return the snapshot whose id starts with `prefix`. Raises UsageError, StoreError."""
        from reproof.model.snapshot import Snapshot

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
        """Print a value as JSON on standard output; NaN and infinities as the strings that stored documents have."""
        import json

        value = json.loads(json.dumps(value), parse_constant=str)  # JSON itself has no numbers for them
        sys.stdout.write(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def make_console(stream: TextIO) -> Console:
    """Return a console for a stream; what is no terminal gets lines as long as they are."""
    from rich.console import Console

    return Console(file=stream) if stream.isatty() else Console(file=stream, width=UNFOLDED, soft_wrap=True)


def plain(document: Document) -> dict[str, Any]:
    """Return a document as JSON values."""
    import json

    value: dict[str, Any] = json.loads(document.canonical())
    return value


def make_context(store: Path | None, registry: str | None, quiet: bool, environ: Mapping[str, str]) -> Context:
    """Return the words before the verb, understood. Raises StoreError: the store is a file; UsageError."""
    root = (store or default_store(environ)).expanduser()
    root = root if root.is_absolute() else working_directory() / root
    if root.exists() and not root.is_dir():
        raise StoreError(f"the store {root} is not a folder", "name a folder with --store, or a new one")
    return Context(root=root, registry=registry, quiet=quiet)


def default_store(environ: Mapping[str, str]) -> Path:
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


def read_settings(config: Path | None) -> Settings | None:
    """Return what reproof.yaml says: the file given, or the one found from the working directory up; None without."""
    path = config or find_settings(working_directory())
    if path is None:
        return None
    from reproof.settings import load_settings

    return load_settings(path)
