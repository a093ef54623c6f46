"""What is installed, where it came from, and whether it still is what was installed."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from reproof.recorder.distributions import find_installed, owners_of
from reproof.recorder.hashing import Hasher
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


def describe(site: Path, loaded: set[str] = frozenset(), owner: str | None = None) -> dict[str, Any]:  # type: ignore[assignment]
    return find_installed([str(site)])[0].describe(owner, {str(site / path) for path in loaded}, Hasher())


def test_a_distribution_is_described_by_its_own_metadata(site: Path) -> None:
    info = install(site, {"thing/a.py": "a = 1\n"})
    assert describe(site, {"thing/a.py"}) == {
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
        "owner": None,
    }


@pytest.mark.parametrize(
    ("direct_url", "origin"),
    [
        ({"url": "file:///src", "dir_info": {"editable": True}}, "editable"),
        ({"url": "file:///src", "dir_info": {}}, "local"),
        ({"url": "https://host/x.git", "vcs_info": {"vcs": "git", "commit_id": "1"}}, "vcs"),
        ({"url": "file:///x.whl", "archive_info": {}}, "archive"),
    ],
)
def test_where_it_came_from_is_what_pip_wrote_down(site: Path, direct_url: dict[str, Any], origin: str) -> None:
    install(site, {}, direct_url=direct_url)
    described = describe(site)
    assert (described["origin"], described["direct_url"]) == (origin, direct_url["url"])


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
    modified = describe(site, {"thing/same.py", "thing/used.py"})["modified"]
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
    described = [installed.describe(None, set(), Hasher()) for installed in found]
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
