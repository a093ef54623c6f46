"""Compiles the recorder's native parts into the package, for wheels and editable installs alike.

They are a library that is preloaded, and a program that supervises runs at level `complete`.

`python hatch_build.py` compiles it in place. Without a compiler the package is built without it, and runs are recorded
at the lower level `hooks`.
"""

from __future__ import annotations

import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NATIVE = Path(__file__).parent / "src" / "reproof" / "recorder" / "native"
LIBRARY = NATIVE / "shim.so"
SUPERVISOR = NATIVE / "supervisor"
MACHINES = ("x86_64", "aarch64")
FLAGS = ("-std=gnu11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-nonnull-compare")
LINKING = ("-Wl,-Bsymbolic-functions", "-Wl,-z,now", "-Wl,--no-as-needed", "-l:libdl.so.2")
"""Before libc 2.34 dlsym was in libdl; all later ones still have that file."""
FREESTANDING = (
    *("-std=gnu11", "-O2", "-Wall", "-Wextra", "-Wno-unused-function", "-ffreestanding", "-fno-stack-protector"),
    *("-fno-tree-loop-distribute-patterns", "-static", "-nostdlib", "-no-pie", "-fno-pie"),
)
"""The supervisor has no C library: one file for all distributions, which loads nothing that the user preloads."""
ON_ARM = ("-mno-outline-atomics",)
"""Else the compiler would call functions of its own library for atomic operations."""
OLDEST_LIBC = (2, 17)
"""That of manylinux2014 (PEP 599): what asks for no newer one can be loaded wherever pip takes that tag."""


def compile_native() -> str | None:
    """Compile the library and the supervisor; return why that could not be done, or None."""
    return compile_shim() or compile_supervisor()


def compile_shim(target: Path = LIBRARY, *flags: str) -> str | None:
    """Compile the preloaded library; return why that could not be done, or None."""
    return _compile(target, (*FLAGS, *flags), NATIVE / "shim.c", LINKING)


def compile_supervisor(target: Path = SUPERVISOR) -> str | None:
    """Compile the program that starts and supervises a run; return why that could not be done, or None."""
    flags = (*FREESTANDING, *(ON_ARM if platform.machine() == "aarch64" else ()))
    return _compile(target, flags, NATIVE / "supervisor.c", ())


def _compile(target: Path, flags: tuple[str, ...], source: Path, linking: tuple[str, ...]) -> str | None:
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if sys.platform != "linux" or platform.machine() not in MACHINES:
        return f"{sys.platform} on {platform.machine()} is not supported"
    if shutil.which(compiler[0]) is None:
        return f"there is no C compiler ({compiler[0]})"
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / target.name
        command = [*compiler, *flags, "-o", str(made), str(source), *linking]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f"the compiler failed: {done.stderr.strip()}"
        # Running processes may have the old one mapped: it is replaced, not changed.
        made.replace(target)
    return None


def newest_libc(program: bytes) -> tuple[int, int]:
    """Return the newest version of the C library that a compiled file asks for; (0, 0) if it needs none.

    The names of versions (`GLIBC_2.17`) are entries of its table of strings.
    """
    found = re.findall(rb"\0GLIBC_(\d+)\.(\d+)", program)
    return max(((int(major), int(minor)) for major, minor in found), default=(0, 0))


def wheel_tag(program: bytes) -> str:
    """Return the tag of a wheel with this compiled file: manylinux where that holds, else this machine's own."""
    platforms = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    if newest_libc(program) <= OLDEST_LIBC and platforms == f"linux_{platform.machine()}":
        platforms = ".".join(f"{name}_{platform.machine()}" for name in ("manylinux_2_17", "manylinux2014"))
    return f"py3-none-{platforms}"


class ShimHook(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled library to what is built."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a wheel that carries the library is of this machine's platform."""
        if self.target_name != "wheel":
            return
        problem = compile_shim()
        if problem is not None:
            self.app.display_warning(f"reproof is built without its native recorder: {problem}")
            LIBRARY.unlink(missing_ok=True)
            return
        problem = compile_supervisor()
        if problem is not None:
            self.app.display_warning(f"reproof is built without its level complete: {problem}")
            SUPERVISOR.unlink(missing_ok=True)
        if version == "standard":
            build_data["pure_python"] = False
            build_data["tag"] = wheel_tag(LIBRARY.read_bytes())
            build_data["artifacts"] += [f"/{made.relative_to(Path(self.root))}" for made in (LIBRARY, SUPERVISOR)]


if __name__ == "__main__":
    sys.exit(compile_native())
