"""The command of a run: its words and what it printed, redacted."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from reproof.capture.keeping import Keeper
from reproof.capture.secrets import redact_argv
from reproof.model.snapshot import Command


def learn_command(recorded: dict[str, Any], folder: Path, keeper: Keeper) -> Command:
    """Return the command that a recording in `folder` tells of, its streams kept. Raises StoreError."""
    raw = dict(recorded)
    started = datetime.datetime.fromtimestamp(raw.pop("started"), datetime.UTC)
    streams = {name: keeper.keep_text(folder / raw.pop(name)) for name in ("stdout", "stderr")}
    argv = redact_argv(raw.pop("argv"))
    return Command(argv=argv, started=started.isoformat(timespec="milliseconds"), **streams, **raw)
