"""`ls` and `gc` as a user types them."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from factories import make_snapshot

from reproof.adapters.engine import Engine, EngineImage
from reproof.build import prune
from reproof.cli import main
from reproof.errors import EngineError
from reproof.model.image import BuildContext
from reproof.model.snapshot import Snapshot
from reproof.store.pending import pending_images
from reproof.store.store import Store
from reproof.store.summaries import FILE


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def type_(store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return what runs a command line, and returns its exit code, output and messages."""

    def type_(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["reproof", "--store", str(store.root), *words])
        with pytest.raises(SystemExit) as ended:
            main.run()
        return int(ended.value.code or 0), *capsys.readouterr()

    return type_


def record(store: Store, days: float, **changes: Any) -> Snapshot:
    """Keep a run that was started so many days ago."""
    started = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days)
    blob = store.blobs.put(b"x" * 1000 + str(days).encode())
    outputs = [{"name": "model", "path": "/model", "digest": blob.digest, "size": blob.size}]
    command = {"started": started.isoformat(), **changes.pop("command", {})}
    snapshot = make_snapshot(outputs=outputs, command=command, **changes)
    store.save(snapshot)
    store.lease.release()
    return snapshot


def ids(printed: str) -> list[str]:
    return [row["id"] for row in json.loads(printed)]


def test_numbers_that_json_does_not_have_are_strings_in_it(store: Store, type_: Any) -> None:
    values = {"loss": "NaN", "best": "-Infinity", "accuracy": 0.5}
    record(store, 1, metrics=[{"name": name, "value": value, "source": "m.json"} for name, value in values.items()])
    code, out, _ = type_("ls", "--json")
    assert code == 0
    [row] = json.loads(out, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert row["metrics"] == values


def test_a_store_that_is_a_file_is_told_by_every_verb(store: Store, type_: Any) -> None:
    store.root.write_text("a file")
    code, out, err = type_("ls")
    assert (code, out) == (15, "")
    assert "is not a folder" in err


def test_runs_are_filtered_sorted_and_cut(store: Store, type_: Any) -> None:
    parameters = [{"name": "lr", "value": 0.1, "source": "argv"}]
    first = record(store, 3, parameters=parameters, metrics=[{"name": "accuracy", "value": 0.99, "source": "m.json"}])
    second = record(store, 2, command={"duration_s": 100.0, "exit_code": 1})
    third = record(store, 1, kind="capture", command={"exit_code": None})
    assert ids(type_("ls", "--json")[1]) == [third.id, second.id, first.id]
    assert ids(type_("ls", "--json", "--metric", "accuracy>0.98", "--param", "lr=0.1")[1]) == [first.id]
    assert ids(type_("ls", "--json", "--status", "failed")[1]) == [second.id]
    assert ids(type_("ls", "--json", "--status", "captured")[1]) == [third.id]
    assert ids(type_("ls", "--json", "--since", "60h")[1]) == [third.id, second.id]
    assert ids(type_("ls", "--json", "--sort", "duration", "--limit", "1")[1]) == [second.id]
    assert ids(type_("ls", "--json", "--package", "numpy==2.1.0", "--command", "train.py", "--limit", "1")[1]) == [
        third.id
    ]
    assert type_("ls", "--package", "torch")[1:] == ("", "none of 3 runs is like that\n")


def test_a_row_has_the_size_of_the_run_and_its_own_part(store: Store, type_: Any) -> None:
    record(store, 1)
    alone = json.loads(type_("ls", "--json")[1])[0]
    assert alone["own_size"] == alone["size"] > 1000
    record(store, 1, level="shim")
    shared = json.loads(type_("ls", "--json")[1])[0]
    assert shared["size"] - shared["own_size"] == 1001


@pytest.mark.parametrize("damage", [None, b"", b'\n{"id": "x"}\n[]\nnull\n{"id": "y", "run": {}}\n{"id'])
def test_lost_or_torn_summaries_are_made_anew(store: Store, type_: Any, damage: bytes | None) -> None:
    snapshot = record(store, 1)
    path = store.root / "cache" / "runs" / FILE
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    assert ids(type_("ls", "--json")[1]) == [snapshot.id]
    assert snapshot.id.encode() in path.read_bytes()
    assert ids(type_("ls", "--json")[1]) == [snapshot.id]


def test_old_runs_are_dropped_but_the_newest_are_kept(store: Store, type_: Any) -> None:
    runs = [record(store, days) for days in (40, 30, 20, 10)]
    told = type_("gc", "--older-than", "15", "--keep-last", "2", "--dry-run")[1]
    assert told.startswith("would remove")
    assert type_("gc", "--older-than", "15", "--keep-last", "2")[1].startswith("removed")
    assert ids(type_("ls", "--json")[1]) == [runs[3].id, runs[2].id]
    removed = json.loads(type_("gc", "--older-than", "15", "--json")[1])
    assert removed["runs"] == [runs[2].id]
    assert removed["counts"] == {"documents": 1, "blobs": 1}


def test_runs_are_dropped_by_id(store: Store, type_: Any) -> None:
    dropped, stays = record(store, 2), record(store, 1)
    assert type_("gc", "--drop", dropped.id[:8])[0] == 0
    assert ids(type_("ls", "--json")[1]) == [stays.id]
    assert dropped.id not in (store.root / "cache" / "runs" / FILE).read_text()


@pytest.mark.parametrize("words", [["--drop", "abcdef"], ["--drop", "x"], ["--keep-last", "-1"], ["--cache", "soon"]])
def test_words_that_make_no_sense_remove_nothing(store: Store, type_: Any, words: list[str]) -> None:
    snapshot = record(store, 1)
    assert type_("gc", *words)[0] == 2
    assert ids(type_("ls", "--json")[1]) == [snapshot.id]


class FakeEngine:
    """An engine with images under their tags."""

    def __init__(self, images: dict[str, str], busy: str = "") -> None:
        self.images, self.busy = images, busy

    def find_image(self, tag: str) -> EngineImage | None:
        label = self.images.get(tag)
        return EngineImage("sha256:1", (), 100, {prune.LABEL: label}) if label else None

    def remove_image(self, tag: str) -> None:
        if tag == self.busy:
            raise EngineError("a container uses it")
        del self.images[tag]

    def answers(self) -> bool:
        return True


def test_images_of_dropped_runs_go_when_asked_for(store: Store, type_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = record(store, 1)
    context, other = (BuildContext(plan=snapshot.id, files=({"path": name},)) for name in "ab")  # type: ignore[arg-type]
    for document in (context, other):
        store.save(document, snapshot.id)
    store.lease.release()
    tags = {prune.image_tag(document.id): document.id for document in (context, other)}
    engine = FakeEngine({**tags, "reproof/somebody:latest": "s"}, busy=prune.image_tag(other.id))
    monkeypatch.setattr(Engine, "connect", lambda environ: engine)
    type_("gc", "--images")
    assert len(engine.images) == 3
    type_("gc", "--drop", snapshot.id)
    assert pending_images(store.root) == {context.id, other.id}
    printed = type_("gc", "--images")[1]
    assert "a container uses it" in printed
    assert set(engine.images) == {"reproof/somebody:latest", prune.image_tag(other.id)}
    assert pending_images(store.root) == {other.id}


def test_an_image_under_the_name_of_another_stays(store: Store) -> None:
    engine = FakeEngine({prune.image_tag("a" * 64): "b" * 64})
    pruned = prune.remove_images(["a" * 64], engine)  # type: ignore[arg-type]
    assert (pruned.images, len(engine.images)) == ([], 1)
