"""The pre-flight's lines, from facts that were looked up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from factories import make_resolution, make_snapshot
from recorded import machine

from reproof.adapters.engine import EngineInfo
from reproof.doctor.checks import CHECKS
from reproof.doctor.facts import Facts, InputState, Room
from reproof.doctor.look import inputs
from reproof.doctor.space import needed_space
from reproof.errors import EngineError, StoreError
from reproof.model.host import Check, Host
from reproof.model.resolution import ImageLookup
from reproof.store.blobs import Blobs

INFO = EngineInfo(
    name="Docker", version="27.0", api_version="1.46", operating_system="Linux", storage_driver="overlay2",
    cgroup_version="2", is_local=True, rootless=False, gpu_runtime=False, cpus=8, memory=16 << 30, builder="BuildKit",
)  # fmt: skip
HOST = Host(architecture="x86_64", cpu_flags=frozenset({"avx2"}), cpus=8, memory=16 << 30, gpu_runtime=False)
GOOD = Facts(
    engine=INFO,
    store="/store",
    rooms=(Room("store", "/store", 1 << 40), Room("engine", "/var", 1 << 40)),
    bootstrap=True,
    suites=("bookworm",),
    registry=ImageLookup(reference="python:3-slim", digest="sha256:1"),
    indexes=1,
    index_failures=(),
    host=HOST,
)
DEAD = ImageLookup(reference="python:3-slim", digest=None, error="no answer", reachable=False)


def tell(facts: Facts) -> list[Check]:
    return [line for check in CHECKS if facts.snapshot or not check.of_run for line in check.tell(facts)]


def test_a_good_machine_has_nothing_but_good_lines() -> None:
    assert {line.state for line in tell(GOOD)} == {"ok"}
    assert {line.state for line in tell(replace(GOOD, snapshot=make_snapshot()))} == {"ok"}


@pytest.mark.parametrize(
    ("changes", "subject", "state", "words"),
    [
        ({"engine": EngineError("no engine answers", "start one")}, "engine", "failed", "start one"),
        ({"engine": replace(INFO, is_local=False)}, "engine", "warning", "another machine"),
        ({"store": StoreError("the disk is full", "free some")}, "store", "failed", "free some"),
        ({"rooms": (Room("store", "/s", 1),)}, "disk", "warning", "--store"),
        ({"rooms": (Room("engine", "/v", 1),)}, "disk", "warning", "docker image prune"),
        ({"registry": DEAD}, "registry", "warning", "--registry"),
        ({"bootstrap": False}, "bootstrap", "warning", "apt-get install mmdebstrap"),
        ({"suites": ()}, "bootstrap", "warning", "apt-get update"),
        ({"index_failures": ("index.example: 503",)}, "indexes", "warning", "index.example: 503"),
    ],
)
def test_what_is_wrong_says_what_it_causes_and_how_to_mend_it(
    changes: dict[str, Any], subject: str, state: str, words: str
) -> None:
    [line] = [line for line in tell(replace(GOOD, **changes)) if line.subject == subject]
    assert line.state == state
    assert words in " ".join((line.detail, line.effect, line.remedy))
    assert line.effect and line.remedy


def test_a_run_that_needs_a_cuda_of_the_system_needs_a_registry() -> None:
    row = {"os": "ubuntu 20.04", "python": "3.8.12 pyenv", "packages": [], "gpus": "1 a100 470.57.02 11.4",
           "libraries": {"system": {"cudart": "11.2.152"}}}  # fmt: skip
    facts = replace(GOOD, snapshot=machine(row))
    states = {line.subject: line.state for line in tell(facts)}
    assert (states["cuda image"], states["gpu runtime"]) == ("ok", "failed")
    assert {line.subject: line.state for line in tell(replace(facts, registry=DEAD))}["cuda image"] == "failed"


def test_a_found_cuda_image_is_named() -> None:
    row = {"os": "ubuntu 20.04", "python": "3.8.12 pyenv", "packages": [], "gpus": "1 a100 470.57.02 11.4",
           "libraries": {"system": {"cudart": "11.2.152"}}}  # fmt: skip
    snapshot = machine(row)
    found = ImageLookup(reference="r.example/nvidia/cuda:x", digest="sha256:1", wanted="nvidia/cuda:x")
    facts = replace(GOOD, snapshot=snapshot, resolution=make_resolution(snapshot, images=(found,)))
    assert "r.example/nvidia/cuda:x" in next(line.detail for line in tell(facts) if line.subject == "cuda image")


def test_more_room_is_needed_for_cuda_and_for_known_packages() -> None:
    row = {"os": "ubuntu 20.04", "python": "3.8.12 pyenv", "packages": [], "gpus": "1 a100 470.57.02 11.4",
           "libraries": {"system": {"cudart": "11.2.152", "cublas": "11.4.1"}}}  # fmt: skip
    assert needed_space(machine(row), None)["engine"] > needed_space(None, None)["engine"]
    snapshot = make_snapshot()
    assert needed_space(snapshot, make_resolution(snapshot))["engine"] < needed_space(snapshot, None)["engine"]


def test_inputs_that_are_gone_or_changed_stop_a_replay(tmp_path: Path) -> None:
    there, gone = tmp_path / "there", tmp_path / "gone"
    there.write_bytes(b"other bytes")
    entries = [{"path": str(path), "mode": 0o644, "kept": False, "digest": f"sha256:{'7' * 64}", "size": 11}
               for path in (there, gone)]  # fmt: skip
    snapshot = make_snapshot(inputs=entries)
    states = tuple(inputs(snapshot, Blobs(tmp_path / "blobs")))
    lines = tell(replace(GOOD, snapshot=snapshot, inputs=states))
    wrong = [line.detail for line in lines if line.state == "failed"]
    assert wrong == [f"{there} has changed since it was recorded", f"{gone} has disappeared since it was recorded"]


def test_a_data_set_as_recorded_is_told() -> None:
    facts = replace(GOOD, snapshot=make_snapshot(), inputs=(InputState("data set", "3 files in /d", None),))
    assert "3 files in /d, as recorded" in [line.detail for line in tell(facts)]
