"""What a source distribution says about how it is built, read from the archive without unpacking or running it."""

from __future__ import annotations

import tarfile
import tomllib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from reproof.build.setup_script import setup_words
from reproof.build.source_files import DAMAGED, check_member, opened
from reproof.errors import BuildError

LEGACY = ("setuptools", "wheel")
"""What a project needs that says nothing: PEP 517 has such projects built by setuptools."""


@dataclass(frozen=True, slots=True)
class Source:
    """How to build a project: `backend` is None where `setup.py` has to be run as installers ran it before PEP 517."""

    folder: str
    """The one folder that the archive unpacks to."""
    requires: tuple[str, ...]
    backend: str | None = None
    backend_path: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    """Modules that `setup.py` imports before it can be asked anything, its own left out."""


def read_source(path: Path, name: str) -> Source:
    """Return what a source archive says about its build; `name` is how messages call it.

    Raises:
        BuildError: the archive is damaged, leads out of its folder, or holds no Python project.
    """
    try:
        with opened(path, name) as archive:
            members = {member: check_member(member, name) for member in archive.names()}
            folder = _top(members, name)
            files = {str(PurePosixPath(member).relative_to(folder)) for member in members}
            pyproject = _toml(archive.read(f"{folder}/pyproject.toml"), name) if "pyproject.toml" in files else {}
            setup = archive.read(f"{folder}/setup.py") if "setup.py" in files else b""
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise BuildError(f"the source distribution {name} cannot be read: {error}", DAMAGED) from error
    return describe(folder, pyproject, setup, files, name)


def describe(folder: str, pyproject: dict[str, Any], setup: bytes, files: set[str], name: str) -> Source:
    """Return how to build a project from its two files. Raises BuildError: it has neither."""
    system = _build_system(pyproject, name)
    backend = system.get("build-backend")
    if backend is None and "setup.py" not in files and "setup.cfg" not in files and not pyproject:
        raise BuildError(f"{name} holds no Python project: neither pyproject.toml nor setup.py", DAMAGED)
    if backend is None and "setup.py" not in files:
        backend = "setuptools.build_meta"
    requires = tuple(system.get("requires", LEGACY))
    said = setup_words(setup)
    local = {file.partition("/")[0].removesuffix(".py") for file in files}
    return Source(
        folder=folder,
        requires=tuple(dict.fromkeys((*requires, *said.requires))),
        backend=backend,
        backend_path=tuple(system.get("backend-path", ())),
        imports=tuple(module for module in said.imports if module not in local),
    )


def _top(members: dict[str, str], name: str) -> str:
    tops = {PurePosixPath(member).parts[0] for member in members}
    if len(tops) != 1:
        raise BuildError(f"the source distribution {name} does not unpack to one folder: {sorted(tops)[:3]}", DAMAGED)
    return tops.pop()


def _toml(text: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BuildError(f"the pyproject.toml of {name} cannot be read: {error}", DAMAGED) from error


def _build_system(pyproject: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the table of PEP 518. Raises BuildError: it has another form."""
    system = pyproject.get("build-system", {})
    lists = [system.get(key, []) for key in ("requires", "backend-path")] if isinstance(system, dict) else [None]
    fits = all(isinstance(found, list) and all(isinstance(one, str) for one in found) for found in lists)
    if not fits or not isinstance(system.get("build-backend", ""), str):
        raise BuildError(f"build-system in the pyproject.toml of {name} has not the form of PEP 518", DAMAGED)
    return dict(system)
