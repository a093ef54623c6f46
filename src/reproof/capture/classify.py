"""Sorts the files of a recording: what is code to carry, what an input, what comes with a package or the system."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from reproof.capture.datasets import Folder, group_inputs
from reproof.capture.roles import role_of
from reproof.model.base import Gap
from reproof.model.snapshot import Distribution, Input, Interpreter, LoadedFile, Output, SourceFile

SYSTEM = (
    "/etc/",
    "/usr/",
    "/lib/",
    "/lib64/",
    "/bin/",
    "/sbin/",
    "/var/lib/",
    "/var/cache/",
    "/run/",
    "/opt/recorder/",
)
INSTALLED = re.compile(r"(bin|include|conda-meta)/|lib(32|64)?/(python|pypy)\d|(etc|share)/(jupyter|man)/|pyvenv\.cfg$")
"""What an environment consists of, below its prefix."""
LOCAL = ("/usr/local/",)
"""Below /usr, but the machine's user put it there, not the distribution."""


@dataclass(frozen=True, slots=True)
class Files:
    """The files of a run, each in one place."""

    loaded: tuple[LoadedFile, ...]
    source: tuple[SourceFile, ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    gaps: tuple[Gap, ...]
    existed: tuple[str, ...] = ()
    """Of the outputs, the paths of those that were there before."""
    folders: tuple[Folder, ...] = ()
    """Inputs that are one data set, by folder; these files are not among `inputs`."""


@dataclass(frozen=True, slots=True)
class Places:
    """Folders that decide to whom a file belongs."""

    cwd: str
    roots: tuple[str, ...]
    environment: tuple[str, ...]

    def belongs_to_environment(self, path: str) -> bool:
        """Say whether a file that nobody is recorded to own came with the interpreter or the operating system.

        A project may lie inside its own environment (`python -m venv .` makes that): what is below both is of the
        environment only where an installer puts files.
        """
        for prefix in self.environment:
            start = f"{prefix.rstrip('/')}/"
            if path.startswith(start):
                inside = [root for root in (self.cwd, *self.roots) if f"{root}/".startswith(start)]
                own = any(path.startswith(f"{root}/") for root in inside)
                return not own or INSTALLED.match(path.removeprefix(start)) is not None
        return path.startswith(SYSTEM) and not path.startswith(LOCAL)


def find_places(cwd: str, project: str, interpreter: Interpreter | None, packages: Iterable[Distribution]) -> Places:
    """Return the project's folders (its own first, then editable packages) and the environment's prefixes."""
    editable = {
        package.direct_url.removeprefix("file://")
        for package in packages
        if package.origin == "editable" and package.direct_url and package.direct_url.startswith("file://")
    }
    environment = (interpreter.prefix, interpreter.base_prefix) if interpreter else ()
    return Places(
        cwd=cwd,
        roots=(project, *sorted(root.rstrip("/") for root in editable - {project})),
        environment=tuple(prefix for prefix in environment if prefix != "/usr"),
    )


def sort_files(recording: dict[str, Any], places: Places) -> Files:
    """Return the recording's files, each as code, input, output or part of the environment."""
    written = {entry["path"]: entry for entry in recording["written"]}
    loaded: list[LoadedFile] = []
    source: list[SourceFile] = []
    inputs: list[Input] = []
    gaps: list[Gap] = []
    for entry in recording["loaded"]:
        owner = entry["owner"] or ("environment" if places.belongs_to_environment(entry["path"]) else "source")
        loaded.append(LoadedFile(**{**entry, "owner": owner}))
        if owner == "source" and entry["digest"] and entry["path"] not in written:
            mode = 0o755 if entry["kind"] == "program" else 0o644
            source.append(SourceFile(path=entry["path"], digest=entry["digest"], size=entry["size"], mode=mode))
        elif owner == "source" and entry["path"] in written:
            gaps.append(rewritten(entry["path"]) if written[entry["path"]]["existed"] else generated(entry["path"]))
    for entry in recording["read"]:
        path = entry["path"]
        if entry["owner"] or places.belongs_to_environment(path):
            if entry["digest"] and entry["owner"]:
                loaded.append(
                    LoadedFile(path=path, kind="data", digest=entry["digest"], size=entry["size"], owner=entry["owner"])
                )
        elif path not in written:
            fields = {key: entry[key] for key in ("path", "digest", "size", "mode", "changed")}
            inputs.append(Input(**fields, role=role_of(path, entry["size"])))
        elif written[path]["existed"]:
            gaps.append(modified_in_place(path))
    gaps += [unreadable(path) for path, entry in written.items() if not entry["digest"]]
    alone, folders = group_inputs(inputs, (places.cwd, *places.roots, recording["command"]["home"]))
    return Files(
        loaded=tuple(sorted(loaded, key=lambda file: (file.path, file.kind))),
        source=tuple(sorted(source, key=lambda file: file.path)),
        inputs=tuple(sorted(alone, key=lambda file: file.path)),
        outputs=tuple(name_output(entry, places.cwd) for entry in recording["written"] if entry["digest"]),
        gaps=tuple(gaps),
        existed=tuple(path for path, entry in written.items() if entry["existed"]),
        folders=folders,
    )


def name_output(entry: dict[str, Any], cwd: str) -> Output:
    """Return an output; its name is relative to the working directory when it lies below it."""
    path = PurePosixPath(entry["path"])
    name = str(path.relative_to(cwd)) if path.is_relative_to(cwd) else str(path)
    return Output(name=name, path=str(path), digest=entry["digest"], size=entry["size"])


def modified_in_place(path: str) -> Gap:
    return Gap(
        what=f"{path} was read and then written by the run",
        why="what it held before is not on disk any more",
        effect="the replay starts with what git has of it, or without it, and may take another way",
    )


def generated(path: str) -> Gap:
    return Gap(
        what=f"{path} was written and then loaded as code by the run",
        why="it is an output and code at once",
        effect="the replay has to write it again before it loads it",
    )


def rewritten(path: str) -> Gap:
    return Gap(
        what=f"{path} was loaded as code, and the run wrote to it",
        why="what it held before was not kept",
        effect="if it was loaded before that, the code that ran is not in the record",
    )


def unreadable(path: str) -> Gap:
    return Gap(
        what=f"the output {path}",
        why="the recorder cannot read what the run wrote",
        effect="it is neither kept nor compared",
    )
