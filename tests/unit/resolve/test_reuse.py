"""A resolution is used again exactly as long as nothing that it depends on has changed."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from factories import make_pin, make_resolution, make_snapshot

from reproof import securing
from reproof.model.resolution import Artifact, ImageLookup, Resolution
from reproof.model.snapshot import Snapshot
from reproof.resolve import reuse
from reproof.store.store import Store
from reproof.tools import Tools

DISTRIBUTION = make_snapshot().distributions[0].model_dump()


class Outside:
    """Stands for indexes, archive and registry; counts how often they are asked."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tools = Tools(store=store, environ={"HOME": "/nowhere"})
        self.asked = 0
        self.fields: dict[str, Any] = {}
        monkeypatch.setattr(securing, "ask", self.ask)

    def ask(self, snapshot: Snapshot, tools: Tools, earlier: Resolution | None) -> Resolution:
        self.asked += 1
        return make_resolution(snapshot, **self.fields)

    def resolve(self, again: bool = False, **changes: Any) -> Resolution:
        """Resolve a run of its own: each has another start."""
        started = {"started": f"2026-01-02T03:04:{self.asked:02d}.{time.monotonic_ns() % 1000:03d}+00:00"}
        snapshot = make_snapshot(**{"command": started, **changes})
        self.tools.store.save(snapshot)
        resolution = securing.resolve(snapshot, self.tools, again)
        assert resolution.snapshot == snapshot.id
        assert self.tools.store.derived(Resolution, snapshot.id)
        return resolution


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Outside:
    store = Store(tmp_path / "store")
    found = Outside(store, monkeypatch)
    kept = [store.blobs.put(name) for name in (b"installer", b"interpreter", b"numpy")]
    found.fields = {
        "pins": (make_pin(artifact=Artifact(filename="numpy.whl", **kept[2].model_dump())),),
        "installer": Artifact(filename="pip.whl", **kept[0].model_dump()),
        "interpreter": kept[1],
    }
    return found


def test_the_second_run_in_an_environment_asks_nobody(outside: Outside) -> None:
    assert outside.resolve().pins == outside.resolve().pins
    assert outside.asked == 1


def test_again_asks_again(outside: Outside) -> None:
    outside.resolve()
    outside.resolve(again=True)
    assert outside.asked == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"distributions": [{**DISTRIBUTION, "version": "2.1.1"}]},
        {"distributions": [{**DISTRIBUTION, "record": f"sha256:{'e' * 64}"}]},
        {"distributions": [{**DISTRIBUTION, "modified": ["numpy/core.py"]}]},
        {"distributions": [{**DISTRIBUTION, "location": "/elsewhere"}]},
        {"distributions": []},
        {"interpreter": {"digest": f"sha256:{'e' * 64}"}},
        {"system": {"packages": [{"name": "libc6", "version": "2.36-10", "architecture": "amd64"}]}},
        {"system": {"codename": "trixie"}},
    ],
    ids=["version", "files", "modified", "place", "removed", "interpreter", "system package", "release"],
)
def test_a_change_is_asked_about(outside: Outside, changes: dict[str, Any]) -> None:
    outside.resolve()
    outside.resolve(**changes)
    assert outside.asked == 2


@pytest.mark.parametrize("lost", ["installer", "interpreter", "pins"])
def test_it_is_not_used_when_something_that_it_carries_is_gone(outside: Outside, lost: str) -> None:
    outside.resolve()
    carried = outside.fields[lost][0].artifact if lost == "pins" else outside.fields[lost]
    outside.tools.store.blobs.path(carried.digest).unlink()
    outside.resolve()
    assert outside.asked == 2


def test_a_package_that_was_not_found_for_sure_is_looked_for_again(outside: Outside) -> None:
    outside.fields["pins"] = (make_pin(confidence="unknown", artifact=None),)
    outside.resolve()
    outside.resolve()
    assert outside.asked == 2


def test_a_package_without_a_record_cannot_be_told_from_another(outside: Outside) -> None:
    nameless = {"distributions": [{**DISTRIBUTION, "record": None}]}
    outside.resolve(**nameless)
    outside.resolve(**nameless)
    assert outside.asked == 2


def test_another_index_is_asked(outside: Outside, tmp_path: Path) -> None:
    outside.resolve()
    outside.tools.environ["PIP_INDEX_URL"] = "https://index.test/simple"  # type: ignore[index]
    outside.resolve()
    outside.tools.environ["PIP_CONFIG_FILE"] = str(tmp_path / "pip.conf")  # type: ignore[index]
    outside.resolve()
    (tmp_path / "pip.conf").write_text("[global]\nno-index = true\n")
    outside.resolve()
    assert outside.asked == 4


def test_a_registry_that_did_not_answer_is_asked_again_after_a_while(outside: Outside) -> None:
    outside.resolve()
    [note] = (outside.tools.store.root / "cache" / reuse.CACHE).iterdir()
    long_ago = time.time() - reuse.UNREACHABLE_S - 1
    os.utime(note, (long_ago, long_ago))
    outside.fields["images"] = (ImageLookup(reference="python:3.11.7-slim", digest=f"sha256:{'a' * 64}"),)
    outside.resolve()
    os.utime(note, (long_ago, long_ago))
    outside.resolve()
    assert outside.asked == 2


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"0" * 64, b"../../documents"])
def test_a_damaged_note_is_no_note(outside: Outside, content: bytes) -> None:
    outside.resolve()
    [note] = (outside.tools.store.root / "cache" / reuse.CACHE).iterdir()
    note.write_bytes(content)
    outside.resolve()
    assert outside.asked == 2
