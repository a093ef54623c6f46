"""Small source distributions for tests."""

from __future__ import annotations

import gzip
import io
import tarfile
from collections.abc import Mapping

SETUP = """
from setuptools import setup
setup(name={name!r}, version={version!r}, py_modules=[{name!r}])
"""


def make_sdist(name: str, version: str, files: Mapping[str, str] | None = None, top: str | None = None) -> bytes:
    """Return a `.tar.gz` with these files in its folder; without any, those of a project with one module."""
    plain = {"setup.py": SETUP.format(name=name, version=version), f"{name}.py": "ANSWER = 42\n"}
    folder = f"{name}-{version}" if top is None else top
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for path, text in (plain if files is None else files).items():
            add(archive, f"{folder}/{path}", text.encode())
    return gzip.compress(target.getvalue(), mtime=0)


def add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    """Add a file."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o644
    archive.addfile(member, io.BytesIO(data))
