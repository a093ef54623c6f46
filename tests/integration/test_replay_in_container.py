"""The recorder in a real container: what it leaves, and what is said when it leaves nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from plans import make_plan

from reproof.adapters.engine import Engine, EngineInfo
from reproof.errors import EngineError, RunError
from reproof.model.image import Image
from reproof.model.plan import BuildPlan, Limits, Mount
from reproof.progress import Progress
from reproof.replay import LABEL, Means, replay
from reproof.store.blobs import Blobs

DATA = b"1,2,3\n"


class Notes(Progress):
    """Remembers what was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


@pytest.fixture
def means(engine: Engine, tmp_path: Path) -> Means:
    return Means(engine, Blobs(tmp_path / "blobs"), Progress())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return an empty folder for the recording, with room for staged files beside it."""
    path = tmp_path / "place" / "recording"
    path.mkdir(parents=True)
    return path


def plan(script: str, **changes: Any) -> BuildPlan:
    """Return a plan that runs a shell script in a folder that anybody may write."""
    return make_plan(command=("/bin/sh", "-c", script), workdir="/tmp", **changes)


def image(image_id: str) -> Image:
    return Image(plan="test", context="test", image_id=image_id, layers=(), size=0, tag="test")


def mounted(path: Path, data: bytes = DATA) -> Mount:
    return Mount(path=str(path), digest=f"sha256:{hashlib.sha256(data).hexdigest()}", size=len(data))


def recording(folder: Path) -> Any:
    return json.loads((folder / "recording.json").read_text())


def test_the_command_is_recorded_with_its_output_and_files(means: Means, folder: Path, base_image: str) -> None:
    script = "echo out; echo err >&2; echo result > result.txt; exit 5"
    assert replay(plan(script), image(base_image), folder, means) is None
    found = recording(folder)
    assert found["command"]["exit_code"] == 5
    assert (folder / found["command"]["stdout"]).read_text() == "out\n"
    assert (folder / found["command"]["stderr"]).read_text() == "err\n"
    assert "/tmp/result.txt" in [entry["path"] for entry in found["written"]]


def test_a_replay_is_watched_as_closely_as_the_run_was(means: Means, folder: Path, base_image: str) -> None:
    """In a container without capabilities, whose own filter does not let one process read another's memory directly."""
    closely = dataclasses.replace(means, level="complete")
    assert replay(plan("cat /etc/hostname > /tmp/copy"), image(base_image), folder, closely) is None
    found = recording(folder)
    assert (found["level"], found["command"]["exit_code"]) == ("complete", 0)
    assert "/etc/ld.so.cache" in [entry["path"] for entry in found["read"]]  # which the loader opens, unmarked


def test_no_container_is_left(means: Means, folder: Path, base_image: str) -> None:
    replay(plan("true"), image(base_image), folder, means)
    assert means.engine.api.containers(all=True, filters={"label": LABEL}) == []
    assert list(folder.parent.iterdir()) == [folder]


def test_an_input_lies_at_its_recorded_path_and_cannot_be_written(
    means: Means, folder: Path, base_image: str, tmp_path: Path
) -> None:
    path = tmp_path / "data" / "points.csv"
    path.parent.mkdir()
    path.write_bytes(DATA)
    script = f"cat {path}; echo x 2>/dev/null >>{path} || echo refused"
    assert replay(plan(script, mounts=(mounted(path),)), image(base_image), folder, means) is None
    assert (folder / "stdout").read_bytes() == DATA + b"refused\n"


def test_an_input_that_only_its_owner_may_read_is_read(
    means: Means, folder: Path, base_image: str, tmp_path: Path
) -> None:
    path = tmp_path / "private.csv"
    path.write_bytes(DATA)
    path.chmod(0o600)
    assert replay(plan(f"cat {path}", mounts=(mounted(path),)), image(base_image), folder, means) is None
    assert (folder / "stdout").read_bytes() == DATA


def test_an_input_that_is_gone_comes_from_the_store(means: Means, folder: Path, base_image: str) -> None:
    means.blobs.put(DATA)
    path = Path("/data/gone.csv")
    assert replay(plan(f"cat {path}", mounts=(mounted(path),)), image(base_image), folder, means) is None
    assert (folder / "stdout").read_bytes() == DATA


def test_an_input_that_changed_stops_the_replay(means: Means, folder: Path, base_image: str, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(b"other\n")
    with pytest.raises(RunError, match=r"data\.csv has changed"):
        replay(plan("true", mounts=(mounted(path),)), image(base_image), folder, means)
    assert list(folder.iterdir()) == []


def test_a_command_that_is_not_in_the_image(means: Means, folder: Path, base_image: str) -> None:
    failure = replay(make_plan(command=("/nope", "x"), workdir="/tmp"), image(base_image), folder, means)
    assert failure is not None
    assert (failure.stage, "/nope: there is no such file" in failure.cause) == ("run", True)


def test_an_interpreter_that_is_not_in_the_image(means: Means, folder: Path, base_image: str) -> None:
    failure = replay(plan("true", python="/opt/nope/python"), image(base_image), folder, means)
    assert failure is not None
    assert "/opt/nope/python" in failure.cause


def test_a_command_that_needs_too_much_memory_is_recorded_as_killed_and_told(
    means: Means, folder: Path, base_image: str
) -> None:
    notes = Notes()
    hungry = make_plan(
        command=("/usr/bin/python3", "-c", "bytearray(1 << 30)"),
        workdir="/tmp",
        limits=Limits(cpus=(), memory=64 << 20),
    )
    assert replay(hungry, image(base_image), folder, Means(means.engine, means.blobs, notes)) is None
    assert recording(folder)["command"]["signal"] == 9
    assert ["more memory than the limit of 67,108,864 bytes" in note for note in notes.told] == [True]


def test_an_engine_on_another_machine_is_refused(means: Means, folder: Path, base_image: str) -> None:
    class Remote(Engine):
        def info(self) -> EngineInfo:
            return replace(super().info(), is_local=False)

    remote = Means(Remote(means.engine.api, means.engine.host), means.blobs, Progress())
    with pytest.raises(EngineError, match="another machine"):
        replay(plan("true"), image(base_image), folder, remote)
