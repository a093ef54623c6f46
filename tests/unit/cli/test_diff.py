"""`reproof diff` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_shell import Shell
from factories import blob, make_snapshot

from reproof.model.comparison import Comparison
from reproof.model.snapshot import Snapshot


@pytest.fixture
def snapshot(shell: Shell) -> Snapshot:
    snapshot = make_snapshot()
    shell.store.save(snapshot)
    return snapshot


def saved(shell: Shell, **changes: object) -> str:
    return shell.store.save(make_snapshot(**changes))[:12]


def test_a_run_does_not_differ_from_itself(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("diff", snapshot.id[:6], snapshot.id[:6]) == 0
    assert "nothing that counts differs" in shell.out


def test_a_difference_exits_with_one(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("diff", snapshot.id[:12], saved(shell, hardware={"cpu_model": "Another"})) == 1
    assert "~ CPU model  CPU → Another" in shell.out


def test_what_does_not_count_exits_with_zero(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("diff", snapshot.id[:12], saved(shell, level="shim", command={"duration_s": 9.5})) == 0
    assert "9.5 s" in shell.out


def test_only_the_sections_that_were_asked_for_count(shell: Shell, snapshot: Snapshot) -> None:
    other = saved(shell, hardware={"cpu_model": "Another"})
    assert shell.type("diff", "--only", "code,data", snapshot.id[:12], other) == 0
    assert shell.type("diff", "--only", "code", "--only", "hardware", snapshot.id[:12], other) == 1


def test_a_section_that_there_is_not_is_refused_with_those_that_there_are(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("diff", "--only", "code,dta", snapshot.id[:6], snapshot.id[:6]) == 2
    assert "no section 'dta'" in shell.err
    assert "the sections are code, parameters, data" in shell.err


def test_json_is_the_stored_document_with_its_id(shell: Shell, snapshot: Snapshot) -> None:
    other = saved(shell, inputs=[{"path": "/data/train.npz", **blob("f", 20)}])
    assert shell.type("diff", "--json", "--only", "code", snapshot.id[:12], other) == 0
    shown = json.loads(shell.out)
    identity = shown.pop("id")
    assert shell.store.load(Comparison, identity) == Comparison.model_validate(shown)
    assert [field["section"] for field in shown["fields"]] == ["data"]


def test_a_replay_is_compared_as_any_run(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("diff", snapshot.id[:12], saved(shell, replay_of="f" * 64)) == 0
    assert "exit 0, a replay" in shell.out


def test_the_patch_is_made_from_the_bytes_that_were_kept(shell: Shell) -> None:
    runs = []
    for text in (b"lr = 0.1\n", b"lr = 0.2\n"):
        digest = shell.store.blobs.put(text)
        file = {"path": "/home/ada/digits/train.py", "digest": getattr(digest, "digest", digest), "size": len(text)}
        runs.append(saved(shell, source={"files": [file]}))
    assert shell.type("diff", "--patch", *runs) == 1
    assert "--- a/train.py\n+++ b/train.py\n@@ -1 +1 @@\n-lr = 0.1\n+lr = 0.2\n" in shell.out
    assert shell.type("diff", "--patch", "--only", "data", *runs) == 0
    assert "lr = 0.2" not in shell.out


@pytest.mark.parametrize("place", [0, 1])
def test_an_unknown_id_is_told(shell: Shell, snapshot: Snapshot, place: int) -> None:
    ids = [snapshot.id[:6], snapshot.id[:6]]
    ids[place] = "0000000"
    assert shell.type("diff", *ids) == 2
    assert "an id starting with 0000000" in shell.err


def document(shell: Shell, identity: str) -> Path:
    return shell.store.root / "documents" / "snapshot" / f"{identity}.json"


def test_a_damaged_run_is_told(shell: Shell, snapshot: Snapshot) -> None:
    other = shell.store.save(make_snapshot(level="shim"))
    document(shell, other).write_text(document(shell, other).read_text().replace("train.py", "trainy.py"))
    assert shell.type("diff", snapshot.id, other) == 15
    assert "damaged" in shell.err


def test_a_run_of_another_version_of_reproof_is_told(shell: Shell, snapshot: Snapshot) -> None:
    old = "1" * 64
    document(shell, old).write_text('{"schema": "reproof/snapshot/1", "level": "hooks"}')
    assert shell.type("diff", snapshot.id, old) == 15
    assert "another version of reproof" in shell.err
