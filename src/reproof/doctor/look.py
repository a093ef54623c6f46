"""Looks up what the pre-flight judges: the only part of it that touches the outside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from reproof.adapters.apt import AptArchive
from reproof.adapters.engine import EngineInfo
from reproof.adapters.machine import read_host
from reproof.adapters.pip_config import read_pip_config
from reproof.doctor.facts import Facts, InputState, Room
from reproof.errors import ReproofError
from reproof.model.resolution import ImageLookup, Resolution
from reproof.model.snapshot import Dataset, Snapshot
from reproof.mounts import changes, not_as_recorded, read_listing
from reproof.store.blobs import Blobs
from reproof.store.files import file_digest
from reproof.tools import Tools
from reproof.wiring import image_lookup, make_index

ANY_IMAGE = "python:3-slim"
"""A name that every registry of official images has."""
ANY_PROJECT = "pip"
"""A project that every index has that serves a Python environment."""


def look(tools: Tools, snapshot: Snapshot | None) -> Facts:
    """Return what is here. Nothing is changed, but that the store's folder is made."""
    engine = ask_engine(tools)
    info = engine if isinstance(engine, EngineInfo) else None
    indexes, failures = ask_indexes(tools, snapshot)
    return Facts(
        engine=engine,
        store=try_store(tools),
        rooms=tuple(rooms(tools, info)),
        bootstrap=shutil.which("mmdebstrap") is not None,
        suites=AptArchive().suites(),
        registry=ask_registry(tools),
        indexes=indexes,
        index_failures=failures,
        host=read_host(info),
        snapshot=snapshot,
        resolution=earlier(tools, snapshot) if snapshot else None,
        inputs=tuple(inputs(snapshot, tools.store.blobs)) if snapshot else (),
    )


def ask_engine(tools: Tools) -> EngineInfo | ReproofError:
    """Return what the engine says of itself."""
    try:
        return tools.engine().info()
    except ReproofError as error:
        return error


def try_store(tools: Tools) -> str | ReproofError:
    """Try to write to the store; return where it is."""
    try:
        tools.store.writable()
    except ReproofError as error:
        return error
    return str(tools.store.root)


def rooms(tools: Tools, info: EngineInfo | None) -> Iterator[Room]:
    """Yield the free space under the store, and under the engine where its folder is on this machine."""
    yield room("store", tools.store.root)
    if info is not None and info.is_local and info.root and Path(info.root).exists():
        yield room("engine", Path(info.root))


def room(what: str, folder: Path) -> Room:
    """Return the free space at a folder, or at the nearest one above it that is there."""
    place = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    return Room(what, str(place), shutil.disk_usage(place).free)


def ask_registry(tools: Tools) -> ImageLookup:
    """Ask the registry for an official image."""
    return image_lookup(tools.environ, tools.registry)(ANY_IMAGE)


def ask_indexes(tools: Tools, snapshot: Snapshot | None) -> tuple[int, tuple[str, ...]]:
    """Return how many places pip's configuration names, and what those said that failed."""
    prefix = snapshot.interpreter.prefix if snapshot and snapshot.interpreter else None
    try:
        config = read_pip_config(tools.environ, prefix)
        index = make_index(tools.store, tools.environ, prefix)
        return len(config.indexes) + len(config.find_links), index.files(ANY_PROJECT).failures
    except ReproofError as error:
        return 0, (error.message,)


def earlier(tools: Tools, snapshot: Snapshot) -> Resolution | None:
    """Return what was resolved for a run before; None if nothing was, or it cannot be read."""
    try:
        found = tools.store.derived(Resolution, snapshot.id)
        return tools.store.load(Resolution, found[0]) if found else None
    except ReproofError:
        return None


def inputs(snapshot: Snapshot, blobs: Blobs) -> Iterator[InputState]:
    """Yield the inputs and data sets that the store does not keep, with what has become of them."""
    for entry in snapshot.inputs:
        if entry.kept:
            continue
        path, wrong = Path(entry.path), None
        try:
            if not path.is_file():
                wrong = "has disappeared"
            elif path.stat().st_size != entry.size or file_digest(path, entry.digest) != entry.digest:
                wrong = "has changed"
        except OSError as error:
            wrong = f"cannot be read any more ({error.strerror})"
        yield InputState("input", entry.path, gone(entry.path, wrong) if wrong else None)
    for folder in snapshot.datasets:
        yield InputState("data set", f"{folder.files:,} files in {folder.path}", dataset(folder, blobs))


def gone(path: str, wrong: str) -> ReproofError:
    """Return the error for an input that is not as recorded."""
    return ReproofError(f"{path} {wrong} since it was recorded", "put the recorded file back")


def dataset(folder: Dataset, blobs: Blobs) -> ReproofError | None:
    """Return what has become of a data set's files; None when they are as recorded, or in the store."""
    if folder.kept:
        return None
    try:
        listing = read_listing(folder.listing.digest, blobs)
        changed = changes(Path(folder.path), listing)
    except ReproofError as error:
        return error
    return not_as_recorded(folder, changed, listing) if changed else None
