"""Makes a record: what `reproof run` does once its words are understood. Loads quickly: the command waits for it."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

from reproof.adapters.environ import inherited
from reproof.cli.context import Context, plain, read_settings, working_directory
from reproof.errors import ReproofError, UsageError
from reproof.recorder.command import Order
from reproof.running import Ran, ran

if TYPE_CHECKING:
    from pathlib import Path

    from reproof.model.snapshot import Snapshot
    from reproof.tools import Tools

AFTER = ("reproof.recording", "reproof.securing", "reproof.report.recorded")
"""What is needed after the command's end. It takes longer to load than a short run takes, and is loaded beside it."""
MAYBE = ("reproof.capture.twisters", "reproof.capture.configuration")
"""What most training runs need, and short ones do not."""


def record(
    context: Context,
    words: tuple[str, ...],
    *,
    config: Path | None = None,
    allow: tuple[str, ...] = (),
    level: str | None = None,
    as_json: bool = False,
) -> int:
    """Run a command, keep its record and packages, and return the command's own exit code. Raises ReproofError."""
    gc.disable()  # loading modules makes much, and nearly all of it stays
    environ = inherited()
    settings = read_settings(config)
    argv = words or (settings and settings.command) or ()
    if not argv:
        raise UsageError("no command to run", "reproof run -- python train.py")
    if argv[0].endswith(".ipynb"):
        from reproof.adapters.jupyter import notebook_command

        argv = notebook_command(argv, os.environ)
    order = Order(list(argv), str(working_directory()), environ, level=level)
    with ran(order, context.root, AFTER, MAYBE) as run:
        gc.freeze()
        gc.enable()
        from reproof.model.snapshot import shell_status
        from reproof.recording import Recording, keep
        from reproof.report.recorded import recorded_line

        tools = context.tools()
        how = Recording(settings.policy, allow, profile=settings.profile) if settings else Recording(allow=allow)
        snapshot = keep(run, tools, how)
        keep_packages(run, snapshot, tools)
        tools.progress.note(recorded_line(snapshot))
    if as_json:
        context.print_json({**plain(snapshot), "id": snapshot.id})
    return shell_status(snapshot.command.exit_code, snapshot.command.signal)


def keep_packages(run: Ran, snapshot: Snapshot, tools: Tools) -> None:
    """Find or keep the packages now, while they are installed; a failure here is told and costs the run nothing."""
    from reproof.securing import resolve

    try:
        if run.held.came:
            raise KeyboardInterrupt
        run.held.release()
        resolve(snapshot, tools)
    except ReproofError as error:
        tools.progress.note(f"note: packages were not secured: {error.message}")
    except KeyboardInterrupt:
        tools.progress.note("note: packages were not secured: interrupted; `reproof plan` does it later")
