"""What is installed, where it came from, and whether it still is what was installed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from reproof.recorder.distributions import find_installed, imported_from, owners_of, requests, unclear
from reproof.recorder.hashing import Hasher
from reproof.recorder.installed import Use
from reproof.recorder.record import record_identity


def encoded(content: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).decode().rstrip("=")
    return f"sha256={digest},{len(content)}"


def install(
    site: Path, files: dict[str, str], name: str = "Some_Thing", direct_url: dict[str, Any] | None = None
) -> Path:
    """Install a distribution as pip would, and return its dist-info."""
    info = site / f"{name}-1.0.dist-info"
    metadata = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n\nName: not-a-header\n",
        "WHEEL": "Wheel-Version: 1.0\nTag: py2-none-any\nTag: py3-none-any\n",
        "INSTALLER": "pip\n",
    }
    if direct_url is not None:
        metadata["direct_url.json"] = json.dumps(direct_url)
    written = {**files, **{f"{info.name}/{key}": text for key, text in metadata.items()}}
    for path, text in written.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text)
    lines = [f"{path},{encoded(text)}" for path, text in written.items()]
    (info / "RECORD").write_text("\n".join([*lines, f"{info.name}/RECORD,,", "thing/__pycache__/a.pyc,,", ""]))
    return info


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "lib" / "site-packages"
    folder.mkdir(parents=True)
    return folder


def describe(site: Path, *loaded: str, owner: str | None = None) -> dict[str, Any]:
    use = Use({str(site / path) for path in loaded}, bool(loaded), owner)
    return find_installed([str(site)])[0].describe(use, None, Hasher())


def test_a_distribution_is_described_by_its_own_metadata(site: Path) -> None:
    info = install(site, {"thing/a.py": "a = 1\n"})
    assert describe(site, "thing/a.py") == {
        "name": "Some_Thing",
        "version": "1.0",
        "location": str(site),
        "dist_info": str(info),
        "origin": "index",
        "installer": "pip",
        "direct_url": None,
        "tags": ["py2-none-any", "py3-none-any"],
        "record": record_identity((info / "RECORD").read_text()),
        "modified": [],
        "loaded": 1,
        "imported": True,
        "requested": None,
        "commit": None,
        "build": None,
        "owner": None,
    }


@pytest.mark.parametrize(
    ("direct_url", "origin", "commit"),
    [
        ({"url": "file:///src", "dir_info": {"editable": True}}, "editable", None),
        ({"url": "file:///src", "dir_info": {}}, "local", None),
        ({"url": "https://host/x.git", "vcs_info": {"vcs": "git", "commit_id": "4f1c"}}, "vcs", "4f1c"),
        ({"url": "file:///x.whl", "archive_info": {}}, "archive", None),
    ],
)
def test_where_it_came_from_is_what_pip_wrote_down(
    site: Path, direct_url: dict[str, Any], origin: str, commit: str | None
) -> None:
    install(site, {}, direct_url=direct_url)
    described = describe(site)
    assert (described["origin"], described["direct_url"], described["commit"]) == (origin, direct_url["url"], commit)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"url": 1}', '{"url": "x", "dir_info": [], "vcs_info": 1}', "\ud800"])
def test_a_damaged_note_of_where_it_came_from_says_nothing(site: Path, text: str) -> None:
    info = install(site, {})
    (info / "direct_url.json").write_bytes(text.encode("utf-8", "surrogatepass"))
    assert describe(site)["commit"] is None


def test_what_dpkg_owns_comes_from_the_distro_and_is_not_checked_against_record(site: Path) -> None:
    install(site, {"thing/a.py": "a = 1\n"})
    (site / "thing/a.py").write_text("a = 1000\n")
    described = describe(site, owner="deb:python3-thing")
    assert (described["origin"], described["owner"], described["modified"]) == ("distro", "deb:python3-thing", [])


def test_files_that_are_missing_longer_or_otherwise_are_named(site: Path) -> None:
    install(site, {f"thing/{name}.py": "a = 1\n" for name in ("same", "gone", "longer", "used", "unused")})
    (site / "thing/gone.py").unlink()
    (site / "thing/longer.py").write_text("a = 1000\n")
    for name in ("used", "unused"):
        (site / f"thing/{name}.py").write_text("a = 2\n")
    modified = describe(site, "thing/same.py", "thing/used.py")["modified"]
    assert modified == ["thing/gone.py", "thing/longer.py", "thing/used.py"]


def test_the_first_of_a_name_on_the_path_counts(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "more" / "site-packages"
    install(site, {}, name="some-thing")
    install(other, {}, name="Some.Thing")
    assert [found.location for found in find_installed([str(other), str(site), "/no/such/folder"])] == [str(other)]


def test_development_mode_of_old_is_editable_and_a_leftover_is_not_installed(site: Path, tmp_path: Path) -> None:
    for name in ("linked", "leftover"):
        info = tmp_path / name / f"{name}.egg-info"
        info.mkdir(parents=True)
        (info / "PKG-INFO").write_text(f"Name: {name}\nVersion: 2\n")
    (site / "linked.egg-link").write_text(f"{tmp_path}/linked\n.")
    found = find_installed([str(tmp_path / "leftover"), str(site), str(tmp_path / "linked")])
    described = [installed.describe(Use(set(), False), None, Hasher()) for installed in found]
    assert [(one["name"], one["origin"], one["direct_url"]) for one in described] == [
        ("linked", "editable", f"file://{tmp_path}/linked")
    ]


def test_a_file_belongs_to_the_distribution_that_lists_it_by_its_real_path_too(site: Path, tmp_path: Path) -> None:
    install(site, {"thing/a.py": "", "../../bin/tool": ""})
    (tmp_path / "link").symlink_to(site.parent)
    seen = tmp_path / "link" / "site-packages"
    asked = {str(seen / "thing/a.py"), str(site / "thing/a.py"), str(site / "thing/b.py")}
    owners = owners_of(find_installed([str(seen)]), asked)
    assert owners == {str(seen / "thing/a.py"): "some-thing", str(site / "thing/a.py"): "some-thing"}
    tool = str(tmp_path / "bin" / "tool")
    assert owners_of(find_installed([str(site)]), {tool}) == {tool: "some-thing"}


FINDERS = {
    "__editable___thing_1_0_finder.py": "MAPPING: dict[str, str] = {{'new': '{source}/thing'}}\nNAMESPACES = {{}}\n",
    "_editable_impl_thing.py": "from editables.redirector import RedirectingFinder as F\nF.install()\n"
    "F.map_module('thing', '{source}/thing/__init__.py')",
    "_editable_skbc_thing.py": "install({{'thing': '{source}/thing/__init__.py'}}, {{}}, ['thing'], None)",
    "thing.pth": "{source}\n",
    "_thing_editable_loader.py": "finder = MesonpyMetaFinder('thing', {{'thing'}}, '{source}/build', ['/bin/ninja'])\n",
}
"""What setuptools, pdm-backend, scikit-build-core, hatchling and meson-python left of a project in tests with each."""


@pytest.mark.parametrize("finder", FINDERS)
def test_an_editable_project_is_imported_when_a_file_of_its_working_folder_is(
    site: Path, tmp_path: Path, finder: str
) -> None:
    source = tmp_path / "work" / "src"
    (source / "thing").mkdir(parents=True)
    (source / "build").mkdir()
    (source / "thing" / "__init__.py").touch()
    direct = {"url": f"file://{source}", "dir_info": {"editable": True}}
    pth = {f"__editable__.{finder[:-3]}.pth": f"import {finder[:-3]}\n"} if finder.endswith(".py") else {}
    install(site, {finder: FINDERS[finder].format(source=source), **pth}, direct_url=direct)
    (installed,) = find_installed([str(site)])
    assert imported_from(installed, {str(source / "thing" / "__init__.py")}, set())
    assert not imported_from(installed, {str(tmp_path / "work" / "train.py"), "/usr/lib/python3/x.py"}, set())
    assert describe(site)["origin"] == "editable"


def test_a_pointer_without_a_note_of_its_origin_is_editable_too(site: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    install(site, {"some_thing.pth": f"{tmp_path}/work\nimport os\n/no/such/folder\n", "../../bin/tool": ""})
    described = describe(site)
    assert (described["origin"], described["direct_url"]) == ("editable", f"file://{tmp_path}/work")


def test_a_package_that_brings_a_pointer_and_modules_is_not_editable(site: Path, tmp_path: Path) -> None:
    install(site, {"thing.pth": "import thing.hook\n", "thing/hook.py": ""})
    assert describe(site)["origin"] == "index"


def test_a_finder_that_is_no_python_points_nowhere(site: Path) -> None:
    install(site, {"__editable___thing_1_0_finder.py": "MAPPING = {'a': '/', \n"})
    (installed,) = find_installed([str(site)])
    assert installed.working_folders() == set()


def test_what_was_asked_for_is_told_from_what_came_along_where_pip_tells(site: Path, tmp_path: Path) -> None:
    for name in ("asked", "brought"):
        install(site, {}, name=name)
    (site / "asked-1.0.dist-info" / "REQUESTED").touch()
    info = install(site, {}, name="by_uv")
    (info / "INSTALLER").write_text("uv")
    (info / "REQUESTED").touch()
    old = tmp_path / "old" / "site-packages"
    install(old, {}, name="unknown")
    assert requests(find_installed([str(site), str(old)])) == {
        "asked": True, "brought": False, "by-uv": None, "unknown": None,
    }  # fmt: skip


def test_without_record_the_top_level_names_tell_the_files(site: Path) -> None:
    info = install(site, {"thing/a.py": "", "single.py": ""})
    (info / "RECORD").unlink()
    (info / "top_level.txt").write_text("thing\nsingle\ngone\n")
    found = find_installed([str(site)])
    asked = {str(site / name) for name in ("thing/a.py", "single.py", "other/b.py", "thing2.py")}
    owners = {str(site / "thing/a.py"): "some-thing", str(site / "single.py"): "some-thing"}
    assert owners_of(found, asked) == owners
    assert [gap["why"] for gap in unclear(found, {"some-thing"})] == ["nothing lists its files"]
    assert unclear(found, set()) == []
    assert describe(site, "thing/a.py")["record"] is None


def test_a_distutils_egg_is_one_file_and_pip_lists_the_files_of_setuptools_ones(site: Path) -> None:
    (site / "plain-2.1.egg-info").write_text("Metadata-Version: 1.1\nName: plain\nVersion: 2.1\n")
    (site / "listed-3-py3.11.egg-info").mkdir()
    (site / "listed-3-py3.11.egg-info/PKG-INFO").write_text("Name: listed\nVersion: 3\n")
    (site / "listed-3-py3.11.egg-info/installed-files.txt").write_text("../listed/__init__.py\nPKG-INFO\n")
    found = find_installed([str(site)])
    assert [(one.name, one.version) for one in found] == [("listed", "3"), ("plain", "2.1")]
    path = str(site / "listed/__init__.py")
    assert owners_of(found, {path}) == {path: "listed"}


def test_an_egg_is_a_distribution_zipped_or_not(tmp_path: Path) -> None:
    zipped, folder = tmp_path / "zipped-1.0-py3.11.egg", tmp_path / "folder-2.0-py3.11.egg"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("EGG-INFO/PKG-INFO", "Name: zipped\nVersion: 1.0\n")
        archive.writestr("zipped.py", "")
    (folder / "EGG-INFO").mkdir(parents=True)
    (folder / "EGG-INFO/PKG-INFO").write_text("Name: folder\nVersion: 2.0\n")
    (folder / "EGG-INFO/top_level.txt").write_text("module\n")
    (folder / "module.py").touch()
    found = find_installed([str(zipped), str(folder)])
    assert [(one.name, one.version) for one in found] == [("folder", "2.0"), ("zipped", "1.0")]
    assert owners_of(found, {str(zipped), str(folder / "module.py")}) == {
        str(zipped): "zipped", str(folder / "module.py"): "folder",
    }  # fmt: skip


def test_an_egg_that_cannot_be_read_has_the_name_of_its_file(tmp_path: Path) -> None:
    egg = tmp_path / "broken-1.5-py3.8.egg"
    egg.write_bytes(b"PK not really")
    (found,) = find_installed([str(egg)])
    assert (found.name, found.version) == ("broken", "1.5")
    assert [gap["why"] for gap in unclear([found], {"broken"})] == [
        "its metadata cannot be read; nothing lists its files"
    ]


def test_metadata_that_is_gone_leaves_the_name_of_its_folder_and_a_gap_if_it_was_used(site: Path) -> None:
    info = install(site, {"thing/a.py": ""})
    (info / "METADATA").unlink()
    found = find_installed([str(site)])
    assert [(one.name, one.version) for one in found] == [("Some_Thing", "1.0")]
    assert [gap["what"] for gap in unclear(found, {"some-thing"})] == ["whether Some_Thing 1.0 is as it was installed"]


def test_of_two_that_were_left_in_one_folder_the_last_one_counts(site: Path) -> None:
    first = install(site, {"thing/a.py": ""})
    second = site / "some_thing-0.9.dist-info"
    second.mkdir()
    (second / "METADATA").write_text("Name: some-thing\nVersion: 0.9\n")
    (second / "RECORD").write_text("thing/a.py,,\n")
    for position, info in enumerate((second, first)):
        os.utime(info, (position, position))
    found = find_installed([str(site)])
    assert [one.version for one in found] == ["1.0"]
    assert [gap["why"] for gap in unclear(found, {"some-thing"})] == ["its folder also has the metadata of 0.9"]


def test_what_is_left_of_a_removal_is_not_installed(site: Path) -> None:
    install(site, {}, name="~ome_thing")
    (site / "empty.dist-info").mkdir()
    assert find_installed([str(site)]) == []


@pytest.mark.parametrize(
    "record",
    [
        b"thing/a.py,sha256=!,6\n",
        b"thing/\xff.py,sha256=AAAA,1\nthing/a.py,,\n",
        b"\x00,\x00,\x00\n",
        b'"thing/a.py,,\n',
    ],
    ids=["no hash", "no text", "zeros", "an open quote"],
)
def test_a_damaged_record_stops_nothing(site: Path, record: bytes) -> None:
    info = install(site, {"thing/a.py": "a = 1\n"})
    (info / "RECORD").write_bytes(record)
    assert describe(site, "thing/a.py")["loaded"] == 1
    owners_of(find_installed([str(site)]), {str(site / "thing/a.py")})
