"""What conda's records say of packages, files and channels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reproof.recorder.conda import CondaPackage, conda_owners, conda_packages
from reproof.recorder.distributions import find_installed
from reproof.recorder.hashing import Hasher
from reproof.recorder.installed import Use
from tests.recorder.conda_prefix import install

SITE = "lib/python3.11/site-packages"


NUMPY = {
    f"{SITE}/numpy/__init__.py": "a = 1\n",
    f"{SITE}/numpy/__config__.py": "prefix = '/env'\n",
    f"{SITE}/numpy-1.26.4.dist-info/METADATA": "Metadata-Version: 2.1\nName: numpy\nVersion: 1.26.4\n",
    f"{SITE}/numpy-1.26.4.dist-info/INSTALLER": "conda\n",
    f"{SITE}/numpy-1.26.4.dist-info/RECORD": "numpy/__init__.py,sha256=AAAA,6\nnumpy/old.py,sha256=AAAA,6\n",
}


def only(prefix: Path) -> CondaPackage:
    (package,) = conda_packages([str(prefix)])
    return package


def test_a_package_has_its_build_with_channel_and_platform(tmp_path: Path) -> None:
    install(tmp_path, "libopenblas", {"lib/libopenblasp-r0.3.25.so": "\x7fELF"})
    package = only(tmp_path)
    assert package.describe() == {
        "name": "libopenblas",
        "version": "1.26.4",
        "architecture": "linux-64",
        "manager": "conda",
        "build": "conda-forge/linux-64:py311h64a7726_0",
    }


@pytest.mark.parametrize(
    ("channel", "build"),
    [
        ("https://channels.example/pkgs/main/linux-64", "pkgs/main/linux-64:b"),
        ("https://user:word@channels.example/t/tk-1234-abcd/private/linux-64", "private/linux-64:b"),
        ("conda-forge", "conda-forge/linux-64:b"),
        ("<unknown>", "linux-64:b"),
        (None, "linux-64:b"),
    ],
)
def test_a_channel_is_named_without_server_and_token(tmp_path: Path, channel: str | None, build: str) -> None:
    install(tmp_path, "x", {}, channel=channel, build="b")
    assert only(tmp_path).build == build


@pytest.mark.parametrize(
    ("fields", "requested"),
    [
        ({"requested_spec": "numpy"}, True),
        ({"requested_specs": ["numpy >=1"], "requested_spec": None}, True),
        ({"requested_spec": "None"}, False),
        ({"requested_specs": []}, False),
    ],
)
def test_who_was_asked_for_has_a_specification(tmp_path: Path, fields: dict[str, Any], requested: bool) -> None:
    install(tmp_path, "numpy", {}, **fields)
    assert only(tmp_path).requested is requested


def test_a_record_that_does_not_say_who_was_asked_for_says_nothing(tmp_path: Path) -> None:
    path = install(tmp_path, "numpy", {})
    record = json.loads(path.read_text())
    del record["requested_spec"]
    path.write_text(json.dumps(record))
    assert only(tmp_path).requested is None


def test_a_file_belongs_to_its_package_by_its_real_path_too(tmp_path: Path) -> None:
    prefix = tmp_path / "env"
    install(prefix, "python", {"bin/python3.11": "\x7fELF", "lib/libz.so.1": ""})
    (tmp_path / "link").symlink_to(prefix)
    asked = {str(prefix / "bin/python3.11"), str(tmp_path / "link/lib/libz.so.1"), "/usr/bin/env"}
    owners = conda_owners(conda_packages([str(prefix)]), asked)
    assert {path: package.name for path, package in owners.items()} == {
        str(prefix / "bin/python3.11"): "python",
        str(tmp_path / "link/lib/libz.so.1"): "python",
    }


def described(prefix: Path, loaded: set[str]) -> dict[str, Any]:
    (found,) = find_installed([str(prefix / SITE)], conda_packages([str(prefix)]))
    return found.describe(Use({str(prefix / path) for path in loaded}, bool(loaded)), None, Hasher())


def test_a_python_package_of_condas_is_checked_by_condas_hashes_and_not_by_record(tmp_path: Path) -> None:
    install(tmp_path, "numpy", NUMPY)
    found = described(tmp_path, {f"{SITE}/numpy/__init__.py"})
    assert (found["origin"], found["build"]) == ("conda", "conda-forge/linux-64:py311h64a7726_0")
    assert (found["installer"], found["requested"], found["modified"]) == ("conda", False, [])


def test_a_file_that_was_changed_since_is_named(tmp_path: Path) -> None:
    install(tmp_path, "numpy", NUMPY)
    (tmp_path / SITE / "numpy/__init__.py").write_text("a = 2\n")
    (tmp_path / SITE / "numpy/__config__.py").unlink()
    found = described(tmp_path, {f"{SITE}/numpy/__init__.py"})
    assert found["modified"] == ["numpy/__config__.py", "numpy/__init__.py"]


def test_a_file_with_the_prefix_in_it_has_no_hash_but_that_of_what_was_written(tmp_path: Path) -> None:
    path = install(tmp_path, "numpy", {"bin/f2py": "#!/env/bin/python\n"})
    record = json.loads(path.read_text())
    (entry,) = record["paths_data"]["paths"]
    entry.update(sha256="0" * 64, prefix_placeholder="/placehold", file_mode="text")
    del entry["sha256_in_prefix"]
    path.write_text(json.dumps(record))
    assert only(tmp_path).files == {str(tmp_path / "bin/f2py"): None}


def test_what_pip_installed_over_it_is_pips(tmp_path: Path) -> None:
    install(tmp_path, "numpy", NUMPY)
    (tmp_path / SITE / "numpy-1.26.4.dist-info").rename(tmp_path / SITE / "numpy-2.0.0.dist-info")
    (tmp_path / SITE / "numpy-2.0.0.dist-info/INSTALLER").write_text("pip\n")
    found = described(tmp_path, set())
    assert (found["origin"], found["build"]) == ("index", None)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"name": 1}', '{"name": "x", "files": {"a": 1}, "paths_data": []}', "\udcff", "[" * 100000]
)
def test_a_damaged_record_is_passed_over(tmp_path: Path, text: str) -> None:
    install(tmp_path, "whole", {"lib/a": ""})
    (tmp_path / "conda-meta/damaged.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert "whole" in [package.name for package in conda_packages([str(tmp_path), "/no/such/prefix"])]
