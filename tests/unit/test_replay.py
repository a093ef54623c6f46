"""What a replay checks and decides before and after the container."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from blake3 import blake3

from reproof.adapters.engine_run import RunOutcome
from reproof.errors import RunError, StoreError
from reproof.model.plan import Limits, Mount
from reproof.mounts import User, input_source
from reproof.replay import cause, usable_cpus
from reproof.store.blobs import Blobs

DATA = b"1,2,3\n"
DIGEST = "sha256:" + hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def mount(path: Path, digest: str | None = DIGEST) -> Mount:
    return Mount(path=str(path), digest=digest, size=len(DATA))


def test_an_unchanged_input_is_used_where_it_lies(blobs: Blobs, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(DATA)
    assert path == input_source(mount(path), blobs)


def test_an_input_that_is_gone_comes_from_the_store(blobs: Blobs, tmp_path: Path) -> None:
    blob = blobs.put(DATA)
    assert blobs.path(blob.digest) == input_source(mount(tmp_path / "gone.csv"), blobs)


def test_an_input_that_is_gone_and_was_not_kept_is_named(blobs: Blobs, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"gone\.csv has disappeared"):
        input_source(mount(tmp_path / "gone.csv"), blobs)


@pytest.mark.parametrize("content", [b"1,2,4\n", b"1,2,3,4\n"])
def test_an_input_that_changed_is_named(blobs: Blobs, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"data\.csv has changed"):
        input_source(mount(path), blobs)


@pytest.mark.parametrize("content", [DATA, b"x" * len(DATA)])
def test_a_large_input_is_checked_by_the_algorithm_that_its_digest_names(
    blobs: Blobs, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "large.bin"
    path.write_bytes(content)
    recorded = mount(path, f"blake3:{blake3(DATA).hexdigest()}")
    if content == DATA:
        assert input_source(recorded, blobs) == path
    else:
        with pytest.raises(RunError, match="has changed"):
            input_source(recorded, blobs)


def test_an_input_without_a_digest_is_told_by_its_size(blobs: Blobs, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"x" * len(DATA))
    assert path == input_source(mount(path, None), blobs)


def test_a_damaged_copy_in_the_store_is_not_used(blobs: Blobs, tmp_path: Path) -> None:
    path = blobs.path(blobs.put(DATA).digest)
    path.chmod(0o644)
    path.write_bytes(b"1,2,9\n")
    with pytest.raises(StoreError, match=DIGEST):
        input_source(mount(tmp_path / "gone.csv"), blobs)


def status(mode: int, uid: int = 1000, gid: int = 100) -> Any:
    return os.stat_result((mode, 0, 0, 1, uid, gid, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "expected"),
    [
        (0o600, 1000, 100, True),
        (0o044, 1000, 100, False),
        (0o640, 1001, 100, True),
        (0o604, 1001, 100, False),
        (0o604, 1001, 101, True),
        (0o600, 0, 0, False),  # root without capabilities
    ],
)
def test_who_may_read_follows_the_first_class_that_fits(mode: int, uid: int, gid: int, expected: bool) -> None:
    assert expected == User(uid, gid).may(status(mode), 4)


@pytest.mark.parametrize(
    ("recorded", "here", "expected"),
    [
        ((0, 1), 8, (0, 1)),
        ((4, 5), 8, (4, 5)),
        ((6, 7), 4, (0, 1)),
        ((0, 1, 2, 3), 2, ()),
        ((0, 1), 2, ()),
        ((), 4, ()),
        ((3, 9), 4, (0, 3)),
    ],
)
def test_as_many_cpus_as_recorded_the_same_where_they_exist(
    recorded: tuple[int, ...], here: int, expected: tuple[int, ...]
) -> None:
    assert expected == usable_cpus(recorded, here)


@pytest.mark.parametrize(
    ("outcome", "log", "expected"),
    [
        (RunOutcome(137, True, "", 1.0), "", "more memory than the limit of 1,000 bytes"),
        (RunOutcome(None, False, "no such image", 0.0), "", "could not be started: no such image"),
        (RunOutcome(127, False, "", 0.1), "[FATAL tini (7)] exec /p failed", "interpreter /opt/python cannot be run"),
        (RunOutcome(127, False, "", 0.1), "reproof: x: there is no such file\n", "container: x: there is no such file"),
        (RunOutcome(137, False, "", 0.1), "", "from outside by SIGKILL"),
        (RunOutcome(1, False, "", 0.1), "Traceback", "status 1 and left no recording"),
    ],
)
def test_the_cause_of_a_missing_recording_is_told(outcome: RunOutcome, log: str, expected: str) -> None:
    plan: Any = SimpleNamespace(python="/opt/python", limits=Limits(cpus=(), memory=1000))
    assert expected in cause(plan, outcome, log)
