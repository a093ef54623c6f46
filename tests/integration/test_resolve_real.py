"""A real environment, the index that pip is configured with here, and pip itself to install what was carried."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reproof.adapters.index import Index
from reproof.adapters.pip_config import PipConfig, read_pip_config
from reproof.model.snapshot import Distribution
from reproof.progress import Progress
from reproof.recorder.distributions import find_installed
from reproof.recorder.hashing import Hasher
from reproof.recorder.installed import Use
from reproof.resolve.packages import resolve_packages
from reproof.store.store import Store

PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "{name}"
version = "0.3"
[project.scripts]
{name}-go = "{name}:go"
[tool.setuptools]
script-files = ["tool.py"]
[tool.setuptools.data-files]
"share/{name}" = ["data.txt"]
"""


@pytest.fixture(scope="module")
def venv(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An environment with packages from the index, from a folder, and in editable mode."""
    folder = tmp_path_factory.mktemp("env")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    for name in ("tabler", "edits"):
        project = folder / name
        (project / name).mkdir(parents=True)
        (project / "pyproject.toml").write_text(PROJECT.format(name=name))
        (project / name / "__init__.py").write_text(f"def go():\n    print('{name} goes')\n")
        (project / "tool.py").write_text("#!/usr/bin/env python\nprint('tool runs')\n")
        (project / "data.txt").write_text("data\n")
    pip(venv, "numpy", "click", "PyYAML", str(folder / "tabler"), "-e", str(folder / "edits"))
    yield venv


def pip(venv: Path, *words: str, environ: dict[str, str] | None = None) -> None:
    command = [venv / "bin" / "python", "-m", "pip", "install", "-q", "--disable-pip-version-check", *words]
    subprocess.run(command, check=True, env=environ)


def installed(venv: Path) -> list[Distribution]:
    site = next(venv.glob("lib/python*/site-packages"))
    return [Distribution(**found.describe(Use(set(), False), None, Hasher())) for found in find_installed([str(site)])]


def files_of(venv: Path) -> dict[str, tuple[bytes, bool]]:
    """Return what packages put into an environment, its own path left out, and whether each is executable."""
    found = {}
    for path in venv.rglob("*"):
        name = path.relative_to(venv).as_posix()
        ignored = path.is_symlink() or not path.is_file() or "__pycache__" in name
        if not ignored and path.name not in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json", "pyvenv.cfg"):
            first, _, rest = path.read_bytes().partition(b"\n")
            script = first.startswith(b"#!") and b"python" in first
            found[name] = ((b"#!python\n" if script else first + b"\n") + rest, os.access(path, os.X_OK))
    return {name: value for name, value in found.items() if not name.startswith("bin/activate")}


def test_everything_ends_proven_or_carried_and_is_remembered(venv: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    with_index = Index(read_pip_config(os.environ, str(venv)), store.cache("artifacts"))
    pins, gaps = resolve_packages(installed(venv), with_index, store, Progress())
    confidence = {pin.name: pin.confidence for pin in pins}
    assert {"tabler", "edits"} == {name for name, how in confidence.items() if how == "vendored"}
    assert {"proven"} == {how for name, how in confidence.items() if name not in ("tabler", "edits")}
    assert gaps == ()
    artifacts = [pin.artifact for pin in pins if pin.artifact is not None and pin.artifact.url is not None]
    paths = with_index.fetch(artifacts, Progress())
    assert {artifact.digest for artifact in artifacts} == set(paths)
    without = Index(PipConfig(indexes=()), store.cache("artifacts"))
    assert (pins, gaps) == resolve_packages(installed(venv), without, store, Progress())


def test_carried_packages_install_with_pip_and_give_the_same_files(venv: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    offline = Index(PipConfig(indexes=()), store.cache("artifacts"))
    pins, gaps = resolve_packages(installed(venv), offline, store, Progress())
    assert ((), {"vendored"}) == (gaps, {pin.confidence for pin in pins})
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    lines = []
    for pin in pins:
        assert pin.artifact is not None
        (wheels / pin.artifact.filename).hardlink_to(store.blobs.path(pin.artifact.digest))
        lines.append(f"{pin.name}=={pin.version} --hash={pin.artifact.digest}\n")
    (tmp_path / "requirements.txt").write_text("".join(lines))
    again = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", again], check=True)
    options = ("--no-index", "--no-deps", "--require-hashes", "--force-reinstall", "--no-compile")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    pip(again, *options, "--find-links", str(wheels), "-r", str(tmp_path / "requirements.txt"), environ=bare)
    assert files_of(venv) == files_of(again)
    assert subprocess.check_output([again / "bin" / "edits-go"]) == b"edits goes\n"
    assert subprocess.check_output([again / "bin" / "tool.py"]) == b"tool runs\n"
    assert (again / "share" / "tabler" / "data.txt").read_text() == "data\n"
