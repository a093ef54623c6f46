"""Gives data files their profiles: after the run, each content once, by a child process that may fail."""

from __future__ import annotations

import datetime
import json
import os
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reproof.capture.learned import Learned
from reproof.capture.profile_child import Worker
from reproof.capture.secrets import is_private, redact
from reproof.model.base import Gap
from reproof.model.snapshot import Column, Input, Profile, Snapshot
from reproof.store.blobs import Blobs
from reproof.store.files import write_durably
from reproof.store.store import Store

FORMATS = {
    ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".npy": "npy", ".npz": "npz", ".arrow": "arrow", ".arrows": "arrow", ".feather": "arrow",
}  # fmt: skip
COMPRESSED = ("csv", "tsv", "jsonl")
TIME_S = 20.0
"""For one file."""
ALL_TIME_S = 60.0
"""For all files of a run; what is left then has no profile, and a gap tells it."""
VERSION = 2
"""Of the cache: raised when a file would get another profile than before."""
QUOTED = re.compile(r"([\"'`])(?!the file\1).*?\1")


def format_of(path: str) -> tuple[str, str] | None:
    """Return the format and compression of a file that can have a profile, from its name; None of another."""
    name = path.lower()
    compression = "gzip" if name.endswith(".gz") else "none"
    format = FORMATS.get(os.path.splitext(name.removesuffix(".gz"))[1])  # noqa: PTH122 (a name, not a path)
    if format is None or (compression == "gzip" and format not in COMPRESSED):
        return None
    return format, compression


def with_profiles(snapshot: Snapshot, store: Store) -> Snapshot:
    """Return a snapshot whose tables and arrays have profiles, each content looked into once. Raises StoreError."""
    ended = datetime.datetime.fromisoformat(snapshot.command.started).timestamp() + snapshot.command.duration_s
    learned = Profiler(store.cache("profiles"), store.blobs, ended).learn_profiles(snapshot.inputs)
    return snapshot.model_copy(update={"inputs": learned.value, "gaps": (*snapshot.gaps, *learned.gaps)})


@dataclass(frozen=True, slots=True)
class Profiler:
    """Where profiles are kept between runs, and where the bytes of inputs are. `ended`: when the run ended, in s."""

    cache: Path
    blobs: Blobs
    ended: float

    def learn_profiles(self, inputs: Iterable[Input]) -> Learned[tuple[Input, ...]]:
        """Return the inputs, those that are tables or arrays with their profiles."""
        worker, gaps, described = Worker(), [], []
        until = time.monotonic() + ALL_TIME_S
        try:
            for entry in inputs:
                answer, why = self.profile(entry, worker, min(TIME_S, until - time.monotonic()))
                described.append(entry.model_copy(update={"profile": answer}) if answer else entry)
                gaps += [without_profile(entry, why)] if why else []
        finally:
            worker.stop()
        return Learned(tuple(described), tuple(gaps))

    def profile(self, entry: Input, worker: Worker, within_s: float) -> tuple[Profile | None, str]:
        """Return the profile of one input, or None and why; no reason for an input that is not to have one."""
        named = format_of(entry.path)
        if named is None or entry.digest is None or entry.changed or is_private(Path(entry.path).name):
            return None, ""
        if entry.pointer is not None and not entry.pointer.pulled:
            return None, f"it stands for data that {entry.pointer.manager} has not fetched"
        cached = self.cache / f"{VERSION}-{named[0]}-{entry.digest.removeprefix('sha256:')}.json"
        known = remembered(cached)
        if known is not None:
            return known.get("profile") and validated(known["profile"]), str(known.get("why", ""))
        path = self.bytes_of(entry)
        if path is None:
            return None, "it was written to, or removed, after the run"
        if within_s <= 0:
            return None, f"the files before it took {ALL_TIME_S:.0f} s"
        request = {"path": str(path), "format": named[0], "compression": named[1]}
        answer = worker.ask(request, within_s)
        if answer is None:
            return None, f"reading it took more than {within_s:.0f} s, or more memory than there is"
        if answer.get("kind") in ("ImportError", "ModuleNotFoundError"):
            return None, "reading Arrow files needs pyarrow: pip install 'reproof[arrow]'"
        found = validated(answer.get("profile"))
        why = "" if found else unreadable(named[0], answer)
        remember(cached, found, why)
        return found, why

    def bytes_of(self, entry: Input) -> Path | None:
        """Return a file with an input's recorded bytes: the store's, or its own if it was not written since the run."""
        if entry.kept and entry.digest is not None:
            return self.blobs.path(entry.digest)
        try:
            status = Path(entry.path).stat()
        except OSError:
            return None
        same = status.st_size == entry.size and max(status.st_mtime, status.st_ctime) <= self.ended
        return Path(entry.path) if same else None


def without_profile(entry: Input, why: str) -> Gap:
    """Return the gap of an input that could have had a profile."""
    return Gap(what=f"the profile of {entry.path}", why=why, effect="if its data changes, only that is told, not how")


def unreadable(format: str, answer: Mapping[str, Any]) -> str:
    """Return why a file has no profile, in its reader's words without what they quote: that may be of the data."""
    words = re.sub(r"/proc/self/fd/\d+", "the file", str(answer.get("error", "what was found in it is no profile")))
    return f"it cannot be read as {format}: {redact(QUOTED.sub('…', words)).strip().rstrip('.')}"


def remembered(cached: Path) -> dict[str, Any] | None:
    """Return what the cache holds of a content; None if nothing."""
    try:
        held: dict[str, Any] = json.loads(cached.read_bytes())
    except (OSError, ValueError):
        return None
    return held


def remember(cached: Path, profile: Profile | None, why: str) -> None:
    """Keep a profile, or why there is none, for the next run that reads the same bytes. A full disk is no error."""
    held = json.dumps({"profile": profile.model_dump(mode="json") if profile else None, "why": why})
    try:
        write_durably(cached, held.encode())
    except OSError:
        return


def validated(answer: object) -> Profile | None:
    """Return an answer as a profile without secrets; None if it has another form."""
    try:
        profile = Profile.model_validate(answer)
    except ValidationError:
        return None
    return profile.model_copy(update={"columns": tuple(without_secrets(column) for column in profile.columns)})


def without_secrets(column: Column) -> Column:
    """Return a column whose name is redacted and whose values are left out if one of them looks like a secret."""
    secret = any(redact(value) != value or "@" in value for value in column.counts)
    return column.model_copy(update={"name": redact(column.name), "counts": {} if secret else column.counts})
