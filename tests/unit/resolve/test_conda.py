"""A conda environment is listed by hash and carried whole, without any credentials."""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path

import pytest
from factories import make_snapshot
from installed import FakeIndex, install
from test_resolution import make_interpreter

from reproof.model.resolution import ImageLookup
from reproof.progress import Progress
from reproof.resolve.conda import public_address, read_conda
from reproof.resolve.interpreter import pack_interpreter
from reproof.resolve.ports import ResolveTools
from reproof.resolve.resolution import resolve
from reproof.store.store import Store

sys.path.append(str(Path(__file__).parents[2] / "recorder"))
from conda_prefix import adopt

TOKEN = "https://ada:secret@channels.example/t/tk-1234/private"


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """An environment with an interpreter, a library, and a package whose channel wants a token."""
    folder = tmp_path / "conda"
    make_interpreter(folder)
    (folder / "lib" / "liblapack.so.3").write_bytes(b"lapack")
    (folder / "lib" / "liblapack.so").symlink_to("liblapack.so.3")
    python = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*"))
              if path.is_file() and "site-packages" not in str(path) and "lapack" not in path.name]  # fmt: skip
    adopt(folder, "python", python, sha256="1" * 64)
    adopt(folder, "liblapack", ["lib/liblapack.so", "lib/liblapack.so.3"], channel=TOKEN,
          url=f"{TOKEN}/linux-64/liblapack-1.0-0.conda?auth=secret")  # fmt: skip
    return folder


def members(store: Store, digest: str) -> dict[str, bytes]:
    with tarfile.open(store.blobs.path(digest)) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive if m.isfile()}  # type: ignore[union-attr]


def test_packages_are_listed_with_their_hashes_and_without_credentials(prefix: Path) -> None:
    found = read_conda(prefix)
    assert found is not None and found.gaps == ()
    lapack, python = found.packages
    assert (lapack.name, lapack.channel) == ("liblapack", "https://channels.example/private")
    assert lapack.url == "https://channels.example/private/linux-64/liblapack-1.0-0.conda"
    assert (python.sha256, len(lapack.md5 or "")) == ("1" * 64, 32)


def test_a_prefix_without_records_is_none_of_condas(tmp_path: Path) -> None:
    assert read_conda(tmp_path) is None


def test_everything_that_conda_installed_is_carried_and_no_secret(prefix: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (prefix / "conda-meta" / "state").write_text('{"env_vars": {"TOKEN": "secret"}}')
    blob = pack_interpreter(make_interpreter(prefix, owner="conda:python"), store, Progress())
    assert blob is not None
    found = members(store, blob.digest)
    root = str(prefix).lstrip("/")
    assert found[f"{root}/lib/liblapack.so.3"] == b"lapack"
    assert f"{root}/bin/python3.11" in found
    assert not any("site-packages" in name or name.endswith("/state") for name in found)
    data = store.blobs.path(blob.digest).read_bytes()
    assert b"secret" not in data and b"tk-1234" not in data
    record = json.loads(found[f"{root}/conda-meta/liblapack-1.0-0.json"])
    assert record["files"] == ["lib/liblapack.so", "lib/liblapack.so.3"]


def test_a_changed_environment_is_packed_anew(prefix: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    interpreter = make_interpreter(prefix, owner="conda:python")
    first = pack_interpreter(interpreter, store, Progress())
    (prefix / "lib" / "liblapack.so.3").write_bytes(b"another")
    assert pack_interpreter(interpreter, store, Progress()) != first


def test_files_that_are_gone_and_records_that_are_damaged_are_gaps(prefix: Path) -> None:
    (prefix / "lib" / "liblapack.so.3").unlink()
    (prefix / "lib" / "liblapack.so").unlink()
    (prefix / "conda-meta" / "broken-1.0-0.json").write_text("{")
    found = read_conda(prefix)
    assert found is not None
    assert [gap.what for gap in found.gaps] == [
        "2 files of the conda environment",
        "the conda packages of broken-1.0-0.json",
    ]


@pytest.mark.parametrize(
    "record", ["[]", "{}", '{"name": 3, "version": "1"}', '{"name": "x", "version": "1", "files": 3}']
)
def test_a_record_of_another_form_is_a_gap(prefix: Path, record: str) -> None:
    (prefix / "conda-meta" / "odd-1.0-0.json").write_text(record)
    found = read_conda(prefix)
    assert found is not None and any("odd-1.0-0.json" in gap.what for gap in found.gaps)


def test_a_listed_path_that_leads_out_is_not_carried(prefix: Path) -> None:
    adopt(prefix, "evil", [])
    record = prefix / "conda-meta" / "evil-1.0-0.json"
    record.write_text(json.dumps({**json.loads(record.read_text()), "files": ["../outside", "/etc/passwd"]}))
    (prefix.parent / "outside").write_text("x")
    found = read_conda(prefix)
    assert found is not None
    assert all(path.is_relative_to(prefix) for path in found.files)


def test_the_resolution_has_condas_packages_apart_and_pips_as_pins(prefix: Path, tmp_path: Path) -> None:
    interpreter = make_interpreter(prefix, owner="conda:python")
    site = prefix / "lib" / "python3.11" / "site-packages"
    index = FakeIndex()
    index.add("click", "8.1.7")
    found = [install(site, "numpy", "1.26.4", origin="conda"), install(site, "click", "8.1.7")]
    snapshot = make_snapshot(interpreter=interpreter.model_dump(), distributions=[one.model_dump() for one in found])
    tools = ResolveTools(
        index, Store(tmp_path / "store"), lambda name: ImageLookup(reference=name, digest=None), Nothing()
    )
    resolution = resolve(snapshot, tools, Progress())
    assert [pin.name for pin in resolution.pins] == ["click"]
    assert [package.name for package in resolution.conda] == ["liblapack", "python"]
    assert resolution.interpreter is not None
    assert resolve(snapshot, tools, Progress(), resolution).conda == resolution.conda


class Nothing:
    """No archive."""

    def suites(self) -> tuple[str, ...]:
        return ()

    def versions(self, names: object, /) -> dict[str, tuple[str, ...]] | None:
        return {}


def test_tokens_users_and_queries_are_taken_out_of_addresses() -> None:
    assert public_address(f"{TOKEN}/noarch?x=1#y") == "https://channels.example/private/noarch"
    assert public_address("conda-forge") == "conda-forge"
