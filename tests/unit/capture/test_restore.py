"""The code of a run comes back from the store alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from factories import make_snapshot

from reproof.capture.restore import OUTSIDE, restore_source
from reproof.errors import StoreError, UsageError
from reproof.model.snapshot import Snapshot
from reproof.store.store import Store

PROJECT = "/home/ada/digits"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def entry(store: Store, path: str, data: bytes, **fields: Any) -> dict[str, Any]:
    return {"path": path, **store.blobs.put(data).model_dump(), **fields}


def snapshot_of(*files: dict[str, Any], **changes: Any) -> Snapshot:
    return make_snapshot(**{"source": {"files": list(files)}, "inputs": [], **changes})


def test_files_modes_links_and_kept_inputs_are_written(store: Store, tmp_path: Path) -> None:
    snapshot = snapshot_of(
        entry(store, f"{PROJECT}/run.sh", b"#!/bin/sh\n", mode=0o755),
        entry(store, f"{PROJECT}/src/ünï.py", b"x\n"),
        entry(store, f"{PROJECT}/current", b"src", link="src"),
        entry(store, "/home/ada/tabkit/tabkit.py", b"y\n"),
        inputs=[entry(store, f"{PROJECT}/data.csv", b"1,2\n", kept=True), entry(store, "/data/x", b"z", kept=True)],
    )
    restored = restore_source(snapshot, tmp_path / "out", store.blobs)
    out = tmp_path / "out"
    outside = f"{OUTSIDE}/home/ada/tabkit/tabkit.py"
    assert restored.files == ("current", "data.csv", outside, "run.sh", "src/ünï.py")
    assert restored.gaps == ()
    assert (out / "run.sh").stat().st_mode & 0o777 == 0o755
    assert (out / "current" / "ünï.py").read_text() == "x\n" and (out / "current").readlink() == Path("src")
    assert (out / outside).read_text() == "y\n"


def test_what_cannot_be_written_is_told(store: Store, tmp_path: Path) -> None:
    gap = {"what": f"{PROJECT}/.env is not carried", "why": "files of this name hold secrets", "effect": "missing"}
    other = {"what": "files that native code opens", "why": "x", "effect": "y"}
    large = {"path": f"{PROJECT}/big.bin", "digest": "sha256:" + "1" * 64, "size": 99_000_000}
    restored = restore_source(snapshot_of(gaps=[gap, other], inputs=[large]), tmp_path / "out", store.blobs)
    assert [gap.what for gap in restored.gaps] == [gap["what"], large["path"]]


def test_a_folder_with_something_in_it_is_left_alone(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    for folder in (tmp_path, tmp_path / "mine"):
        with pytest.raises(UsageError, match="not an empty folder"):
            restore_source(snapshot_of(), folder, store.blobs)
    assert (tmp_path / "mine").read_text() == "keep"


def test_a_missing_blob_leaves_nothing(store: Store, tmp_path: Path) -> None:
    lost = {"path": f"{PROJECT}/a.py", "digest": "sha256:" + "2" * 64, "size": 1}
    (tmp_path / "place").mkdir()
    with pytest.raises(StoreError):
        restore_source(snapshot_of(lost), tmp_path / "place" / "out", store.blobs)
    assert list((tmp_path / "place").iterdir()) == []


@pytest.mark.parametrize("path", ["/home/ada/digits/../../../etc/x", "relative.py"])
def test_a_path_that_leads_elsewhere_is_refused(store: Store, tmp_path: Path, path: str) -> None:
    with pytest.raises(UsageError, match="none of a file"):
        restore_source(snapshot_of(entry(store, path, b"x")), tmp_path / "out", store.blobs)


def test_nothing_is_written_through_a_link(store: Store, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = entry(store, f"{PROJECT}/a", b"x", link=str(tmp_path / "elsewhere"))
    restore_source(snapshot_of(link, entry(store, f"{PROJECT}/a/b.py", b"y")), tmp_path / "out", store.blobs)
    assert list((tmp_path / "elsewhere").iterdir()) == []
