"""Every package ends proven or carried; what cannot be is a gap."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from installed import FakeIndex, install, site_of

from reproof.model.resolution import Pin
from reproof.model.snapshot import Distribution
from reproof.progress import Progress
from reproof.resolve.packages import resolve_packages
from reproof.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def resolve_one(distribution: Distribution, index: FakeIndex, store: Store) -> Pin:
    pins, gaps = resolve_packages([distribution], index, store, Progress())
    assert (pins[0].confidence in ("unknown", "probable")) == bool(gaps)
    return pins[0]


def test_the_wheel_with_the_installed_files_is_proven(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    index.add("pack", "1.0", {"pack/__init__.py": b"another build"}, tag="py2.py3-none-any")
    index.add("pack", "2.0")
    right = index.add("pack", "1.0")
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0"), index, store)
    assert ("proven", index.artifact(right)) == (pin.confidence, pin.artifact)
    assert f"the RECORD of {right.filename} on {right.place} equals what is installed" == pin.evidence


def test_files_that_installers_move_or_add_do_not_count(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    index.add(
        "pack", "1.0", {"pack/a.py": b"a", "pack-1.0.data/scripts/go": b"#!python", "pack-1.0.data/purelib/b.py": b"b"}
    )
    files = {"pack/a.py": b"a", "b.py": b"b", "../../../bin/go": b"#!/x/python"}
    assert resolve_one(install(site_of(tmp_path), "pack", "1.0", files), index, store).confidence == "proven"


def test_a_local_version_is_matched_exactly(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    files = {"torch/__init__.py": b""}
    index.add("torch", "2.3.0", files)
    index.add("torch", "2.3.0+cpu", files)
    gpu = install(site_of(tmp_path), "torch", "2.3.0+cu121", files)
    pin = resolve_one(gpu, index, store)
    assert (
        pin.confidence,
        pin.artifact and pin.artifact.filename,
    ) == ("vendored", "torch-2.3.0+cu121-py3-none-any.whl")
    same = (Path(gpu.dist_info) / "RECORD").read_text()
    index.projects["torch"] = [replace(file, record=same) for file in index.projects["torch"]]
    assert resolve_one(gpu, index, Store(tmp_path / "same")).confidence == "vendored"
    right = index.add("torch", "2.3.0+cu121", files)
    other = Store(tmp_path / "other")
    assert index.artifact(right) == resolve_one(gpu, index, other).artifact


def test_a_wheel_that_was_renamed_for_its_platform_is_found(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    installed = install(site_of(tmp_path), "pack", "1.0", tag="cp311-cp311-linux_x86_64")
    right = index.add("pack", "1.0", tag="cp311-cp311-manylinux_2_28_x86_64")
    index.projects["pack"] = [replace(right, record=(Path(installed.dist_info) / "RECORD").read_text())]
    assert resolve_one(installed, index, store).confidence == "proven"


def test_wheels_with_the_closest_tags_are_read_first(tmp_path: Path, store: Store) -> None:
    index = FakeIndex(broken=True)
    for tag in ("cp311-cp311-linux_x86_64", "cp311-cp311-musllinux_1_2_x86_64", "cp311-cp311-manylinux_2_17_x86_64"):
        index.add("pack", "1.0", tag=tag)
    recorded = ("cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-linux_x86_64")
    resolve_one(install(site_of(tmp_path), "pack", "1.0", tags=recorded[:1]), index, store)
    assert index.read[0] == "pack-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"
    index.read.clear()
    resolve_one(install(site_of(tmp_path), "pack", "1.0", tags=recorded), index, Store(tmp_path / "other"))
    assert index.read[-1] == "pack-1.0-cp311-cp311-musllinux_1_2_x86_64.whl"


def test_a_wheel_for_another_machine_is_not_even_read(tmp_path: Path, store: Store) -> None:
    index = FakeIndex(broken=True)
    index.add("pack", "1.0", tag="cp311-cp311-manylinux_2_28_aarch64")
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0", tag="cp311-cp311-linux_x86_64"), index, store)
    assert pin.evidence == "no index has a wheel of pack 1.0 for this interpreter; packed from the installed files"


@pytest.mark.parametrize("origin", ["editable", "local", "vcs", "archive"])
def test_what_did_not_come_from_an_index_is_carried_without_asking(tmp_path: Path, store: Store, origin: str) -> None:
    index = FakeIndex()
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0", origin=origin), index, store)
    assert pin.artifact is not None and pin.artifact.digest in store.blobs
    assert (pin.confidence, pin.artifact.url, index.asked) == ("vendored", None, [])


def test_a_modified_package_is_carried_as_it_is(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    index.add("pack", "1.0")
    changed = install(site_of(tmp_path), "pack", "1.0", modified=("pack/__init__.py",))
    first = resolve_one(changed, index, store)
    (Path(changed.location) / "pack/__init__.py").write_text("changed again")
    second = resolve_one(changed, index, store)
    assert "vendored" == first.confidence == second.confidence
    assert first.artifact != second.artifact


def test_the_system_packages_are_left_to_the_system(tmp_path: Path, store: Store) -> None:
    system = install(site_of(tmp_path), "pack", "1.0", origin="distro", owner="deb:python3-pack")
    assert resolve_packages([system], FakeIndex(), store, Progress()) == ((), ())


def test_offline_is_normal_and_said(tmp_path: Path, store: Store) -> None:
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0"), FakeIndex(failures=("index.test: refused",)), store)
    expected = "no index could be asked for pack 1.0; index.test: refused; packed from the installed files"
    assert ("vendored", expected) == (pin.confidence, pin.evidence)


def test_what_was_built_here_is_carried_and_its_source_is_recorded(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    source = replace(index.add("pack", "0.9"), filename="pack-1.0.tar.gz")
    index.projects["pack"] = [source]
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0"), index, store)
    assert "the indexes have pack 1.0 only as source (pack-1.0.tar.gz): it was built here" in pin.evidence
    assert (pin.confidence, pin.source) == ("vendored", index.artifact(source))
    assert resolve_one(install(site_of(tmp_path), "pack", "1.0"), FakeIndex(), store).source == pin.source


def test_a_wheel_made_for_this_machine_came_from_the_source_although_there_are_wheels(
    tmp_path: Path, store: Store
) -> None:
    index = FakeIndex()
    other = index.add("pack", "1.0", {"pack/__init__.py": b"other"}, tag="cp311-cp311-manylinux_2_28_x86_64")
    index.projects["pack"].append(replace(other, filename="pack-1.0.zip"))
    here = install(site_of(tmp_path), "pack", "1.0", tag="cp311-cp311-linux_x86_64")
    pin = resolve_one(here, index, store)
    assert (pin.confidence, pin.source and pin.source.filename) == ("vendored", "pack-1.0.zip")
    elsewhere = install(site_of(tmp_path), "pack", "1.0", tag="cp311-cp311-manylinux_2_28_x86_64")
    assert resolve_one(elsewhere, index, Store(tmp_path / "other")).source is None


def test_a_source_that_cannot_be_had_does_not_stop_what_is_carried(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    gone = tmp_path / "gone" / "pack-1.0.tar.gz"
    index.projects["pack"] = [replace(index.add("pack", "0.9"), filename=gone.name, local=gone)]
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0"), index, store)
    assert (pin.confidence, pin.source) == ("vendored", None)
    assert "its source distribution is not recorded" in pin.evidence


def test_a_yanked_wheel_is_proven_like_any_other(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    right = index.add("pack", "1.0", yanked=True)
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0"), index, store)
    assert (pin.confidence, pin.artifact) == ("proven", index.artifact(right))


def test_what_was_deleted_from_the_index_is_carried(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    index.add("pack", "1.1")
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0"), index, store)
    assert pin.confidence == "vendored" and "no index has a wheel of pack 1.0" in pin.evidence


def test_an_archive_from_an_address_is_carried_with_its_bytes(tmp_path: Path, store: Store) -> None:
    address = "https://index.example/pack-1.0-py3-none-any.whl#sha256=00"
    pin = resolve_one(
        install(site_of(tmp_path), "pack", "1.0", origin="archive", direct_url=address), FakeIndex(), store
    )
    assert pin.confidence == "vendored" and pin.artifact is not None and pin.artifact.digest in store.blobs


def test_a_wheel_of_this_machine_is_kept_as_bytes(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    wheel = index.add("pack", "1.0")
    path = tmp_path / wheel.filename
    path.write_bytes(wheel.data)
    index.projects["pack"] = [replace(wheel, local=path)]
    pin = resolve_one(install(site_of(tmp_path), "pack", "1.0"), index, store)
    path.unlink()
    assert pin.artifact is not None
    assert ("proven", wheel.data) == (pin.confidence, store.blobs.get(pin.artifact.digest))


def test_gone_files_leave_a_likely_wheel_or_nothing(tmp_path: Path, store: Store) -> None:
    site = site_of(tmp_path)
    gone = install(site, "pack", "1.0")
    shutil.rmtree(site)
    pin = resolve_one(gone, FakeIndex(), store)
    assert (pin.confidence, pin.artifact) == ("unknown", None)
    index = FakeIndex(broken=True)
    likely = index.add("pack", "1.0")
    pin = resolve_one(gone, index, store)
    assert ("probable", index.artifact(likely)) == (pin.confidence, pin.artifact)


def test_the_second_time_nobody_is_asked(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    index.add("pack", "1.0")
    site = site_of(tmp_path)
    both = [install(site, "pack", "1.0"), install(site, "other", "1.0")]
    first, _ = resolve_packages(both, index, store, Progress())
    elsewhere = [distribution.model_copy(update={"location": "/elsewhere"}) for distribution in both]
    second, _ = resolve_packages(elsewhere, FakeIndex(broken=True), store, Progress())
    assert [pin.model_copy(update={"location": "/elsewhere"}) for pin in first] == list(second)


def test_a_remembered_pin_whose_bytes_are_gone_is_made_again(tmp_path: Path, store: Store) -> None:
    distribution = install(site_of(tmp_path), "pack", "1.0")
    first = resolve_one(distribution, FakeIndex(), store)
    assert first.artifact is not None
    store.blobs.path(first.artifact.digest).unlink()
    assert first == resolve_one(distribution, FakeIndex(), store)
    assert first.artifact.digest in store.blobs


def test_a_development_install_goes_where_the_others_are(tmp_path: Path, store: Store) -> None:
    site, folder = site_of(tmp_path), tmp_path / "src"
    info = folder / "dev.egg-info"
    info.mkdir(parents=True)
    (info / "PKG-INFO").write_text("Name: dev\nVersion: 1.0\n")
    dev = Distribution(name="dev", version="1.0", location=str(folder), dist_info=str(info), origin="editable")
    pins, _ = resolve_packages([dev, install(site, "pack", "1.0")], FakeIndex(), store, Progress())
    assert [str(site), str(site)] == [pin.location for pin in pins]


def test_what_conda_installed_is_packed_from_its_files(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    index.add("pack", "1.0")
    installed = install(site_of(tmp_path), "pack", "1.0").model_copy(update={"origin": "conda"})
    pin = resolve_one(installed, index, store)
    assert pin.confidence == "vendored"
    assert "installed by conda, not from an index; packed from the installed files" in pin.evidence
