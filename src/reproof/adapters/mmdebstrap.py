"""mmdebstrap: makes a root file system from a distribution's archive, the same bytes each time."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO, Protocol

PROGRAM = "mmdebstrap"
EPOCH = "1"
"""Every file is dated to the first second of 1970: a date of today would change the bytes."""
CHUNK = 1 << 20
TAIL_LINES = 12
PRUNED = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
)
UNSAFE_IO = "force-unsafe-io"
"""A root file system that is not whole is thrown away, so dpkg need not wait for the disk."""
MERGED = {"bookworm": "usr-is-merged"}
"""In this release an essential package wants `usrmerge`, which brings all of Perl, or this package, which is empty."""
MERGED_HOOK = Path("/usr/share/mmdebstrap/hooks/merged-usr")
# What belongs to this machine (mirror, proxy and their passwords, name server, host name) or to this very bootstrap.
FORGET = """cd "$1" && rm -rf etc/apt/sources.list etc/apt/sources.list.d/* etc/apt/apt.conf.d/99mmdebstrap \
etc/dpkg/dpkg.cfg.d/99mmdebstrap etc/resolv.conf etc/hostname etc/machine-id var/lib/dbus/machine-id \
var/cache/ldconfig/aux-cache && find var/log -type f -delete"""


class Sink(Protocol):
    """Where the tar goes."""

    def write(self, data: bytes, /) -> int: ...


@dataclass(frozen=True, slots=True)
class RootSystem:
    """What to bootstrap. `sources` are entries of an apt source list, `apt_options` look like `Name "value"`."""

    suite: str
    packages: tuple[str, ...]
    sources: tuple[str, ...]
    apt_options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How mmdebstrap ended; code 127 when it is not installed. `tail` is the last of what it said."""

    code: int
    tail: str


def bootstrap(system: RootSystem, sink: Sink, on_line: Callable[[str], None]) -> Outcome:
    """Write the root file system to `sink` as a tar, handing over mmdebstrap's messages as they come.

    Raises whatever `sink` raises; mmdebstrap is then ended and has cleaned up behind itself.
    """
    try:
        process = subprocess.Popen(
            command(system),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "LC_ALL": "C"},
        )
    except OSError as error:
        return Outcome(127, str(error))
    assert process.stdin and process.stdout and process.stderr
    tail: deque[str] = deque(maxlen=TAIL_LINES)
    reader = Thread(target=read_lines, args=(process.stderr, tail, on_line), daemon=True)
    reader.start()
    try:
        feed(process.stdin, "\n".join(system.sources) + "\n")
        while data := process.stdout.read(CHUNK):
            sink.write(data)
        code = process.wait()
    except BaseException:
        process.terminate()
        process.wait()
        raise
    finally:
        process.stdout.close()
        reader.join()
        process.stderr.close()
    return Outcome(code, "\n".join(tail))


def command(system: RootSystem) -> Sequence[str]:
    """Return the words that start mmdebstrap; the sources come on its standard input, the tar on its output."""
    merged = MERGED.get(system.suite) if MERGED_HOOK.is_dir() else None
    packages = (*([merged] if merged else []), *system.packages)
    return (
        PROGRAM,
        f"--mode={'root' if os.geteuid() == 0 else 'unshare'}",
        "--variant=essential",
        "--format=tar",
        # An engine makes /dev itself, and a rootless one may not unpack device nodes.
        "--skip=output/dev",
        *([f"--hook-dir={MERGED_HOOK}"] if merged else []),
        *([f"--include={','.join(packages)}"] if packages else []),
        *(f"--aptopt={option.rstrip(';')}" for option in system.apt_options),
        *(f"--dpkgopt={option}" for option in (UNSAFE_IO, *PRUNED)),
        f"--customize-hook={FORGET}",
        system.suite,
        "-",
        "-",
    )


def feed(stdin: IO[bytes], text: str) -> None:
    """Write the input; that the program ended before it read it shows in its exit status."""
    try:
        with stdin:
            stdin.write(text.encode())
    except BrokenPipeError:
        pass


def read_lines(stderr: IO[bytes], tail: deque[str], on_line: Callable[[str], None]) -> None:
    """Hand over each message and keep the last ones."""
    for raw in stderr:
        line = raw.decode(errors="replace").rstrip()
        if line:
            tail.append(line)
            on_line(line)
