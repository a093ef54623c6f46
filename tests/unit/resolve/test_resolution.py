"""Interpreter, installer, bases and archive are looked up, and everything is put together."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from factories import make_pin, make_snapshot
from installed import FakeFile, FakeIndex, install, site_of

from reproof.errors import ResolveError
from reproof.model.resolution import ImageLookup
from reproof.model.snapshot import Interpreter
from reproof.progress import Progress
from reproof.resolve.bases import look_up_images, look_up_packages
from reproof.resolve.installer import resolve_installer
from reproof.resolve.interpreter import pack_interpreter
from reproof.resolve.ports import ResolveTools
from reproof.resolve.resolution import resolve
from reproof.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def make_interpreter(folder: Path, version: str = "3.11.7", **changes: object) -> Interpreter:
    """Lay out an interpreter as builds outside of the distribution do."""
    minor = version.rpartition(".")[0]
    files = (
        f"bin/python{minor}", "bin/pip", f"bin/python{minor}-config", f"lib/libpython{minor}.so.1.0", "lib/libz.so.1.3",
        f"lib/python{minor}/os.py", f"lib/python{minor}/lib-dynload/_ssl.so", f"lib/python{minor}/test/test_os.py",
        f"lib/python{minor}/__pycache__/os.pyc", f"lib/python{minor}/site-packages/numpy/__init__.py",
        f"lib/python{minor}/config-{minor}-x86_64/libpython.a", f"lib/python{minor}/config-{minor}-x86_64/Makefile",
        f"lib/python{minor}/ensurepip/_bundled/pip-23.2.1-py3-none-any.whl",
    )  # fmt: skip
    for name in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        path.chmod(0o750 if "/python" in name and name.startswith("bin") else 0o640)
    for link, target in (
        ("bin/python3", f"python{minor}"),
        (f"lib/libpython{minor}.so", f"libpython{minor}.so.1.0"),
        ("lib/libz.so.1", "libz.so.1.3"),
    ):
        if not (folder / link).is_symlink():
            (folder / link).symlink_to(target)
    binary = folder / "bin" / f"python{minor}"
    fields: dict[str, object] = {
        "implementation": "CPython", "version": version, "build": "test", "executable": str(binary),
        "binary": str(binary), "digest": f"sha256:{hashlib.sha256(binary.read_bytes()).hexdigest()}",
        "prefix": str(folder), "base_prefix": str(folder), "stdlib": str(folder / "lib" / f"python{minor}"),
        "purelib": "", "platlib": "", "needs": (str(folder / "lib/libz.so.1"), "/usr/lib/libc.so.6"),
    }  # fmt: skip
    return Interpreter.model_validate({**fields, **changes})


def test_the_interpreter_is_packed_at_its_own_prefix(tmp_path: Path, store: Store) -> None:
    blob = pack_interpreter(make_interpreter(tmp_path / "py"), store, Progress())
    assert blob is not None
    prefix = str(tmp_path / "py").lstrip("/")
    with tarfile.open(store.blobs.checked(blob.digest)) as archive:
        members = {member.name.removeprefix(f"{prefix}/"): member for member in archive}
    expected = [
        prefix, "bin", "bin/python3", "bin/python3.11", "lib", "lib/libpython3.11.so", "lib/libpython3.11.so.1.0",
        "lib/libz.so.1", "lib/libz.so.1.3", "lib/python3.11", "lib/python3.11/config-3.11-x86_64",
        "lib/python3.11/config-3.11-x86_64/Makefile", "lib/python3.11/ensurepip", "lib/python3.11/ensurepip/_bundled",
        "lib/python3.11/ensurepip/_bundled/pip-23.2.1-py3-none-any.whl", "lib/python3.11/lib-dynload",
        "lib/python3.11/lib-dynload/_ssl.so", "lib/python3.11/os.py",
    ]  # fmt: skip
    assert expected == list(members)
    assert tuple(members[name].mode for name in ("lib", "bin/python3.11", "lib/python3.11/os.py")) == (
        0o755,
        0o755,
        0o644,
    )
    assert members["bin/python3"].linkname == "python3.11"
    assert {(0, 0, 0, "")} == {(m.uid, m.gid, m.mtime, m.uname) for m in members.values()}


def test_the_tar_depends_on_the_files_alone_and_is_kept(tmp_path: Path) -> None:
    interpreter = make_interpreter(tmp_path / "py")
    first = pack_interpreter(interpreter, Store(tmp_path / "a"), Progress())
    os.utime(interpreter.binary, (1, 1))
    assert first == pack_interpreter(interpreter, Store(tmp_path / "b"), Progress())
    Path(interpreter.binary).unlink()
    assert first == pack_interpreter(interpreter, Store(tmp_path / "a"), Progress())


def test_an_interpreter_of_the_distribution_is_not_carried(tmp_path: Path, store: Store) -> None:
    interpreter = make_interpreter(tmp_path / "py", owner="deb:python3.11-minimal")
    assert pack_interpreter(interpreter, store, Progress()) is None


def test_an_interpreter_that_changed_or_is_gone_is_an_error(tmp_path: Path, store: Store) -> None:
    interpreter = make_interpreter(tmp_path / "py")
    Path(interpreter.binary).write_text("upgraded")
    with pytest.raises(ResolveError, match="is not the one that was recorded"):
        pack_interpreter(interpreter, store, Progress())
    Path(interpreter.binary).unlink()
    with pytest.raises(ResolveError, match="cannot be kept"):
        pack_interpreter(interpreter, store, Progress())


def test_the_recorded_pip_installs_if_it_is_proven_and_new_enough(tmp_path: Path, store: Store) -> None:
    interpreter = make_interpreter(tmp_path / "py")
    pin = make_pin("pip", "23.2.1")
    assert pin.artifact == resolve_installer(interpreter, [pin], FakeIndex(), store)
    index = FakeIndex()
    newest = index.add("pip", "24.0", requires_python=">=3.7")
    for other in (make_pin("pip", "9.0.1"), make_pin("pip", "23.2.1", confidence="vendored")):
        assert index.artifact(newest) == resolve_installer(interpreter, [other], index, store)


def test_the_newest_pip_is_one_that_runs_on_the_recorded_python(tmp_path: Path, store: Store) -> None:
    index = FakeIndex()
    right = index.add("pip", "21.3.1", requires_python=">=3.6")
    index.add("pip", "20.0")
    index.add("pip", "22.0", requires_python=">=3.7")
    index.add("pip", "21.4b1", requires_python=">=3.6")
    index.add("pip", "21.5", requires_python=">=3.6", yanked=True)
    # This page says nothing of the Pythons that its files need; the wheel does.
    index.projects["pip"].append(FakeFile("pip-26.0-py3-none-any.whl", b">=3.9", ""))
    interpreter = make_interpreter(tmp_path / "py", "3.6.15")
    assert index.artifact(right) == resolve_installer(interpreter, [], index, store)


def test_offline_the_interpreter_brings_its_pip(tmp_path: Path, store: Store) -> None:
    artifact = resolve_installer(make_interpreter(tmp_path / "py"), [], FakeIndex(), store)
    assert artifact is not None
    assert (artifact.filename, artifact.url) == ("pip-23.2.1-py3-none-any.whl", None)
    assert artifact.digest in store.blobs


def test_without_any_our_own_pip_serves_if_it_runs_there(tmp_path: Path, store: Store) -> None:
    interpreter = make_interpreter(tmp_path / "py").model_copy(update={"stdlib": str(tmp_path / "none")})
    artifact = resolve_installer(interpreter, [], FakeIndex(), store)
    assert artifact is not None and artifact.filename.startswith("pip-") and artifact.digest in store.blobs
    old = interpreter.model_copy(update={"version": "2.7.18"})
    assert resolve_installer(old, [], FakeIndex(), store) is None


def test_the_search_ends_at_the_first_image_or_at_a_dead_registry() -> None:
    def registry(name: str) -> ImageLookup:
        found = name.endswith("bullseye")
        return ImageLookup(reference=name, digest="sha256:1" if found else None, error=None if found else "no such tag")

    assert [lookup.reference.rpartition("-")[2] for lookup in look_up_images(make_snapshot(), registry)] == [
        "bookworm",
        "bullseye",
    ]
    dead = look_up_images(make_snapshot(), lambda name: ImageLookup(reference=name, digest=None, reachable=False))
    assert len(dead) == 1


class FakeArchive:
    def __init__(self, versions: dict[str, tuple[str, ...]] | None) -> None:
        self._versions = versions

    def suites(self) -> tuple[str, ...]:
        return ("bookworm",)

    def versions(self, names: Iterable[str]) -> dict[str, tuple[str, ...]] | None:
        return self._versions


@pytest.mark.parametrize(
    ("versions", "available", "gaps"),
    [
        ({"libc6": ("2.36-10", "2.36-9")}, "2.36-9", 0),
        ({"libc6": ("2.36-10",)}, "2.36-10", 0),
        ({"zlib1g": ("1",)}, None, 0),
        (None, None, 1),
    ],
)
def test_everything_is_put_together(
    tmp_path: Path, store: Store, versions: dict[str, tuple[str, ...]] | None, available: str | None, gaps: int
) -> None:
    distribution = install(site_of(tmp_path), "pack", "1.0").model_dump()
    interpreter = make_interpreter(tmp_path / "py").model_dump()
    snapshot = make_snapshot(distributions=[distribution], interpreter=interpreter)
    tools = ResolveTools(
        index=FakeIndex(),
        store=store,
        look_up_image=lambda name: ImageLookup(reference=name, digest="sha256:1"),
        archive=FakeArchive(versions),
    )
    resolution = resolve(snapshot, tools, Progress())
    assert (snapshot.id, ["vendored"]) == (resolution.snapshot, [pin.confidence for pin in resolution.pins])
    assert ("libc6", "2.36-9", available) == tuple(resolution.packages[0].model_dump().values())
    assert (("bookworm",), 1, gaps) == (resolution.sources, len(resolution.images), len(resolution.gaps))
    assert resolution.installer is not None and resolution.interpreter is not None
    assert resolution == resolve(snapshot, tools, Progress())


def test_the_archive_is_not_asked_for_packages_of_others() -> None:
    packages = [{"name": "openssl", "version": "3.3.0", "architecture": "linux-64", "manager": "conda"}]
    snapshot = make_snapshot(system={"packages": packages})
    assert look_up_packages(snapshot, FakeArchive({"openssl": ("3.0.22-1",)})) == ((), ())


def test_an_interpreter_that_is_gone_is_a_gap(tmp_path: Path, store: Store) -> None:
    snapshot = make_snapshot(distributions=[])
    tools = ResolveTools(
        index=FakeIndex(),
        store=store,
        look_up_image=lambda name: ImageLookup(reference=name, digest=None, error="no"),
        archive=FakeArchive({}),
    )
    resolution = resolve(snapshot, tools, Progress())
    assert resolution.interpreter is None
    assert [gap.what for gap in resolution.gaps] == ["the recorded interpreter"]
