"""The first stage without a run: a project and the environment of a command are looked at, and their snapshot kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reproof.adapters.working_tree import read_repository
from reproof.capture.assemble import Circumstances, assemble
from reproof.capture.keeping import in_place
from reproof.capture.project import files_beside
from reproof.capture.secrets import private_in_patch
from reproof.errors import RunError
from reproof.model.policy import Policy
from reproof.model.snapshot import Snapshot
from reproof.recorder.command import LaunchError
from reproof.recorder.survey import NoPython, survey
from reproof.tools import Tools


def capture(argv: Sequence[str], cwd: Path, tools: Tools, policy: Policy, allow: Sequence[str] = ()) -> Snapshot:
    """Return the snapshot of a project and the environment of a command, without running anything of it.

    `policy` is what counts as a result, `allow` further variables that may be kept.

    Raises:
        RunError: there is no such command, or no interpreter that it would use.
        CaptureError, StoreError: the record could not be made or kept.
    """
    tools.store.writable()
    with tools.store.scratch("capture") as folder, tools.progress.task("looking at the project"):
        try:
            recording = survey(list(argv), str(cwd), dict(tools.environ), str(folder))
        except (LaunchError, NoPython) as error:
            raise RunError(str(error), "check the command's spelling, and that it is on the PATH") from error
        found = read_repository(cwd, private_in_patch)
        beside = files_beside(cwd, found.tree)
        around = Circumstances(
            tools.environ, found.tree, found.gaps, policy, tuple(allow), kind="capture", beside=beside
        )
        snapshot = assemble(recording, folder, around, tools.store.blobs, in_place)
        tools.store.save(snapshot)
    return snapshot
