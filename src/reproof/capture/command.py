"""The command of a run: its words and what it printed, redacted."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from reproof.capture.keeping import Keeper
from reproof.capture.learned import Learned
from reproof.model.base import Gap
from reproof.model.snapshot import Command


def learn_command(recorded: dict[str, Any], folder: Path, keeper: Keeper) -> Learned[Command]:
    """Return the command that a recording in `folder` tells of, its streams kept. Raises StoreError."""
    raw = dict(recorded)
    started = datetime.datetime.fromtimestamp(raw.pop("started"), datetime.UTC)
    streams = {name: keeper.keep_text(folder / raw.pop(name)) for name in ("stdout", "stderr")}
    given = tuple(raw.pop("argv"))
    argv = keeper.redactor.words(given)
    command = Command(argv=argv, started=started.isoformat(timespec="milliseconds"), **streams, **raw)
    return Learned(command, tuple(withheld(given, argv)))


def withheld(given: Sequence[str], kept: Sequence[str]) -> Iterator[Gap]:
    """Yield a gap for each word of the command that is not kept as it was given."""
    for number, (before, after) in enumerate(zip(given, kept, strict=True)):
        if before != after:
            effect = f"the replay gets {after} instead"
            yield Gap(what=f"a secret in word {number} of the command", why="no secret is stored", effect=effect)
