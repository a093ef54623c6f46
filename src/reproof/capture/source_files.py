"""Keeps the files of a project: those that the run loaded, and as many of those that git tracks as is reasonable.

A secret in a file of code is replaced in the copy that is kept, and a gap names the file and the lines: nothing secret
is stored, and the replay runs without it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, repeat
from pathlib import Path

from reproof.adapters.working_tree import Tracked
from reproof.capture.keeping import NOT_CARRIED, Keeper
from reproof.capture.learned import Learned
from reproof.capture.legible import is_legible, left_out
from reproof.capture.redaction import Redactor
from reproof.model.base import Blob, Gap
from reproof.model.snapshot import SourceFile
from reproof.store.files import file_digest

LARGEST = 32 << 20
"""Bytes; a larger file that git tracks and the run did not read is left out."""
MOST = 5000
"""Files that the run did not load; of a larger repository, those nearest to the working directory are kept."""
LARGEST_SUM = 256 << 20
"""Bytes of all of them."""
WRITERS = 8
"""Threads: each file that is new to the store is synced to the disk, and waiting for that can be shared."""
LINES = 5
"""Lines with secrets that a gap names."""


def keep_loaded(files: Iterable[SourceFile], keeper: Keeper) -> Learned[tuple[SourceFile, ...]]:
    """Return the loaded files whose bytes are kept, and a gap for each that is not as it was. Raises StoreError."""
    kept: list[SourceFile] = []
    gaps: list[Gap] = []
    for file in files:
        held = keeper.bytes_of(file.path, file.digest)
        if file.digest not in keeper.blobs and (held is None or file_digest(held, file.digest) != file.digest):
            why = "it is gone or changed after the run"
            gaps.append(Gap(what=f"{file.path} is not kept", why=why, effect=NOT_CARRIED))
            continue
        if file.digest not in keeper.blobs and held is not None:
            copy = keep_code(held, file.path, keeper)
            gaps += copy.gaps
            file = file.model_copy(update={"digest": copy.value.digest, "size": copy.value.size})
        if held is not None and held.stat().st_mode & 0o100:
            file = file.model_copy(update={"mode": 0o755})
        kept.append(file)
    return Learned(tuple(kept), tuple(gaps))


def keep_code(held: Path, path: str, keeper: Keeper) -> Learned[Blob]:
    """Keep a file of code, a secret in it replaced. Raises StoreError, OSError."""
    data = held.read_bytes()
    if keeper.redactor.allows_file(path):
        return Learned(keeper.blobs.put(data))
    if b"\0" in data[:8192]:
        spans = keeper.redactor.find_strict(data)
        if not spans:
            return Learned(keeper.blobs.put(data))
    clean = keeper.redactor.data(data, code=path.endswith(".py"))
    if clean == data:
        return Learned(keeper.blobs.put(data))
    return Learned(keeper.blobs.put(clean), (redacted(path, data, keeper.redactor),))


def redacted(path: str, data: bytes, redactor: Redactor) -> Gap:
    """Return the gap for a file that is kept without its secrets."""
    lines = sorted({data.count(b"\n", 0, span.start) + 1 for span in redactor.find(data, path.endswith(".py"))})
    named = ", ".join(map(str, lines[:LINES])) + (", …" if len(lines) > LINES else "")
    effect = "the replay runs with it replaced by <redacted>"
    return Gap(what=f"a secret in {path}, line {named}", why="no secret is stored", effect=effect)


def keep_tracked(
    tracked: Iterable[Tracked], known: Mapping[str, SourceFile], cwd: str, keeper: Keeper
) -> Learned[tuple[SourceFile, ...]]:
    """Return the files and links that git tracks and that are not `known`, as they lie on disk. Raises StoreError."""
    others = sorted((file for file in tracked if file.path not in known), key=lambda file: distance(file.path, cwd))
    chosen = tuple(within_limits(others))
    with ThreadPoolExecutor(WRITERS) as pool:
        learned = tuple(pool.map(keep_one, chosen, repeat(keeper)))
    gaps = [gap for one in learned for gap in one.gaps]
    if len(chosen) < len(others):
        gaps.append(too_many(len(others) - len(chosen), len(others)))
    return Learned(tuple(one.value for one in learned if one.value is not None), tuple(gaps))


def within_limits(files: Iterable[Tracked]) -> Iterator[Tracked]:
    """Yield files up to the limits on their number and on the sum of their sizes."""
    room = LARGEST_SUM
    for file in islice(files, MOST):
        if room <= 0:
            return
        size = size_of(file.path)
        room -= size if size <= LARGEST else 0
        yield file


def size_of(path: str) -> int:
    """Return the size of a file in bytes, 0 if it is not there."""
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def distance(path: str, cwd: str) -> tuple[int, str]:
    """Return a key that puts first what is below a folder, then what is below its parent, and so on."""
    place, steps = cwd, 0
    while place and not path.startswith(f"{place}/"):
        place, steps = place.rpartition("/")[0], steps + 1
    return steps, path


def keep_one(file: Tracked, keeper: Keeper) -> Learned[SourceFile | None]:
    """Keep one file or link that git tracks; None when it is not there, is private, too large or no plain file."""
    path = Path(file.path)
    try:
        status = path.lstat()
        if not is_legible(file.path):
            return Learned(None, (left_out(file.path),))
        if stat.S_ISLNK(status.st_mode):
            return keep_link(path, keeper)
        if not stat.S_ISREG(status.st_mode):
            return Learned(None)
        if keeper.is_private(file.path):
            return Learned(None, (not_carried(file.path, "files of this name hold secrets"),))
        if status.st_size > LARGEST:
            return Learned(None, (not_carried(file.path, f"it has {status.st_size:,} bytes and was not read"),))
        digest = file_digest(path)
        blob = Blob(digest=digest, size=status.st_size)
        learned = Learned(blob) if digest in keeper.blobs else keep_code(path, file.path, keeper)
    except FileNotFoundError:
        return Learned(None)  # the patch says so
    except OSError as error:
        return Learned(None, (not_carried(file.path, f"it cannot be read: {error.strerror}"),))
    mode = 0o755 if status.st_mode & 0o100 else 0o644
    kept = SourceFile(path=file.path, digest=learned.value.digest, size=learned.value.size, mode=mode)
    return Learned(kept, learned.gaps)


def keep_link(path: Path, keeper: Keeper) -> Learned[SourceFile | None]:
    """Return a symbolic link. Raises StoreError, OSError."""
    target = str(path.readlink())
    if not is_legible(target):
        return Learned(None, (not_carried(str(path), "what it points to is not UTF-8"),))
    blob = keeper.blobs.put(target.encode())
    return Learned(SourceFile(path=str(path), digest=blob.digest, size=blob.size, mode=0o777, link=target))


def not_carried(path: str, why: str) -> Gap:
    return Gap(what=f"{path} is not carried", why=why, effect="it is missing in the rebuilt project")


def too_many(left: int, of: int) -> Gap:
    """Return the gap for what is left out of a repository that is too large."""
    return Gap(
        what=f"{left:,} of {of:,} tracked files that the run did not load are not carried",
        why=f"at most {MOST:,} files and {LARGEST_SUM:,} bytes are kept of a repository, the nearest first",
        effect="they are missing in the rebuilt project; the commit has them",
    )
