"""Decides what lies where: code, folders for outputs, inputs to mount, the user and the limits."""

from __future__ import annotations

from pathlib import PurePosixPath

from reproof.model.base import Gap
from reproof.model.plan import DatasetMount, Decision, Limits, Mount, SourceRoot
from reproof.model.snapshot import Snapshot, SourceFile

UNPRIVILEGED_NAME, UNPRIVILEGED = "user", 1000
"""The user that a run recorded as root gets: a replay needs no privilege."""
SHARED_MEMORY = 1 << 30
"""Bytes; loader workers pass tensors through /dev/shm, and an engine's default of 64 MB stops them."""

CLOSED = "/root"
"""The one folder of a distribution that only its owner may enter; the replay is another user."""


def choose_sources(snapshot: Snapshot) -> tuple[SourceRoot, ...]:
    """Return the code by root, the project first; a file outside all roots gets its own folder as one."""
    ranks = {root: rank for rank, root in enumerate(snapshot.source.roots)}
    roots = sorted(ranks, key=len, reverse=True)
    grouped: dict[str, list[SourceFile]] = {}
    for file in snapshot.source.files:
        home = next((root for root in roots if below(file.path, root)), str(PurePosixPath(file.path).parent))
        grouped.setdefault(home, []).append(file)
    return tuple(
        SourceRoot(path=root, files=tuple(grouped[root]))
        for root in sorted(grouped, key=lambda root: (ranks.get(root, len(ranks)), root))
    )


def choose_directories(snapshot: Snapshot, home: str) -> tuple[str, ...]:
    """Return the folders that the user must be able to write: where it worked, lived, and left outputs.

    Folders that the run made itself are left out: it has to make them again. What lies at home belongs to the user at
    every level, also where only an input is mounted: tools use no cache in a folder that they cannot write.
    """
    made = set(snapshot.created_dirs)
    folders = {snapshot.command.cwd, home}
    folders |= {str(PurePosixPath(output.path).parent) for output in snapshot.outputs}
    used = [output.path for output in snapshot.outputs] + [entry.path for entry in snapshot.inputs]
    levels = {str(folder) for path in used for folder in PurePosixPath(path).parents}
    folders |= {folder for folder in levels if below(folder, home)}
    python = snapshot.interpreter
    needed = (*snapshot.source.roots, *((python.prefix, python.base_prefix) if python else ()))
    folders |= {CLOSED for path in needed if below(path, CLOSED)}
    kept = {folder for folder in folders if not any(folder == m or below(folder, m) for m in made)}
    kept |= {str(PurePosixPath(m).parent) for m in made if str(PurePosixPath(m).parent) not in made}
    return tuple(sorted(folder for folder in kept if folder not in ("/", "/tmp", "/dev/shm")))


def choose_mounts(snapshot: Snapshot) -> tuple[Mount, ...]:
    """Return the inputs, each at its recorded path."""
    return tuple(
        Mount(path=entry.path, digest=entry.digest, size=entry.size, mode=entry.mode, kept=entry.kept)
        for entry in snapshot.inputs
    )


def choose_datasets(snapshot: Snapshot) -> tuple[DatasetMount, ...]:
    """Return the folders of many files, each at its recorded path."""
    written = [*(output.path for output in snapshot.outputs), *snapshot.temporaries, *snapshot.created_dirs]
    return tuple(
        DatasetMount(
            path=folder.path,
            files=folder.files,
            size=folder.size,
            listing=folder.listing,
            kept=folder.kept,
            written_below=any(below(path, folder.path) for path in written),
        )
        for folder in snapshot.datasets
    )


def choose_user(snapshot: Snapshot) -> tuple[int, int]:
    """Return uid and gid: as recorded, but never root."""
    command = snapshot.command
    return (command.uid, command.gid) if command.uid else (UNPRIVILEGED, UNPRIVILEGED)


def user_decision(snapshot: Snapshot) -> Decision:
    """Return the decision on the user."""
    uid, gid = choose_user(snapshot)
    root = snapshot.command.uid == 0
    return Decision(
        subject="user",
        choice=f"{uid}:{gid}",
        reason="a replay needs no privilege, so root is not used" if root else "as recorded",
        evidence=f"recorded as {snapshot.command.user or 'uid'} ({snapshot.command.uid}:{snapshot.command.gid})",
    )


def choose_limits(snapshot: Snapshot) -> Limits:
    """Return the recorded CPUs and memory limit."""
    hardware = snapshot.hardware
    return Limits(cpus=hardware.cpus, memory=hardware.memory_limit, shm=SHARED_MEMORY)


def limits_decision(snapshot: Snapshot) -> Decision:
    """Return the decision on limits."""
    hardware = snapshot.hardware
    memory = f"{hardware.memory_limit:,} bytes" if hardware.memory_limit else "no limit"
    return Decision(
        subject="limits",
        choice=f"CPUs {','.join(map(str, hardware.cpus)) or 'all'}; memory: {memory}",
        reason="thread counts, and with them the last bits of sums, follow the CPUs that a run may use",
        evidence=hardware.cpu_model,
    )


def unkept_inputs(snapshot: Snapshot) -> tuple[Gap, ...]:
    """Return a warning for each input or data set that must still be where it was."""
    loose = [f"input {entry.path} ({entry.size:,} bytes)" for entry in snapshot.inputs if not entry.kept]
    loose += [
        f"data set {folder.path} ({folder.files:,} files, {folder.size:,} bytes)"
        for folder in snapshot.datasets
        if not folder.kept
    ]
    why = "it is too large or too private to be kept in the store"
    effect = "it must be at its place, unchanged, when the run is replayed"
    return tuple(Gap(what=what, why=why, effect=effect) for what in loose)


def below(path: str, root: str) -> bool:
    return path.startswith(f"{root.rstrip('/')}/")
