"""What is told when a run was recorded. Every run loads this: nothing that takes long is imported here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reproof.report.words import plural, short

if TYPE_CHECKING:
    from reproof.model.snapshot import Snapshot


def recorded_line(snapshot: Snapshot) -> str:
    """Return what to tell when a run was recorded: its id, what is in it, what to type next."""
    identity = short(snapshot.id)
    if snapshot.requirements:
        seen = f"{plural(len(snapshot.source.files), 'file')}, packages to be of its date"
        return f"captured {identity}: {seen}; bring it back: reproof verify {identity}"
    if snapshot.kind == "capture":
        seen = f"{plural(len(snapshot.source.files), 'file')}, {plural(len(snapshot.distributions), 'package')}"
        return f"captured {identity}: {seen}; build it and run it: reproof replay {identity}"
    counts = [plural(len(snapshot.loaded), "loaded file"), plural(len(snapshot.distributions), "package"),
              plural(len(snapshot.inputs), "input"), plural(len(snapshot.outputs), "output")]  # fmt: skip
    if snapshot.datasets:
        files = sum(folder.files for folder in snapshot.datasets)
        counts.insert(3, f"{plural(len(snapshot.datasets), 'data set')} of {plural(files, 'file')}")
    state = "interrupted, kept" if snapshot.command.interrupted else "recorded"
    return f"{state} {identity}: {', '.join(counts)}; verify it: reproof verify {identity}"
