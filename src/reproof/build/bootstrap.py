"""A base image without a registry: a root file system from the distribution's own archive, kept and used again."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from typing import Protocol

from reproof.adapters.mmdebstrap import Outcome, RootSystem, bootstrap, command
from reproof.errors import BuildError
from reproof.model.base import Blob
from reproof.model.plan import Base
from reproof.progress import Progress, Task
from reproof.store.files import write_durably
from reproof.store.folder import explain
from reproof.store.store import Store

CACHE = "bases"
MILESTONES = (
    "running apt-get update",
    "downloading packages",
    "extracting archives",
    "installing essential packages",
    "installing remaining packages",
    "cleaning package lists",
    "creating tarball",
)
"""What mmdebstrap says of itself, in order; each is about as long as the others."""
PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")


class Archive(Protocol):
    """What reaches the distribution's archive from here."""

    def sources(self, suite: str) -> tuple[str, ...]:
        """Return entries of an apt source list for a suite; empty if there are none."""
        ...

    def options(self) -> tuple[str, ...]:
        """Return the apt options that the way there needs (proxy, certificates); they are used, never kept."""
        ...


def ensure_base(base: Base, archive: Archive, store: Store, progress: Progress) -> Blob | None:
    """Return the root file system that a plan starts from, as a tar in the store; None for an image of a registry.

    The first bootstrap of a suite with a set of packages is the one that is kept: later calls return the same bytes,
    whatever the archive has become, until the cache is deleted. A base whose digest is known is that blob and no other.

    Raises:
        BuildError: the base cannot be made; it says why.
        StoreError: it cannot be kept.
    """
    if base.kind == "registry":
        return None
    if base.digest is not None:
        return Blob(digest=base.digest, size=store.blobs.checked(base.digest).stat().st_size)
    system = RootSystem(base.suite, base.packages, archive.sources(base.suite), archive.options())
    entry = store.cache(CACHE) / f"{cache_key(system)}.json"
    if entry.is_file():
        kept = Blob.model_validate_json(entry.read_bytes())
        if kept.digest in store.blobs:
            return kept
    made = make_base(system, store, progress)
    try:
        write_durably(entry, made.model_dump_json().encode())
    except OSError as error:
        raise explain(error, store.root) from error
    return made


def make_base(system: RootSystem, store: Store, progress: Progress) -> Blob:
    """Bootstrap a root file system into the store. Raises BuildError, StoreError."""
    if not system.sources:
        raise BuildError(
            f"this machine's package manager has no archive for {system.suite}",
            "run this on a machine with that distribution, or give access to a registry (--registry)",
        )
    label = f"bootstrapping {system.suite} from its archive"
    with progress.task(label, len(MILESTONES), "steps") as task, store.blobs.writing() as writer:
        outcome = bootstrap(system, writer, lambda line: tell(line, task))
        if outcome.code != 0:
            raise failure(system, outcome)
        task.advance()
    return writer.blob


def tell(line: str, task: Task) -> None:
    """Count a milestone when mmdebstrap begins it: what came before it is done."""
    for index, milestone in enumerate(MILESTONES):
        if milestone in line:
            task.describe(milestone)
            task.advance(1 if index else 0)


def failure(system: RootSystem, outcome: Outcome) -> BuildError:
    """Return the error that says what went wrong, without the passwords that a mirror's address may hold."""
    if outcome.code == 127:
        return BuildError(
            "mmdebstrap is not installed, and without a registry it makes the base image",
            "install it (apt-get install mmdebstrap), or give access to a registry (--registry)",
        )
    words = PASSWORD.sub("", outcome.tail)
    tail = "".join(f"\n  | {line}" for line in words.splitlines() if not line.startswith("I: "))
    if "Unable to locate package" in words or re.search(r"Version '.*' for '.*' was not found", words):
        hint = "the archive has moved on since it was asked; resolve again"
    elif "setup_uid" in words or "subuid" in words or "unshare" in words:
        hint = "run this as root, or allow user namespaces (package uidmap, entries in /etc/subuid and /etc/subgid)"
    else:
        hint = "check the network and apt's sources (`apt-get update` must work here)"
    return BuildError(
        f"the base image {system.suite} could not be bootstrapped (mmdebstrap ended with {outcome.code}):{tail}", hint
    )


def cache_key(system: RootSystem) -> str:
    """Return the name of what would come out: suite, packages, archive, recipe and processor; not how to get there."""
    recipe = command(RootSystem(system.suite, system.packages, ()))
    sources = [PASSWORD.sub("", source) for source in system.sources]
    # The mode (root or not) changes how the tar is made, not what is in it.
    words = [word for word in recipe if not word.startswith("--mode=")]
    return hashlib.sha256(json.dumps([words, sources, platform.machine()]).encode()).hexdigest()
