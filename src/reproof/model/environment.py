"""What the code ran in: interpreter, distributions, loaded files, operating system, variables."""

from __future__ import annotations

from typing import Literal

from reproof.model.base import Frozen


class Interpreter(Frozen):
    """The Python that ran. Paths are absolute; `executable` is as started, `binary` with links resolved."""

    implementation: str
    version: str
    build: str
    executable: str
    binary: str
    digest: str | None
    prefix: str
    base_prefix: str
    stdlib: str
    purelib: str
    platlib: str
    system_site_packages: bool = False
    needs: tuple[str, ...] = ()
    """Paths of the shared libraries that the interpreter and its standard library link to."""
    owner: str | None = None
    """The distribution package that owns the binary, `deb:python3.11-minimal`; None if none does."""


Origin = Literal["index", "editable", "local", "vcs", "archive", "distro", "conda"]


class Distribution(Frozen):
    """An installed distribution. `record` is the digest of its RECORD's file hashes: its identity on any index."""

    name: str
    version: str
    location: str
    dist_info: str
    origin: Origin
    installer: str = ""
    direct_url: str | None = None
    tags: tuple[str, ...] = ()
    record: str | None = None
    modified: tuple[str, ...] = ()
    """Installed files that are not what RECORD or conda says, of a distribution that the run used.

    All are checked for being there with their size, those that the run used by their hash, too.
    """
    loaded: int = 0
    """How many of its files the run used."""
    imported: bool = False
    """True when a process of the run had a module of it."""
    requested: bool | None = None
    """True when the user asked for it, False when it came with another; None if the installer did not say.

    pip and most condas do, uv does not.
    """
    commit: str | None = None
    """The revision, of one that comes from a repository."""
    build: str | None = None
    """Conda's build string, with its channel: `conda-forge/linux-64:py311h64a7726_0`."""
    owner: str | None = None


class LoadedFile(Frozen):
    """A Python file, native library, program or package data file that the run really used."""

    path: str
    kind: Literal["module", "library", "program", "data"]
    digest: str | None
    size: int
    build_id: str | None = None
    """Of a native library or program: the linker's identity of it, in hexadecimal."""
    owner: str | None = None
    """`dist:numpy`, `deb:libc6`, `conda:python`, `stdlib`, `source`, or None: nobody is known to own it."""


class SystemPackage(Frozen):
    """A package of the system or of conda that owns native libraries or programs that the run used."""

    name: str
    version: str
    architecture: str
    manager: Literal["deb", "rpm", "apk", "conda"] = "deb"
    build: str | None = None
    """Conda's build string, with its channel: `conda-forge/linux-64:openmp_h6c19121_0`."""


class System(Frozen):
    """Operating system, locale and time zone, as the run saw them."""

    os: str
    os_version: str
    codename: str
    kernel: str
    libc: str
    architecture: str
    locale: str
    timezone: str
    packages: tuple[SystemPackage, ...] = ()


class Environment(Frozen):
    """Variables by allow-list; all others as a salted hash, so that equality can still be checked."""

    variables: dict[str, str]
    withheld: dict[str, str]
    salt: str
