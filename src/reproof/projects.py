"""How a project is captured: with what is installed here, or, when that is not what it needs, as of a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from reproof.adapters.jupyter import notebook_command
from reproof.capture.future import project_root
from reproof.capturing import capture
from reproof.model.policy import Policy
from reproof.model.requirements import DateChoice, Requirements
from reproof.model.snapshot import Snapshot
from reproof.model.target import Target
from reproof.needs.wanted import Wanted
from reproof.old_projects import capture_old, read_needs
from reproof.resolve.wanted import applies
from reproof.tools import Tools

NAMED = 5
"""Missing packages that are named in a note."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says: the project's time, or that what is installed here is to be taken; `allow` as `capture`."""

    as_of: DateChoice | None = None
    python: str | None = None
    installed: bool = False
    allow: tuple[str, ...] = ()


def capture_project(
    argv: Sequence[str], folder: Path, tools: Tools, policy: Policy, given: Given | None = None
) -> Snapshot:
    """Return the snapshot of a project, without running anything of it.

    Its packages are those that are installed here, unless a date or a Python is given, or something that the project
    declares is not installed.

    Raises:
        UsageError, RunError: there is no such command, no interpreter that it would use, or no code.
        CaptureError, StoreError: the record could not be made or kept.
    """
    given = given or Given()
    wanted = Wanted(argv=(), as_of=given.as_of, python=given.python)
    if not (given.as_of or given.python):
        words = notebook_command(tuple(argv), tools.environ) if argv[0].endswith(".ipynb") else argv
        snapshot = capture(words, folder, tools, policy, given.allow)
        missing = () if given.installed else not_installed(snapshot, argv, folder)
        if not missing:
            return snapshot
        shown = ", ".join(missing[:NAMED]) + (", …" if len(missing) > NAMED else "")
        tools.progress.note(
            f"note: {len(missing)} of the packages that the project declares are not installed here ({shown}): they "
            "are chosen as of its date; --installed takes what is here"
        )
    return capture_old(argv, folder, tools, wanted, policy, given.allow)


def not_installed(snapshot: Snapshot, argv: Sequence[str], folder: Path) -> tuple[str, ...]:
    """Return the distributions that a project declares and the environment of its command lacks; none of a folder
    without code. Raises UsageError: the folder cannot be read."""
    git = snapshot.source.git
    root = Path(git.root) if git else project_root(folder)
    if not any(file.path.endswith((".py", ".ipynb")) for file in snapshot.source.files):
        return ()
    return lacking(read_needs(root, folder, Wanted(argv=tuple(argv)), argv[0]), snapshot)


def lacking(requirements: Requirements, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the declared distributions that a snapshot does not have, where their markers hold."""
    have = {canonicalize_name(found.name) for found in snapshot.distributions}
    python = snapshot.interpreter
    target = Target(python=python.version, machine=snapshot.system.architecture) if python else None
    declared = (one for one in requirements.requirements if one.kind in ("declared", "locked") and one.url is None)
    names = (one.name for one in declared if target is None or applies(one.marker, target))
    return tuple(name for name in dict.fromkeys(names) if name not in have)
