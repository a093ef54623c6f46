"""Turns a recording into a Snapshot: what was seen by the guest, plus what the host knows of git, code and secrets."""

from __future__ import annotations

import datetime
import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reproof import __version__
from reproof.adapters.git import WorkingTree
from reproof.capture.classify import LARGEST_SOURCE, Files, Places, find_places, sort_files
from reproof.capture.legible import is_legible, left_out, make_legible, spell, spell_all
from reproof.capture.metrics import is_metrics_file, read_metrics
from reproof.capture.secrets import is_private, redact, redact_argv, redact_bytes, select_environment
from reproof.capture.seeds import find_seeds, settle
from reproof.errors import CaptureError
from reproof.model.base import Gap
from reproof.model.policy import Policy
from reproof.model.snapshot import (
    Accelerator,
    Command,
    Distribution,
    Generator,
    Git,
    Hardware,
    Input,
    Interpreter,
    Metric,
    Numerics,
    SeedUse,
    Snapshot,
    Source,
    SourceFile,
    System,
)
from reproof.store.blobs import Blobs, file_digest

KEPT_INPUT = 16 << 20
"""Bytes; a smaller input is kept in the store, so that the run can be repeated when the file is gone."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the host knows of a run beside the recording.

    `roots` are the code folders of the original, for a replay, which has no repository to ask.
    """

    environ: Mapping[str, str]
    tree: WorkingTree | None = None
    policy: Policy = field(default_factory=Policy)
    allow: tuple[str, ...] = ()
    replay_of: str | None = None
    roots: tuple[str, ...] = ()
    salt: str = field(default_factory=lambda: secrets.token_hex(16))


BytesOf = Callable[[str, str], Path | None]
"""From a recorded path and its digest to a file that holds its bytes; None if nothing does."""


def read_recording(folder: Path) -> dict[str, Any]:
    """Return the recording in `folder`.

    Raises:
        CaptureError: there is none, or it cannot be read.
    """
    path = folder / "recording.json"
    try:
        recording: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CaptureError(f"the run left no recording in {folder}", "the recorder was stopped; run it again") from None
    except (OSError, ValueError) as error:
        raise CaptureError(f"the recording {path} cannot be read: {error}", "run it again") from error
    return recording


def assemble(
    recording: dict[str, Any], folder: Path, circumstances: Circumstances, blobs: Blobs, bytes_of: BytesOf
) -> Snapshot:
    """Return the snapshot of a recording, and keep the bytes that it names.

    Raises:
        CaptureError: the recording does not have the form that this version reads.
        StoreError: the bytes could not be kept.
    """
    try:
        return Assembler(recording, folder, circumstances, blobs, bytes_of).snapshot()
    except (KeyError, TypeError, ValidationError) as error:
        raise CaptureError(
            f"the recording in {folder} has an unknown form: {error}", "this is a bug; report it"
        ) from error


