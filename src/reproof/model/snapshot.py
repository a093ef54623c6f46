"""Snapshot: everything that a run was and used. Made by `capture`, for the original run and for its replay alike."""

from __future__ import annotations

from typing import ClassVar, Literal

from reproof.model.base import Blob, Document, Frozen, Gap
from reproof.model.policy import Policy


class Command(Frozen):
    """The command as it was started, and how it ended. Times in UTC (ISO 8601) and seconds."""

    argv: tuple[str, ...]
    cwd: str
    exit_code: int | None
    signal: int | None = None
    interrupted: bool = False
    started: str
    duration_s: float
    stdout: Blob
    stderr: Blob
    terminals: tuple[Literal["stdin", "stdout", "stderr"], ...] = ()
    user: str = ""
    uid: int = 0
    gid: int = 0
    umask: int = 0o022
    home: str = ""


def shell_status(exit_code: int | None, signal: int | None) -> int:
    """Return how a command ended, in one number, as a shell gives it: 128 and the signal that ended it."""
    return 128 + signal if signal is not None else exit_code or 0


class SourceFile(Frozen):
    """A file of the project (or of an editable package beside it) whose bytes are kept in the store."""

    path: str
    digest: str
    size: int
    mode: int = 0o644


class Git(Frozen):
    """The state of the repository. `diff` is the patch from the commit to the working tree, redacted."""

    root: str
    commit: str | None
    branch: str | None = None
    remote: str | None = None
    dirty: bool = False
    diff: Blob | None = None
    untracked_used: tuple[str, ...] = ()


class Source(Frozen):
    """Where the code lives. `roots` are absolute folders: the project first, then editable packages and the like."""

    roots: tuple[str, ...]
    git: Git | None
    files: tuple[SourceFile, ...]


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


Origin = Literal["index", "editable", "local", "vcs", "archive", "distro"]


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
    """Installed files that are not what RECORD says (of those that were checked)."""
    loaded: int = 0
    owner: str | None = None


class LoadedFile(Frozen):
    """A Python file, native library, program or package data file that the run really used."""

    path: str
    kind: Literal["module", "library", "program", "data"]
    digest: str | None
    size: int
    owner: str | None = None
    """`dist:numpy`, `deb:libc6`, `stdlib`, `source`, or None: nobody is known to own it."""


class Input(Frozen):
    """A file that was read and is not code. `changed` is true when it was another file after the run than before."""

    path: str
    digest: str | None
    size: int
    mode: int = 0o644
    changed: bool = False
    kept: bool = False
    """True when its bytes are in the store too."""


class Output(Frozen):
    """A file that the run wrote and left behind; its bytes are kept. `name` is relative to the working directory."""

    name: str
    path: str
    digest: str
    size: int
    kept: bool = True


class SystemPackage(Frozen):
    """A distribution package that owns native libraries or programs that the run used."""

    name: str
    version: str
    architecture: str
    manager: Literal["deb", "rpm"] = "deb"


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


class Hardware(Frozen):
    """The machine. Memory in bytes; `cpus` are the ones that the run was allowed to use; limits are the cgroup's."""

    cpu_model: str
    cpu_flags: tuple[str, ...]
    cpu_count: int
    cpus: tuple[int, ...]
    memory: int
    memory_limit: int | None = None
    cpu_quota: float | None = None


class Gpu(Frozen):
    """One GPU as the driver names it. Memory in bytes."""

    name: str
    uuid: str = ""
    compute_capability: str | None = None
    memory: int | None = None
    mig: bool = False


class Accelerator(Frozen):
    """GPUs and their driver. No GPU is recorded as `present=False`, never left out."""

    present: bool
    driver: str | None = None
    cuda: str | None = None
    gpus: tuple[Gpu, ...] = ()


class ThreadPool(Frozen):
    """A BLAS or OpenMP pool as read back from the loaded library: the kernel really selected, not the one asked for."""

    library: str
    api: str
    kernel: str | None
    threads: int | None
    version: str | None = None


class Numerics(Frozen):
    """What decides the last bits: pools, framework settings as read back, the state of random generators at exit."""

    pools: tuple[ThreadPool, ...] = ()
    settings: dict[str, str] = {}
    generators: dict[str, str] = {}


class Environment(Frozen):
    """Variables by allow-list; all others as a salted hash, so that equality can still be checked."""

    variables: dict[str, str]
    withheld: dict[str, str]
    salt: str


class Metric(Frozen):
    """One number that the run reported; `source` is the output it was read from."""

    name: str
    value: float
    source: str


class SeedUse(Frozen):
    """A place in the project's code that seeds, or fails to seed, a source of randomness."""

    path: str
    line: int
    call: str
    seeded: bool


class Snapshot(Document):
    """A run: what it was, what it used, what it produced, and what could not be learned."""

    SCHEMA: ClassVar[str] = "reproof/snapshot/1"

    generator: str
    level: str
    """How closely the run was watched: `shim`, `complete` or `hooks`."""
    command: Command
    source: Source
    interpreter: Interpreter | None
    distributions: tuple[Distribution, ...]
    loaded: tuple[LoadedFile, ...]
    system: System
    hardware: Hardware
    accelerator: Accelerator
    numerics: Numerics
    environment: Environment
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    created_dirs: tuple[str, ...] = ()
    """Folders that the run made itself: a replay must not find them there."""
    metrics: tuple[Metric, ...]
    seeds: tuple[SeedUse, ...]
    policy: Policy = Policy()
    gaps: tuple[Gap, ...]
    replay_of: str | None = None
    """The id of the image's plan, when this is the record of a replay."""
