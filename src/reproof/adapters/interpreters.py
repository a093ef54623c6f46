"""Finds the interpreters of this machine: those of pyenv and uv, the distribution's, and what is on the PATH.

Each is asked for its version, isolated: nothing of a project, of site-packages or of PYTHONPATH is imported.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from reproof.adapters.process import ask
from reproof.errors import ResolveError
from reproof.model.environment import Interpreter, SystemPackage
from reproof.recorder.command import LaunchError
from reproof.recorder.survey import NoPython, survey

PROBE = """
import sys
def has(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True
parts = ("zlib", "bz2", "lzma", "ctypes", "sqlite3", "ssl")
print(repr({
    "version": ".".join(str(part) for part in sys.version_info[:3]),
    "stable": sys.version_info[3] == "final",
    "implementation": getattr(getattr(sys, "implementation", None), "name", "cpython"),
    "prefix": getattr(sys, "base_prefix", sys.prefix),
    "missing": [part for part in parts if not has(part)],
}))
"""
"""Plain Python 2.7 and later. The parts are those that a Python built without a library's headers lacks."""
NAME = re.compile(r"python\d(\.\d+)?")
TIMEOUT_S = 30.0
PROBES_AT_ONCE = 8

Origin = Literal["pyenv", "uv", "distribution", "path"]


@dataclass(frozen=True, slots=True)
class FoundPython:
    """An interpreter that answered. `executable` is no link of an environment: it is the base interpreter."""

    executable: str
    version: str
    implementation: str
    prefix: str
    origin: Origin
    stable: bool = True
    missing: tuple[str, ...] = ()
    """Parts of the standard library that it was built without."""


def find_interpreters(environ: Mapping[str, str]) -> tuple[FoundPython, ...]:
    """Return the interpreters of this machine that answer, each once, in the order in which they are looked for."""
    every = dict(reversed([(os.path.realpath(path), (path, origin)) for path, origin in candidates(environ)]))
    with ThreadPoolExecutor(PROBES_AT_ONCE) as pool:
        answers = pool.map(probe, (path for path, _ in every.values()))
    found = zip(answers, (origin for _, origin in every.values()), strict=True)
    return tuple(made for facts, origin in reversed(list(found)) if (made := understood(facts, origin)))


def candidates(environ: Mapping[str, str]) -> Iterator[tuple[str, Origin]]:
    """Yield programs that may be interpreters: installed versions first, then what is on the PATH."""
    home = Path(environ.get("HOME") or Path.home())
    data = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    pyenv = Path(environ.get("PYENV_ROOT") or home / ".pyenv") / "versions"
    uv = Path(environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    yield from ((path, "pyenv") for path in programs(sorted(pyenv.glob("*/bin"))))
    yield from ((path, "uv") for path in programs(sorted(uv.glob("*/bin"))))
    yield from ((path, "distribution") for path in programs((Path("/usr/bin"),)))
    folders = (Path(entry) for entry in environ.get("PATH", os.defpath).split(":") if entry.startswith("/"))
    yield from ((path, "path") for path in programs((Path("/usr/local/bin"), *folders)))


def programs(folders: Iterable[Path]) -> Iterator[str]:
    """Yield the files named `python3` or `python3.8` in folders that are programs, and no scripts such as shims."""
    for folder in folders:
        try:
            named = sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name))
        except OSError:
            continue
        yield from (str(path) for path in named if is_program(path))


def is_program(path: Path) -> bool:
    """Say whether a file can be executed and is no script."""
    try:
        with path.open("rb") as handle:
            return handle.read(2) != b"#!" and os.access(path, os.X_OK)
    except OSError:
        return False


def probe(path: str) -> dict[str, object]:
    """Return what an interpreter says of itself; nothing if it does not answer. `-I` is unknown to Python 2."""
    done = ask((path, "-E", "-s", "-S", "-c", PROBE), cwd=Path("/"), timeout=TIMEOUT_S)
    try:
        facts = ast.literal_eval(done.stdout.decode())
    except (ValueError, SyntaxError):
        return {}
    return facts if isinstance(facts, dict) else {}


def understood(facts: Mapping[str, object], origin: Origin) -> FoundPython | None:
    """Return the base interpreter that a probe told of; None if it did not answer or is not where it says it is."""
    version, prefix = str(facts.get("version", "")), str(facts.get("prefix", ""))
    missing = facts.get("missing", ())
    executable = Path(prefix) / "bin" / f"python{'.'.join(version.split('.')[:2])}"
    if not version or not is_program(executable):
        return None
    return FoundPython(
        executable=str(executable),
        version=version,
        implementation=str(facts["implementation"]),
        prefix=prefix,
        origin="distribution" if prefix == "/usr" else origin,
        stable=bool(facts.get("stable")),
        missing=tuple(map(str, missing)) if isinstance(missing, list) else (),
    )


def describe(
    executable: str, venv: str, folder: Path, environ: Mapping[str, str]
) -> tuple[Interpreter, tuple[SystemPackage, ...]]:
    """Return an interpreter as it will be in a virtual environment that is yet to be made at `venv`, and the system
    packages that own what it links to. `folder` is for what is made on the way.

    Raises:
        ResolveError: it does not answer any more.
    """
    try:
        recording = survey([executable], "/", environ, str(folder / "survey"))
    except (LaunchError, NoPython) as error:
        raise ResolveError(str(error), "install it again, or choose another with --python") from error
    base = Interpreter(**recording["interpreter"])
    minor = ".".join(base.version.split(".")[:2])
    site = f"{venv}/lib/python{minor}/site-packages"
    python = base.model_copy(
        update={"executable": f"{venv}/bin/python", "prefix": venv, "purelib": site, "platlib": site}
    )
    packages = tuple(SystemPackage(**package) for package in recording["system"]["packages"])
    if base.owner is None:
        return python, packages
    # Its standard library is in packages beside the one of the program; this one brings them all.
    whole = SystemPackage(name=f"python{minor}", version="", architecture="")
    return python, (*packages, whole)