class Assembler:
    """The state of one assembly: the recording, what is known around it, and where bytes go."""

    def __init__(
        self, recording: dict[str, Any], folder: Path, circumstances: Circumstances, blobs: Blobs, bytes_of: BytesOf
    ) -> None:
        self.recording, unreadable = make_legible(recording)
        self.folder = folder
        self.around = circumstances
        self.blobs = blobs
        self.bytes_of = bytes_of
        self.gaps = [*(Gap(**gap) for gap in self.recording["gaps"]), *unreadable]

    def snapshot(self) -> Snapshot:
        """Return the whole."""
        record = self.recording
        interpreter = Interpreter(**record["interpreter"]) if record["interpreter"] else None
        distributions = tuple(self.distribution(entry) for entry in record["distributions"])
        tree = self.around.tree
        cwd = record["command"]["cwd"]
        places = find_places(cwd, spell(str(tree.root)) if tree else cwd, interpreter, distributions)
        if self.around.roots:
            places = replace(places, roots=self.around.roots)
        files = sort_files(record, places)
        self.gaps.extend(files.gaps)
        source = self.source(files, places)
        return Snapshot(
            generator=f"reproof {__version__}",
            level=record["level"],
            command=self.command(),
            source=source,
            interpreter=interpreter,
            distributions=distributions,
            loaded=files.loaded,
            system=System(**record["system"]),
            hardware=Hardware(**record["hardware"]),
            accelerator=Accelerator(**record["accelerator"]),
            numerics=Numerics(**record["numerics"]),
            environment=select_environment(spell_all(self.around.environ), self.around.salt, self.around.allow),
            inputs=tuple(self.input(entry) for entry in files.inputs),
            outputs=tuple(output.model_copy(update={"kept": self.keep(output.path, output.digest)})
                          for output in files.outputs),
            created_dirs=tuple(record["created_dirs"]),
            metrics=self.metrics(files),
            seeds=self.seeds(source.files),
            randomness=tuple(Generator(**entry) for entry in record["randomness"]),
            policy=self.around.policy,
            gaps=tuple(dict.fromkeys(self.gaps)),
            replay_of=self.around.replay_of,
        )  # fmt: skip

    def command(self) -> Command:
        """Return the command, its words and streams redacted."""
        raw = dict(self.recording["command"])
        started = datetime.datetime.fromtimestamp(raw.pop("started"), datetime.UTC)
        streams = {name: self.blobs.put(redact_bytes((self.folder / raw.pop(name)).read_bytes()))
                   for name in ("stdout", "stderr")}  # fmt: skip
        argv = redact_argv(raw.pop("argv"))
        return Command(argv=argv, started=started.isoformat(timespec="milliseconds"), **streams, **raw)

    def distribution(self, entry: dict[str, Any]) -> Distribution:
        """Return an installed distribution without credentials in its address."""
        url = entry.get("direct_url")
        return Distribution(**{**entry, "direct_url": redact(url) if url else None})

    def source(self, files: Files, places: Places) -> Source:
        """Return the code: every file that was loaded, and all that git tracks, as they lie on disk."""
        known = {file.path: file for file in files.source if self.keep(file.path, file.digest)}
        tree = self.around.tree
        taken = {output.path for output in files.outputs} | {entry.path for entry in files.inputs}
        if tree is not None:
            for path in tree.tracked:
                if path not in known and path not in taken and (file := self.tracked(path)) is not None:
                    known[path] = file
        used = {path for path in known if tree and path not in tree.tracked and Path(path).is_relative_to(tree.root)}
        inputs = {entry.path for entry in files.inputs}
        untracked = sorted(
            used | {p for p in inputs if tree and p not in tree.tracked and p.startswith(f"{tree.root}/")}
        )
        return Source(
            roots=places.roots,
            git=self.git(tree, tuple(untracked)) if tree else None,
            files=tuple(known[path] for path in sorted(known)),
        )

    def git(self, tree: WorkingTree, untracked: tuple[str, ...]) -> Git:
        """Return the repository's state; a private file's lines have no place in the patch."""
        if tree.error:
            self.gaps.append(Gap(what="the repository's state", why=tree.error, effect="the patch may be incomplete"))
        return Git(
            root=spell(str(tree.root)),
            commit=tree.commit,
            branch=tree.branch,
            remote=redact(tree.remote) if tree.remote else None,
            dirty=bool(tree.diff),
            diff=self.blobs.put(redact_bytes(tree.diff)) if tree.diff else None,
            untracked_used=tuple(str(Path(path).relative_to(tree.root)) for path in untracked),
        )

    def tracked(self, path: str) -> SourceFile | None:
        """Keep a file that git tracks but the run did not load; None when it is no plain file or too large."""
        file = Path(path)
        if not is_legible(path):
            self.gaps.append(left_out(path))
            return None
        if file.is_symlink() or not file.is_file() or is_private(file.name):
            return None
        status = file.stat()
        if status.st_size > LARGEST_SOURCE:
            why = f"it has {status.st_size:,} bytes and the run did not read it"
            self.gaps.append(Gap(what=f"{path} is not carried", why=why, effect="it is missing in the rebuilt project"))
            return None
        blob = self.blobs.put_file(file)
        mode = 0o755 if status.st_mode & 0o100 else 0o644
        return SourceFile(path=path, digest=blob.digest, size=blob.size, mode=mode)

    def input(self, entry: Input) -> Input:
        """Return an input, its bytes kept if it is small and no secret."""
        if entry.changed:
            effect = "the replay reads what the file held at the end"
            self.gaps.append(
                Gap(what=f"{entry.path} changed during the run", why="something wrote to it", effect=effect)
            )
        if entry.digest is None or entry.size > KEPT_INPUT or is_private(Path(entry.path).name):
            return entry
        return entry.model_copy(update={"kept": self.keep(entry.path, entry.digest)})

    def keep(self, path: str, digest: str) -> bool:
        """Put a file's bytes into the store; say whether they are there now."""
        if digest in self.blobs:
            return True
        held = self.bytes_of(path, digest)
        if held is None or file_digest(held) != digest:
            effect = "it cannot be shown, compared or carried"
            self.gaps.append(Gap(what=f"{path} is not kept", why="it is gone or changed after the run", effect=effect))
            return False
        self.blobs.put_file(held)
        return True

    def metrics(self, files: Files) -> tuple[Metric, ...]:
        """Return the numbers in the outputs that report metrics."""
        reports = (o for o in files.outputs if is_metrics_file(o.name, o.size) and o.digest in self.blobs)
        return tuple(
            metric for output in reports for metric in read_metrics(self.blobs.get(output.digest), output.name)
        )

    def seeds(self, files: Iterable[SourceFile]) -> tuple[SeedUse, ...]:
        """Return where the loaded code seeds randomness, or fails to."""
        used = {entry["path"] for entry in self.recording["loaded"] if entry["kind"] == "module"}
        code = (file for file in files if file.path in used and file.path.endswith(".py"))
        return settle(use for file in code for use in find_seeds(self.blobs.get(file.digest), file.path))


def kept_beside(folder: Path) -> BytesOf:
    """Return where a replay's bytes are: in the record folder, under their digest, copied out of the container."""

    def find(path: str, digest: str) -> Path | None:
        held = folder / "kept" / digest.removeprefix("sha256:")
        return held if held.is_file() else None

    return find


def in_place(path: str, digest: str) -> Path | None:
    """Return where an original run's bytes are: at their own path."""
    held = Path(path)
    return held if held.is_file() else None
