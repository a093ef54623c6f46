"""The project's files and the repository's state between two runs."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from factories import digest, make_snapshot

from reproof.compare.code import COSTLIEST, compare_code, count_lines
from reproof.errors import StoreError
from reproof.model.comparison import FieldDifference
from reproof.model.snapshot import Snapshot

ROOT = "/home/ada/digits"


class Code:
    """Makes runs of a few files whose bytes can be read back."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def run(self, files: dict[str, bytes | dict[str, Any]], **changes: Any) -> Snapshot:
        entries = []
        for path, data in files.items():
            extra = data if isinstance(data, dict) else {"data": data}
            content = extra.pop("data") if "data" in extra else b""
            identity = "sha256:" + hashlib.sha256(content).hexdigest()
            self.blobs[identity] = content
            entries.append({"path": f"{ROOT}/{path}", "digest": identity, "size": len(content), **extra})
        return make_snapshot(**{**changes, "source": {"files": entries, **changes.get("source", {})}})

    def read(self, identity: str) -> bytes:
        if identity not in self.blobs:
            raise StoreError("the store lacks it")
        return self.blobs[identity]

    def compare(self, a: Snapshot, b: Snapshot) -> list[FieldDifference]:
        return list(compare_code(a, b, self.read))

    def told(self, a: Snapshot, b: Snapshot) -> list[tuple[str, str, str]]:
        return [(field.kind, field.name, field.detail) for field in self.compare(a, b)]


@pytest.fixture
def code() -> Code:
    return Code()


def test_files_are_added_removed_and_changed_with_counts_of_lines(code: Code) -> None:
    a = code.run({"train.py": b"a\nb\nc\n", "old.py": b"x\ny\n", "same.py": b"1\n"})
    b = code.run({"train.py": b"a\nB\nc\nd\n", "new.py": b"z\n", "same.py": b"1\n"})
    assert code.told(a, b) == [
        ("added", "new.py", "+1"), ("removed", "old.py", "-2"), ("changed", "train.py", "+2 -1"),
    ]  # fmt: skip


def test_a_file_that_was_moved_is_one_difference(code: Code) -> None:
    a, b = code.run({"train.py": b"a\n"}), code.run({"src/train.py": b"a\n"})
    assert code.told(a, b) == [("changed", "train.py → src/train.py", "renamed")]


@pytest.mark.parametrize("data", [b"", b"a\n"])
def test_of_several_equal_files_none_is_taken_for_a_moved_one(code: Code, data: bytes) -> None:
    a, b = code.run({"a.py": data, "b.py": data}), code.run({"c.py": data, "d.py": data})
    assert [kind for kind, *_ in code.told(a, b)] == ["removed", "removed", "added", "added"]


@pytest.mark.parametrize(
    ("before", "after", "detail"),
    [
        ({"data": b"a\0b"}, {"data": b"a\0bc"}, "binary, 3 → 4 bytes"),
        ({"data": b"x" * 1_000_001}, {"data": b"y"}, "1,000,001 → 1 bytes"),
        ({"data": b"a\n", "mode": 0o644}, {"data": b"a\n", "mode": 0o755}, "mode 644 → 755"),
        ({"data": b"a", "link": "one"}, {"data": b"a", "link": "two"}, "link to one → two"),
    ],
)
def test_what_has_no_lines_to_count_says_how_it_differs(
    code: Code, before: dict[str, Any], after: dict[str, Any], detail: str
) -> None:
    assert code.told(code.run({"f": before}), code.run({"f": after})) == [("changed", "f", detail)]


def test_a_mode_that_differs_in_no_right_to_execute_is_the_same(code: Code) -> None:
    a, b = (code.run({"f": {"data": b"a\n", "mode": mode}}) for mode in (0o644, 0o600))
    assert code.told(a, b) == []


def test_bytes_that_the_store_has_lost_are_still_a_difference(code: Code) -> None:
    a, b = code.run({"f": b"a\n"}), code.run({"f": b"b\n"})
    code.blobs.clear()
    assert code.told(a, b) == [("changed", "f", "the store lacks it")]


def test_the_state_of_the_repository_is_told_and_does_not_count(code: Code) -> None:
    git = {"root": ROOT, "commit": "d" * 40, "branch": "sweep", "dirty": True, "unpushed": ["d" * 40]}
    fields = code.compare(code.run({"f": b"a"}), code.run({"f": b"a"}, source={"git": git}))
    assert [(field.name, field.counts) for field in fields] == [
        ("commit", False), ("branch", False), ("working tree", False), ("unpushed", False),
    ]  # fmt: skip


def test_a_project_without_a_repository_is_compared_by_its_files(code: Code) -> None:
    assert code.told(code.run({"f": b"a"}), code.run({"f": b"a"}, source={"git": None})) == []


def test_files_that_a_replay_has_no_need_of_are_no_difference(code: Code) -> None:
    a, b = code.run({"train.py": b"a\n", "unused.py": b"b\n"}), code.run({"train.py": b"c\n"}, replay_of="f" * 64)
    assert code.told(a, b) == [("changed", "train.py", "+1 -1")]


def test_lines_of_a_file_that_would_take_minutes_to_align_are_counted_without_order() -> None:
    many = int(COSTLIEST**0.5) + 1
    assert count_lines([b"x"] * many, [b"x"] * many + [b"y"]) == (1, 0)


def test_a_digest_is_no_text_to_read(code: Code) -> None:
    [field] = code.compare(code.run({"f": b"a"}), code.run({"f": b"b"}))
    assert field.original != digest("a")
    assert field.field == "source.files.f"
