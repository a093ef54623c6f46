"""The store's folder as such: what its errors mean, and private folders in it. Loads quickly: a run waits for it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reproof.errors import StoreError
from reproof.store.lease import Lease


def explain(error: OSError, root: Path) -> StoreError:
    """Return the store error that tells a user what an operating-system error in the store means."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreError(f"the store at {root} is full", "free some space, or choose another with --store")
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StoreError(f"the store at {root} cannot be written: {error.strerror}", "choose another with --store")
    return StoreError(f"the store at {root} failed: {error}", "check the disk, or choose another with --store")


@contextmanager
def scratch(root: Path, prefix: str, lease: Lease) -> Iterator[Path]:
    """Yield a private folder in a store that is deleted afterwards. Raises StoreError if it cannot be made."""
    folder = root / "tmp" / f"{prefix}-{lease.token}-{os.urandom(8).hex()}"
    try:
        lease.claim()
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise explain(error, root) from error
    try:
        yield folder
    finally:
        remove_tree(folder)


def check_room(root: Path, folder: Path) -> None:
    """Check that something can be written in a folder of a store, before a run is started for nothing.

    Raises:
        StoreError: it cannot.
    """
    file = folder / "check"
    try:
        file.write_bytes(b"x" * 4096)
        file.unlink()
    except OSError as error:
        raise explain(error, root) from error


def cache_folder(root: Path, name: str, lease: Lease) -> Path:
    """Return the folder of a cache, made if it is not there. Raises StoreError."""
    folder = root / "cache" / name
    try:
        lease.claim()
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise explain(error, root) from error
    return folder


def remove_tree(path: Path) -> None:
    """Delete a folder of the store; what is gone already is fine."""
    import shutil

    shutil.rmtree(path, ignore_errors=True)
