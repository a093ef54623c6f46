"""Where the bench works: its folder, the interpreters of this machine, and the one index that all tools are given."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from uv import find_uv_bin

from reproof.adapters.interpreters import FoundPython, find_interpreters
from reproof.adapters.pip_config import read_pip_config
from resolve_bench.process import run

ROOM_BYTES = 10 << 30
"""With less room than this the cache of installed wheels is emptied; CUDA builds of PyTorch are gigabytes each."""
OLDEST_FOR_PIP_TOOLS = (3, 10)
"""The oldest Python that a pip with `--uploaded-prior-to` runs on."""
DROPPED = ("PIP_", "UV_", "VIRTUAL_ENV", "PYTHON", "CONDA")


@dataclass(frozen=True)
class Workplace:
    """`folder` holds results and caches. Everything else is looked up once."""

    folder: Path

    @cached_property
    def uv(self) -> str:
        """The path of uv."""
        return find_uv_bin()

    @cached_property
    def pythons(self) -> Mapping[str, FoundPython]:
        """The interpreter to take for each minor version: a complete one, the newest patch."""
        found = [one for one in find_interpreters(os.environ) if one.implementation == "cpython" and one.stable]
        found.sort(key=lambda one: (not one.missing, tuple(map(int, one.version.split(".")))))
        return {".".join(one.version.split(".")[:2]): one for one in found}

    @cached_property
    def environ(self) -> dict[str, str]:
        """The environment of all tools: of all places in pip's configuration the main index alone.

        Folders and extra indexes without upload times would let newer releases in, which no option can keep out.
        """
        config = read_pip_config(os.environ)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(DROPPED)}
        index = config.indexes[0]
        certificates = {"SSL_CERT_FILE": config.cert, "PIP_CERT": config.cert} if config.cert else {}
        places = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": index, "UV_DEFAULT_INDEX": index}
        return {**kept, **certificates, **places, "UV_NO_CONFIG": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}

    @property
    def installed_wheels(self) -> Path:
        """uv's cache that environments are linked from."""
        return self.folder / "wheels"

    def pip_tools_python(self, minor: str) -> Path:
        """Return the interpreter of an environment with pip-tools: the target's version or the oldest that can."""
        wanted = max(tuple(map(int, minor.split("."))), OLDEST_FOR_PIP_TOOLS)
        name = ".".join(map(str, wanted))
        folder = self.folder / f"pip-tools-{name}"
        python = folder / "bin" / "python"
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            packages = [f"{one}=={version(one)}" for one in ("pip", "pip-tools")]
            self._must(["venv", "--no-project", "--python", self.pythons[name].executable, folder])
            self._must(["pip", "install", "--python", python, "setuptools", "wheel", *packages])
            (folder / "ready").touch()
        return python

    def tidy(self) -> None:
        """Empty the cache of installed wheels once the disk gets full, unless it is in use just then."""
        if shutil.disk_usage(self.folder).free < ROOM_BYTES and self.installed_wheels.exists():
            words = [self.uv, "cache", "clean", "--cache-dir", self.installed_wheels]
            run(words, {**self.environ, "UV_LOCK_TIMEOUT": "5"}, 600)

    def _must(self, words: list[str | Path]) -> None:
        if failure := run([self.uv, *words], self.environ, 600).failure:
            raise SystemExit(f"uv {words[0]} failed: {failure}")
