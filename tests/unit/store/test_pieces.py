"""Documents in shared pieces: the same bytes come back, and what two documents share is kept once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from factories import digest, make_snapshot
from hypothesis import given, settings
from hypothesis import strategies as st

from reproof.errors import StoreError
from reproof.model.snapshot import Snapshot
from reproof.store.pieces import cut, decode, encode, split
from reproof.store.store import Store

FILES = 2000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def loaded(count: int = FILES) -> list[dict[str, Any]]:
    return [
        {"path": f"/lib/module{number}.py", "kind": "module", "owner": "stdlib", "size": number, "digest": digest("0")}
        for number in range(count)
    ]


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_a_large_document_comes_back_as_it_was_saved(store: Store) -> None:
    snapshot = make_snapshot(loaded=loaded())
    identity = store.save(snapshot)
    assert identity == snapshot.id
    assert store.load(Snapshot, identity) == snapshot


def test_a_second_run_of_a_project_adds_little(store: Store) -> None:
    store.save(make_snapshot(loaded=loaded()))
    first = files(store.root / "pieces")
    second = store.save(make_snapshot(loaded=loaded(), command={"started": "2026-01-02T03:04:06.000+00:00"}))
    assert files(store.root / "pieces") == first
    assert (store.root / "documents" / "snapshot" / f"{second}.parts").stat().st_size < 4096


def test_one_changed_file_changes_one_piece(store: Store) -> None:
    store.save(make_snapshot(loaded=loaded()))
    first = files(store.root / "pieces")
    changed = loaded()
    changed[FILES // 2]["digest"] = digest("1")
    store.save(make_snapshot(loaded=changed))
    assert len(files(store.root / "pieces") - first) <= 2  # the cut may have lain behind that very element


def test_one_more_file_shifts_no_other_piece(store: Store) -> None:
    store.save(make_snapshot(loaded=loaded()))
    first = files(store.root / "pieces")
    store.save(make_snapshot(loaded=[{**loaded(1)[0], "path": "/a.py"}, *loaded()]))
    assert len(files(store.root / "pieces") - first) <= 2


def test_a_small_document_is_a_plain_file(store: Store) -> None:
    snapshot = make_snapshot()
    path = store.root / "documents" / "snapshot" / f"{store.save(snapshot)}.json"
    assert path.read_bytes() == snapshot.canonical()


def test_a_large_document_in_a_plain_file_is_read_too(store: Store) -> None:
    snapshot = make_snapshot(loaded=loaded())
    folder = store.root / "documents" / "snapshot"
    folder.mkdir(parents=True)
    (folder / f"{snapshot.id}.json").write_bytes(snapshot.canonical())
    assert store.load(Snapshot, store.find(Snapshot, snapshot.id[:8])) == snapshot


def test_a_missing_piece_is_named(store: Store) -> None:
    identity = store.save(make_snapshot(loaded=loaded()))
    piece = min(files(store.root / "pieces"))
    piece.unlink()
    with pytest.raises(StoreError, match=f"snapshot {identity[:12]} is damaged: its piece .*{piece.name} is missing"):
        store.load(Snapshot, identity)


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_a_damaged_piece_is_named(store: Store, damage: bytes | None) -> None:
    identity = store.save(make_snapshot(loaded=loaded()))
    piece, other = sorted(files(store.root / "pieces"))[:2]
    piece.write_bytes(other.read_bytes() if damage is None else damage)
    with pytest.raises(StoreError, match=f"snapshot {identity[:12]} is damaged: its piece .*{piece.name} is damaged"):
        store.load(Snapshot, identity)


@pytest.mark.parametrize("data", [b"", b"{}", encode([])[:-1]])
def test_a_damaged_list_of_parts_is_told(store: Store, data: bytes) -> None:
    identity = store.save(make_snapshot(loaded=loaded()))
    (store.root / "documents" / "snapshot" / f"{identity}.parts").write_bytes(data)
    with pytest.raises(StoreError, match=f"snapshot {identity[:12]} is damaged"):
        store.load(Snapshot, identity)


values = st.recursive(
    st.none() | st.integers() | st.text(max_size=20) | st.just("},{") | st.just('","'),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=8), inner, max_size=8),
)


@settings(deadline=None)
@given(st.dictionaries(st.text(max_size=8), values, min_size=1, max_size=6), st.integers(1, 400))
def test_parts_and_pieces_join_to_the_same_bytes(value: dict[str, Any], times: int) -> None:
    members = [f"{json.dumps(key)}:{json.dumps([item] * times)}".encode() for key, item in value.items()]
    parts, pieces = split(members)
    again = decode(encode(parts))
    joined = b"".join(pieces[part] if index % 2 else part.encode() for index, part in enumerate(again))
    assert joined == b"{" + b",".join(members) + b"}"


@settings(deadline=None)
@given(st.lists(st.text(), max_size=3000), st.sampled_from([b'","', b"},{"]))
def test_pieces_are_never_larger_than_a_list_needs(texts: list[str], separator: bytes) -> None:
    member = separator.join(text.encode() for text in texts)
    pieces = list(cut(member))
    assert b"".join(pieces) == member
    assert all(len(piece) >= 4096 for piece in pieces[:-1])
