"""The first stage: a command is run here, and its snapshot kept."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reproof.capture.assemble import Circumstances, assemble
from reproof.capture.keeping import in_place
from reproof.capture.pointers import with_pointers
from reproof.capture.profiles import with_profiles
from reproof.errors import ReproofError
from reproof.model.policy import Policy
from reproof.model.snapshot import Snapshot, shell_status
from reproof.recorder.command import Order
from reproof.running import Ran, ran
from reproof.tools import Tools


@dataclass(frozen=True, slots=True)
class Recording:
    """How a run is to be recorded: what counts as a result, which further variables may be kept, and how it is watched.

    `level` is one of the recorder's; None is what REPROOF_LEVEL says, or the default.
    """

    policy: Policy = field(default_factory=Policy)
    allow: tuple[str, ...] = ()
    level: str | None = None
    profile: bool = True
    """Whether data files are looked into after the run."""


def record(argv: Sequence[str], cwd: Path, tools: Tools, how: Recording) -> Snapshot:
    """Run a command here and return its snapshot.

    Raises:
        RunError: the command could not be started; nothing was recorded.
        CaptureError, StoreError: it ran, but the record could not be made or kept. The error has the command's own
            exit code if that says that the command failed.
    """
    with ran(Order(list(argv), str(cwd), tools.environ, level=how.level), tools.store.root) as run:
        return keep(run, tools, how)


def keep(run: Ran, tools: Tools, how: Recording) -> Snapshot:
    """Return the snapshot of a run that has ended, kept with all that it names. Raises CaptureError, StoreError."""
    found = run.repository
    around = Circumstances(run.environ, found.tree, found.gaps, policy=how.policy, allow=how.allow)
    try:
        with tools.progress.task("keeping what the run used and made"):
            recording = outside(tools.store.root, run.recording)
            snapshot = assemble(recording, run.folder, around, tools.store.blobs, in_place)
            snapshot = with_pointers(snapshot)
            snapshot = with_profiles(snapshot, tools.store) if how.profile else snapshot
        tools.store.save(snapshot)
    except ReproofError as error:
        ended = run.recording["command"]
        error.exit_code = shell_status(ended["exit_code"], ended["signal"]) or error.exit_code
        raise
    return snapshot


def outside(root: Path, recording: dict[str, Any]) -> dict[str, Any]:
    """Return a recording without what was written in the store at `root`: by us, or by a run in the same store.

    A store may lie in the working directory. What the command read in it, and nobody wrote meanwhile, stays.
    """
    below = tuple(f"{spelling}/" for spelling in {os.path.abspath(root), os.path.realpath(root)})  # noqa: PTH100
    ours = {entry["path"] for entry in recording["written"] if entry["path"].startswith(below)}
    kept = {name: [entry for entry in recording[name] if entry["path"] not in ours] for name in ("written", "read")}
    for name in ("temporaries", "created_dirs"):
        kept[name] = [path for path in recording[name] if not f"{path}/".startswith(below)]
    return {**recording, **kept}
