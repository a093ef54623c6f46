"""Understands `reproof run -- COMMAND` without click, which takes longer to load than a run may be held up."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from reproof.recorder.level import LEVELS

if TYPE_CHECKING:
    from reproof.cli.context import Context


class PlainRun(NamedTuple):
    """A run as it was asked for. `store` is the folder named, `level` the recorder's; None for the defaults."""

    words: tuple[str, ...]
    store: str | None
    registry: str | None
    quiet: bool
    level: str | None

    def context(self) -> Context:
        """Return what every command shares. Raises StoreError, UsageError."""
        from reproof.cli.context import make_context

        return make_context(Path(self.store) if self.store else None, self.registry, self.quiet, os.environ)


def plain_run(words: Sequence[str], environ: Mapping[str, str]) -> PlainRun | None:
    """Return what the words `[-q] [--store FOLDER] run [--] COMMAND…` ask for.

    None for all other words, and for whatever may be a mistake: click knows those, and complains.
    """
    store, level = environ.get("REPROOF_HOME"), environ.get("REPROOF_LEVEL") or None
    quiet, rest = False, list(words)
    while rest and rest[0] != "run":
        option = rest.pop(0)
        if option in ("-q", "--quiet"):
            quiet = True
        elif option == "--store" and rest and rest[0]:
            store = rest.pop(0)
        else:
            return None
    command = rest[1:]
    if command[:1] == ["--"]:
        del command[0]
    elif command and command[0].startswith("-"):
        return None
    strange = level not in (None, *LEVELS) or any(name.endswith("_COMPLETE") for name in environ)
    if not command or strange or (store and Path(store).exists() and not os.access(store, os.R_OK)):
        return None
    return PlainRun(tuple(command), store or None, environ.get("REPROOF_REGISTRY") or None, quiet, level)
