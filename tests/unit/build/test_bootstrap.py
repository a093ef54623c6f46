"""When a base is bootstrapped, when it is used again, and what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reproof.adapters import mmdebstrap
from reproof.adapters.mmdebstrap import Outcome, RootSystem, Sink, command
from reproof.build import bootstrap as module
from reproof.build.bootstrap import cache_key, ensure_base
from reproof.errors import BuildError
from reproof.model.plan import Base
from reproof.progress import Progress
from reproof.store.store import Store

BASE = Base(kind="bootstrap", reference="debian:bookworm", suite="bookworm", packages=("libgomp1",))
SOURCES = ("deb http://ada:secret@mirror.example/debian bookworm main",)


class Archive:
    def __init__(self, sources: tuple[str, ...] = SOURCES) -> None:
        self._sources = sources

    def sources(self, suite: str) -> tuple[str, ...]:
        return self._sources

    def options(self) -> tuple[str, ...]:
        return ('Acquire::http::Proxy "http://proxy.example:3128";',)


class Bootstrapper:
    """Takes the place of mmdebstrap, counting its calls."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.calls: list[RootSystem] = []

    def __call__(self, system: RootSystem, sink: Sink, on_line: Callable[[str], None]) -> Outcome:
        self.calls.append(system)
        sink.write(f"root file system {len(self.calls)}".encode())
        return self.outcome


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def replace(monkeypatch: pytest.MonkeyPatch, code: int = 0, tail: str = "") -> Bootstrapper:
    fake = Bootstrapper(Outcome(code, tail))
    monkeypatch.setattr(module, "bootstrap", fake)
    return fake


def test_the_first_bootstrap_is_kept_and_used_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = replace(monkeypatch)
    first = ensure_base(BASE, Archive(), store, Progress())
    second = ensure_base(BASE, Archive(), store, Progress())
    assert (first, 1) == (second, len(fake.calls))
    assert first is not None and store.blobs.get(first.digest) == b"root file system 1"


def test_other_packages_make_another_base(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = replace(monkeypatch)
    ensure_base(BASE, Archive(), store, Progress())
    ensure_base(BASE.model_copy(update={"packages": ("libgomp1=12",)}), Archive(), store, Progress())
    assert [call.packages for call in fake.calls] == [("libgomp1",), ("libgomp1=12",)]


def test_a_kept_base_whose_bytes_are_gone_is_made_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = replace(monkeypatch)
    first = ensure_base(BASE, Archive(), store, Progress())
    assert first is not None
    store.blobs.path(first.digest).unlink()
    ensure_base(BASE, Archive(), store, Progress())
    assert len(fake.calls) == 2


def test_a_base_with_a_digest_is_that_blob_and_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = replace(monkeypatch)
    kept = store.blobs.put(b"the one")
    assert kept == ensure_base(BASE.model_copy(update={"digest": kept.digest}), Archive(), store, Progress())
    assert fake.calls == []


def test_an_image_of_a_registry_needs_no_bootstrap(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = replace(monkeypatch)
    assert ensure_base(Base(kind="registry", reference="python:3.11"), Archive(), store, Progress()) is None
    assert fake.calls == []


def test_a_machine_without_the_suite_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(monkeypatch)
    with pytest.raises(BuildError, match="no archive for bookworm"):
        ensure_base(BASE, Archive(()), store, Progress())


def test_a_missing_program_is_named_with_its_package(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(monkeypatch, 127, "No such file")
    with pytest.raises(BuildError) as caught:
        ensure_base(BASE, Archive(), store, Progress())
    assert "mmdebstrap is not installed" in caught.value.message
    assert "apt-get install mmdebstrap" in caught.value.hint


def test_a_failure_shows_the_last_lines_without_the_mirrors_password(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(monkeypatch, 25, "I: running apt-get update...\nE: http://ada:secret@mirror.example/ 404")
    with pytest.raises(BuildError) as caught:
        ensure_base(BASE, Archive(), store, Progress())
    assert caught.value.message.endswith("\n  | E: http://mirror.example/ 404")
    assert "apt-get update" in caught.value.hint


def test_a_failed_bootstrap_leaves_nothing_in_the_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    replace(monkeypatch, 25, "E: no")
    with pytest.raises(BuildError):
        ensure_base(BASE, Archive(), store, Progress())
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_the_way_to_the_archive_is_no_part_of_what_is_kept() -> None:
    plain = RootSystem("bookworm", (), ("deb http://mirror.example/debian bookworm main",))
    private = RootSystem("bookworm", (), SOURCES, ('Acquire::http::Proxy "http://proxy.example";',))
    assert cache_key(plain) == cache_key(private)


def test_perl_is_kept_out_where_a_package_would_bring_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mmdebstrap, "MERGED_HOOK", tmp_path)
    words = command(RootSystem("bookworm", ("a",), SOURCES))
    assert f"--hook-dir={tmp_path}" in words
    assert "--include=usr-is-merged,a" in words


def test_packages_and_options_are_passed_on() -> None:
    words = command(RootSystem("trixie", ("a", "b=1"), SOURCES, ('Acquire::http::Proxy "x";',)))
    assert "--include=a,b=1" in words
    assert '--aptopt=Acquire::http::Proxy "x"' in words
    assert tuple(words[-3:]) == ("trixie", "-", "-")
