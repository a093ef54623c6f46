"""The build context as bytes: a tar that is the same each time, or a folder to build from by hand."""

from __future__ import annotations

import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from reproof.errors import BuildError, StoreError, UsageError
from reproof.model.base import Blob
from reproof.model.image import BuildContext, ContextFile
from reproof.store.blobs import CHUNK, Blobs

EPOCH = 315_619_200
"""The date of every file, 2 January 1980: a date of today would change the layers, an older one stops zip files."""
END = b"\0" * (2 * tarfile.BLOCKSIZE)


def context_tar(context: BuildContext, blobs: Blobs) -> Iterator[bytes]:
    """Yield the context as a tar, folder by folder, names in order, owned by root, with one date for all.

    Raises:
        StoreError: a blob is missing, or its bytes are not what its name says; nothing whole was yielded then.
        BuildError: a path leads out of the context.
    """
    check_links(context)
    files = {check_path(file.path): file for file in context.files}
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents} - {"."}
    for path in sorted(folders | set(files)):
        if path in files:
            yield from file_entry(files[path], blobs)
        else:
            yield header(path, 0, 0o755, tarfile.DIRTYPE)
    yield END


def context_size(context: BuildContext) -> int:
    """Return about how many bytes the tar has; headers do not count."""
    return sum(file.blob.size if file.blob else len((file.text or "").encode()) for file in context.files)


def file_entry(file: ContextFile, blobs: Blobs) -> Iterator[bytes]:
    """Yield one file of the tar. Raises StoreError."""
    if file.link is not None:
        yield header(file.path, 0, file.mode, tarfile.SYMTYPE, file.link)
        return
    if file.blob is None:
        data = (file.text or "").encode()
        yield header(file.path, len(data), file.mode)
        yield data
        yield padding(len(data))
        return
    yield header(file.path, file.blob.size, file.mode)
    with open_blob(file.blob, blobs) as source:
        seen = hashlib.sha256()
        while chunk := source.read(CHUNK):
            seen.update(chunk)
            yield chunk
    if f"sha256:{seen.hexdigest()}" != file.blob.digest:
        raise damaged(file.blob, blobs)
    yield padding(file.blob.size)


def header(path: str, size: int, mode: int, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    """Return a member's header; long names take GNU's extension, which every builder reads."""
    member = tarfile.TarInfo(path)
    member.size, member.mode, member.type, member.mtime = size, mode & 0o7777, kind, EPOCH
    member.linkname = link
    return member.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def padding(size: int) -> bytes:
    """Return the zeros up to the next full block."""
    return b"\0" * (-size % tarfile.BLOCKSIZE)


def open_blob(blob: Blob, blobs: Blobs) -> IO[bytes]:
    """Open a blob of the right size. Raises StoreError: it is missing, or too long or short."""
    path = blobs.path(blob.digest)
    try:
        if path.stat().st_size == blob.size:
            return path.open("rb")
    except OSError:
        pass
    raise damaged(blob, blobs)


def damaged(blob: Blob, blobs: Blobs) -> StoreError:
    """Return the error for a blob that is not what its name says, or not there."""
    try:
        blobs.checked(blob.digest)
    except StoreError as error:
        return error
    return StoreError(
        f"the store at {blobs.root} has {blob.digest} with another size than the {blob.size} bytes that were recorded",
        "restore the store from a copy, or record the run again",
    )


def check_path(path: str) -> str:
    """Return a path that stays in the context. Raises BuildError."""
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts:
        raise BuildError(f"{path!r} leads out of the build context", "the plan is damaged or was made by somebody else")
    return path


def check_links(context: BuildContext) -> None:
    """Refuse a file below a symbolic link, which would be written to where that points. Raises BuildError."""
    links = {file.path for file in context.files if file.link is not None}
    for file in context.files:
        if link := next((str(parent) for parent in PurePosixPath(file.path).parents if str(parent) in links), None):
            hint = "the plan is damaged or was made by somebody else"
            raise BuildError(f"{file.path!r} lies below the symbolic link {link!r}", hint)


def write_context(context: BuildContext, folder: Path, blobs: Blobs) -> None:
    """Write the context as a folder, whole or not at all; `docker build FOLDER` then needs nothing else.

    The files are copies: what is edited there does not touch the store.

    Raises:
        UsageError: the folder is there and not empty, or cannot be made.
        StoreError: a blob is missing or damaged.
    """
    check_links(context)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is there already and not an empty folder", "name a new folder")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as temporary:
            whole = Path(temporary) / "context"
            for file in context.files:
                write_file(file, whole / check_path(file.path), blobs)
            whole.replace(folder)
    except OSError as error:
        raise UsageError(
            f"the context cannot be written to {folder}: {error.strerror}", "name another folder"
        ) from error


def write_file(file: ContextFile, path: Path, blobs: Blobs) -> None:
    """Write one file of the context. Raises StoreError, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if file.link is not None:
        path.symlink_to(file.link)
        return
    source = BytesIO((file.text or "").encode()) if file.blob is None else blobs.checked(file.blob.digest).open("rb")
    with source, path.open("wb") as target:
        shutil.copyfileobj(source, target, CHUNK)
    path.chmod(file.mode & 0o7777)
