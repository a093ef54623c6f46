"""The command line as a user types it, on a store with known runs and without an engine."""

from __future__ import annotations

import json

import pytest
from cli_shell import Shell
from factories import make_resolution, make_snapshot

from reproof.model.execution import Failure
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict


@pytest.fixture
def snapshot(shell: Shell) -> Snapshot:
    snapshot = make_snapshot()
    shell.store.save(snapshot)
    return snapshot


def test_an_empty_store_says_how_to_record(shell: Shell) -> None:
    assert shell.type("ls") == 0
    assert (shell.out, "record one: reproof run --" in shell.err) == ("", True)


def test_an_empty_store_is_an_empty_list(shell: Shell) -> None:
    shell.type("ls", "--json")
    assert json.loads(shell.out) == []


def test_runs_are_listed_with_the_agreed_keys(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("ls", "--json") == 0
    [row] = json.loads(shell.out)
    assert row["id"] == snapshot.id
    assert {"id", "created", "command", "exit_code", "status"} <= set(row)
    assert (row["status"], row["command"]) == ("recorded", ["python", "train.py", "--lr", "0.1"])


def test_replays_are_not_listed_as_runs(shell: Shell, snapshot: Snapshot) -> None:
    shell.store.save(make_snapshot(replay_of="f" * 64))
    shell.type("ls", "--json")
    assert [row["id"] for row in json.loads(shell.out)] == [snapshot.id]


@pytest.mark.parametrize(
    ("verdict", "status"),
    [
        ({"outcome": "DIFFERENT"}, "DIFFERENT"),
        ({"outcome": None, "failure": Failure(stage="build", cause="no space")}, "build failed"),
    ],
)
def test_a_run_has_the_status_of_its_verdict(
    shell: Shell, snapshot: Snapshot, verdict: dict[str, object], status: str
) -> None:
    shell.store.save(Verdict(snapshot=snapshot.id, reasons=(), **verdict), snapshot.id)  # type: ignore[arg-type]
    shell.type("ls", "--json")
    assert json.loads(shell.out)[0]["status"] == status


def test_a_damaged_run_does_not_hide_the_others(shell: Shell, snapshot: Snapshot) -> None:
    other = shell.store.save(make_snapshot(level="shim"))
    (shell.store.root / "documents" / "snapshot" / f"{other}.json").write_text("{}")
    assert shell.type("ls", "--json") == 0
    assert sorted(row["status"] for row in json.loads(shell.out)) == ["damaged", "recorded"]


def test_show_prints_the_stored_document_with_its_id(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("show", snapshot.id[:6], "--json") == 0
    shown = json.loads(shell.out)
    assert shown.pop("id") == snapshot.id
    assert Snapshot.model_validate(shown) == snapshot


def test_show_names_what_was_used(shell: Shell, snapshot: Snapshot) -> None:
    shell.type("show", snapshot.id[:6])
    assert all(word in shell.out for word in ("train.py", "numpy    2.1.0", "/data/train.npz", "API_TOKEN"))
    assert "f" * 64 not in shell.out


@pytest.mark.parametrize("verb", ["show", "plan", "build", "replay", "verify"])
def test_every_verb_refuses_an_id_that_is_none(shell: Shell, verb: str) -> None:
    assert shell.type(verb, "not-an-id") == 2
    assert "is not an id" in shell.err
    assert "reproof ls" in shell.err
    assert shell.out == ""


def test_a_plan_explains_itself_and_is_used_again(shell: Shell, snapshot: Snapshot) -> None:
    shell.store.save(make_resolution(snapshot), snapshot.id)
    assert shell.type("plan", snapshot.id[:6]) == 0
    assert "because the image registry cannot be reached from here" in shell.out
    shell.type("plan", "--json", snapshot.id[:6])
    assert json.loads(shell.out)["snapshot"] == snapshot.id


def test_a_plan_can_be_read_as_its_dockerfile(shell: Shell, snapshot: Snapshot) -> None:
    shell.store.save(make_resolution(snapshot), snapshot.id)
    shell.type("plan", "--dockerfile", snapshot.id[:6])
    assert "FROM scratch AS base" in shell.out


def test_a_base_that_cannot_be_had_is_a_resolve_error(shell: Shell, snapshot: Snapshot) -> None:
    shell.store.save(make_resolution(snapshot, sources=()), snapshot.id)
    assert shell.type("plan", snapshot.id[:6]) == 10
    assert "no base for debian 12" in shell.err
    assert "--registry" in shell.err


def test_without_a_command_run_says_what_to_type(shell: Shell) -> None:
    assert shell.type("run") == 2
    assert "reproof run -- python train.py" in shell.err


def test_an_unknown_verb_is_told_without_a_traceback(shell: Shell) -> None:
    assert shell.type("verfy") == 2
    assert "No such command 'verfy'" in shell.err


def test_a_metric_that_moved_makes_two_runs_differ(shell: Shell, snapshot: Snapshot) -> None:
    metrics = [{"name": "accuracy", "value": 0.5, "source": "metrics.json"}]
    other = shell.store.save(make_snapshot(metrics=metrics))
    assert shell.type("diff", "--json", snapshot.id[:8], other[:8]) == 1
    statuses = {result["name"]: result["status"] for result in json.loads(shell.out)["results"]}
    assert statuses["accuracy"] == "different"


def test_show_can_be_asked_for_one_section(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("show", "--section", "data", snapshot.id[:6]) == 0
    assert "/data/train.npz" in shell.out
    assert "numpy" not in shell.out


def test_show_refuses_a_section_that_there_is_not(shell: Shell, snapshot: Snapshot) -> None:
    assert shell.type("show", "--section", "dat", snapshot.id[:6]) == 2
    assert "'warnings', 'command', 'results'" in shell.err


def test_show_prints_the_published_schema_without_an_id(shell: Shell) -> None:
    assert shell.type("show", "--schema") == 0
    assert json.loads(shell.out)["$id"] == "urn:reproof:snapshot:2"
