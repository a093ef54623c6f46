"""A base without a registry: bootstrapped from the archive that this machine's apt knows, the same bytes each time."""

from __future__ import annotations

import tarfile

import pytest
from conftest import Bootstrapped

from reproof.adapters.apt import AptArchive
from reproof.build.bootstrap import ensure_base
from reproof.errors import BuildError
from reproof.model.plan import Base
from reproof.progress import Progress
from reproof.store.store import Store


def names(bootstrapped: Bootstrapped) -> set[str]:
    with tarfile.open(bootstrapped.store.blobs.checked(bootstrapped.blob.digest)) as archive:
        return {name.removeprefix("./") for name in archive.getnames()}


def test_two_bootstraps_are_bit_for_bit_the_same(bootstrapped: Bootstrapped, store: Store) -> None:
    assert ensure_base(bootstrapped.base, AptArchive(), store, Progress()) == bootstrapped.blob


def test_the_second_time_the_kept_one_is_used(bootstrapped: Bootstrapped) -> None:
    class Unreachable(AptArchive):
        def options(self) -> tuple[str, ...]:
            return ('Acquire::http::Proxy "http://127.0.0.1:9";',)

    assert ensure_base(bootstrapped.base, Unreachable(), bootstrapped.store, Progress()) == bootstrapped.blob


def test_the_base_has_the_packages_and_nothing_of_this_machine(bootstrapped: Bootstrapped) -> None:
    found = names(bootstrapped)
    assert "usr/bin/python3" in found
    assert "usr/share/doc/python3/copyright" in found
    private = {
        "etc/resolv.conf",
        "etc/hostname",
        "etc/machine-id",
        "etc/apt/sources.list",
        "etc/apt/apt.conf.d/99mmdebstrap",
    }
    assert found & private == set()
    assert not [name for name in found if name.startswith(("etc/apt/sources.list.d/", "dev/", "usr/share/man/man1/"))]


def test_a_package_that_is_not_there_is_named(codename: str, store: Store) -> None:
    base = Base(kind="bootstrap", reference=codename, suite=codename, packages=("no-such-package",))
    with pytest.raises(BuildError, match="no-such-package") as caught:
        ensure_base(base, AptArchive(), store, Progress())
    assert "resolve again" in caught.value.hint
    assert not (store.root / "blobs" / "sha256").exists()


def test_an_archive_that_cannot_be_reached_is_told(codename: str, store: Store) -> None:
    class Nowhere(AptArchive):
        def sources(self, suite: str) -> tuple[str, ...]:
            return (f"deb http://127.0.0.1:9/archive {suite} main",)

        def options(self) -> tuple[str, ...]:
            return ('Acquire::Retries "0";',)

    base = Base(kind="bootstrap", reference=codename, suite=codename)
    with pytest.raises(BuildError, match=r"127\.0\.0\.1:9") as caught:
        ensure_base(base, Nowhere(), store, Progress())
    assert "apt-get update" in caught.value.hint
