"""An installed distribution becomes the wheel that it came from, as far as installers left it."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from index_server import record_hash
from installed import install, site_of

from reproof.errors import ResolveError
from reproof.model.snapshot import Distribution
from reproof.resolve.repack import is_development_install, repack
from reproof.store.store import Store


def contents(distribution: Distribution, tmp_path: Path) -> dict[str, bytes]:
    store = Store(tmp_path / "store")
    artifact, _ = repack(distribution, store)
    with zipfile.ZipFile(store.blobs.checked(artifact.digest)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_has_the_installed_files_and_a_record_of_them(tmp_path: Path) -> None:
    distribution = install(site_of(tmp_path), "pack", "1.0", {"pack/a.py": b"a = 1\n", "pack_extra.pth": b"x\n"})
    found = contents(distribution, tmp_path)
    info = "pack-1.0.dist-info"
    expected = ["pack/a.py", "pack_extra.pth", f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD"]
    assert expected == list(found)
    rows = list(csv.reader(found[f"{info}/RECORD"].decode().splitlines()))
    assert [[name, record_hash(found[name]), str(len(found[name]))] for name in expected[:-1]] == rows[:-1]
    assert [f"{info}/RECORD", "", ""] == rows[-1]


def test_the_same_files_give_the_same_wheel(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first = install(site_of(tmp_path / "a"), "pack", "1.0")
    second = install(site_of(tmp_path / "b"), "pack", "1.0")
    assert repack(first, store) == repack(second, store)


@pytest.mark.parametrize(
    ("name", "version", "tags", "expected"),
    [
        ("torch", "2.3.0+cu121", ("cp311-cp311-linux_x86_64",), "torch-2.3.0+cu121-cp311-cp311-linux_x86_64.whl"),
        ("My.Pack", "1.0", ("py2-none-any", "py3-none-any"), "My_Pack-1.0-py2.py3-none-any.whl"),
        ("pack", "1.00-1", (), "pack-1.0.post1-py3-none-any.whl"),
    ],
)
def test_the_file_name_keeps_version_and_tags(
    tmp_path: Path, name: str, version: str, tags: tuple[str, ...], expected: str
) -> None:
    distribution = install(site_of(tmp_path), name, version, tags=tags)
    assert expected == repack(distribution, Store(tmp_path / "store"))[0].filename


def test_scripts_of_entry_points_are_left_to_the_installer(tmp_path: Path) -> None:
    files = {
        "pack-1.0.dist-info/entry_points.txt": b"[console_scripts]\npack-go = pack:go\npip = pack:go\n",
        "../../../bin/pack-go": b"#!/old/bin/python\n",
        "../../../bin/pip3.11": b"#!/old/bin/python\n",
        "../../../bin/own": b"#!/old/bin/python3.11\nprint(1)\n",
        "../../../bin/far": b"#!/bin/sh\n'''exec' /a/very/long/python \"$0\" \"$@\"\n' '''\nprint(2)\n",
        "../../../bin/shell": b"#!/bin/sh\necho\n",
        "../../../bin/native": b"\x7fELF",
        "../../../share/pack/doc.txt": b"doc",
    }
    found = contents(install(site_of(tmp_path), "pack", "1.0", files), tmp_path)
    data = {name.removeprefix("pack-1.0.data/"): found[name] for name in found if ".data/" in name}
    assert data == {
        "data/share/pack/doc.txt": b"doc",
        "scripts/far": b"#!python\nprint(2)\n",
        "scripts/native": b"\x7fELF",
        "scripts/own": b"#!python\nprint(1)\n",
        "scripts/shell": b"#!/bin/sh\necho\n",
    }


def test_programs_stay_executable(tmp_path: Path) -> None:
    site, store = site_of(tmp_path), Store(tmp_path / "store")
    distribution = install(site, "pack", "1.0", {"pack/tool": b"x", "pack/a.py": b""})
    (site / "pack" / "tool").chmod(0o755)
    with zipfile.ZipFile(store.blobs.path(repack(distribution, store)[0].digest)) as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert (modes["pack/tool"], modes["pack/a.py"]) == (0o755, 0o644)


def test_metadata_of_bundled_packages_is_not_mistaken_for_its_own(tmp_path: Path) -> None:
    files = {"pack/vendored/zipp-1.dist-info/WHEEL": b"", "pack/vendored/zipp-1.dist-info/RECORD": b"x"}
    found = contents(install(site_of(tmp_path), "pack", "1.0", files), tmp_path)
    assert list(found)[-1] == "pack-1.0.dist-info/RECORD"
    assert found["pack/vendored/zipp-1.dist-info/RECORD"] == b"x"


def test_a_modified_file_goes_in_as_it_is_and_a_missing_one_is_told(tmp_path: Path) -> None:
    site, store = site_of(tmp_path), Store(tmp_path / "store")
    distribution = install(site, "pack", "1.0", {"pack/a.py": b"a", "pack/b.py": b"b"})
    (site / "pack" / "a.py").write_bytes(b"changed")
    (site / "pack" / "b.py").unlink()
    artifact, missing = repack(distribution, store)
    assert missing == ("pack/b.py is gone",)
    with zipfile.ZipFile(store.blobs.path(artifact.digest)) as archive:
        assert archive.read("pack/a.py") == b"changed"


def test_files_outside_of_the_environment_are_told(tmp_path: Path) -> None:
    distribution = install(site_of(tmp_path), "pack", "1.0", {"../../../../etc/pack.conf": b""})
    assert (f"{tmp_path / 'etc/pack.conf'} lies outside of the environment",) == repack(
        distribution, Store(tmp_path / "store")
    )[1]


def egg_info(site: Path, name: str, **files: str) -> Path:
    folder = site / f"{name}-1.0-py3.11.egg-info"
    folder.mkdir(parents=True)
    for file, text in files.items():
        (folder / file.replace("__", "-")).with_suffix(".txt" if file != "PKG__INFO" else "").write_text(text)
    return folder


def test_an_egg_info_gets_wheel_metadata(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    (site / "old").mkdir()
    (site / "old" / "__init__.py").write_text("")
    info = egg_info(
        site,
        "old",
        PKG__INFO="Metadata-Version: 1.0\nName: old\nVersion: 1.0\n\nText.\n",
        requires="six\n\n[fast]\nnumpy>=1\n\n[:python_version < '3']\nenum34\n",
        top_level="old\n",
        installed__files="../old/__init__.py\n../../../../bin/old-go\nPKG-INFO\n",
    )
    distribution = Distribution(
        name="old", version="1.0", location=str(site), dist_info=str(info), origin="index", record=None
    )
    found = contents(distribution, tmp_path)
    expected = [
        "old/__init__.py",
        *(f"old-1.0.dist-info/{n}" for n in ("METADATA", "WHEEL", "top_level.txt", "RECORD")),
    ]
    assert expected == list(found)
    assert found["old-1.0.dist-info/METADATA"] == (
        b"Metadata-Version: 1.0\nName: old\nVersion: 1.0\nRequires-Dist: six\nProvides-Extra: fast\n"
        b"Requires-Dist: numpy>=1 ; extra == \"fast\"\nRequires-Dist: enum34 ; python_version < '3'\n\nText.\n"
    )


def test_without_any_list_the_top_level_packages_are_taken_and_that_is_told(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    (site / "single.py").write_text("x = 1\n")
    info = egg_info(site, "single", PKG__INFO="Name: single\nVersion: 1.0\n", top_level="single\n")
    distribution = Distribution(name="single", version="1.0", location=str(site), dist_info=str(info), origin="index")
    assert contents(distribution, tmp_path)["single.py"] == b"x = 1\n"
    assert repack(distribution, Store(tmp_path / "store"))[1] == (
        "nothing lists its files, so programs and data may be missing",
    )


def test_a_development_install_is_a_path_to_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "src"
    info = egg_info(folder, "dev", PKG__INFO="Name: dev\nVersion: 1.0\n")
    distribution = Distribution(name="dev", version="1.0", location=str(folder), dist_info=str(info), origin="editable")
    assert is_development_install(distribution)
    assert f"{folder}\n".encode() == contents(distribution, tmp_path)["__editable__.dev-1.0.pth"]


def test_a_distribution_that_is_gone_is_an_error(tmp_path: Path) -> None:
    site = site_of(tmp_path)
    distribution = Distribution(
        name="gone", version="1", location=str(site), dist_info=str(site / "gone-1.dist-info"), origin="index"
    )
    with pytest.raises(ResolveError, match="gone is gone"):
        repack(distribution, Store(tmp_path / "store"))
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []
