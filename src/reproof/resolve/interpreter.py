"""The recorded interpreter as a tar that unpacks at its original prefix."""

from __future__ import annotations

import hashlib
import os
import re
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, cast

from pydantic import ValidationError

from reproof.errors import ResolveError
from reproof.model.base import Blob
from reproof.model.snapshot import Interpreter
from reproof.progress import Progress
from reproof.resolve.conda import CondaEnvironment, read_conda
from reproof.store.files import file_digest, write_durably
from reproof.store.folder import explain
from reproof.store.store import Store

LEFT_OUT = frozenset(("site-packages", "dist-packages", "test", "tests", "idlelib", "turtledemo", "__pycache__"))
"""Folders of the standard library that no training run needs; packages are installed on their own."""
CONTENTS = 2
"""Raised when what goes into the tar changes, so that older ones are made again."""


def pack_interpreter(interpreter: Interpreter, store: Store, progress: Progress) -> Blob | None:
    """Return a tar of the base interpreter; None when a distribution package owns it, and brings it again.

    Of conda's it is the whole environment: all that its packages brought, for the interpreter and other packages link
    to libraries there.

    Members are named from the root folder. The same files give the same tar: sorted, root's, and undated.

    Raises:
        ResolveError: the interpreter is not there any more, or not the one that was recorded.
        StoreError: the store cannot be written.
    """
    if interpreter.owner is not None and not interpreter.owner.startswith("conda:"):
        return None
    try:
        conda = read_conda(Path(interpreter.base_prefix))
        cache = store.cache("interpreters") / f"{_key(interpreter, conda)}.json"
        kept = _cached(cache)
        if kept is not None and kept.digest in store.blobs:
            return kept
        _check(interpreter)
        files = _files(interpreter) if conda is None else conda.files
        paths = sorted(_with_parents(set(files), Path(interpreter.base_prefix)))
        with (
            progress.task("keep the interpreter", len(paths), "files") as task,
            store.blobs.writing() as writer,
            # tarfile asks a stream for nothing but `write`.
            tarfile.open(fileobj=cast(IO[bytes], writer), mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            for path in paths:
                _add(archive, path)
                task.advance()
            for name, data in sorted(conda.records.items()) if conda is not None else ():
                _add_data(archive, Path(interpreter.base_prefix, name), data)
    except OSError as error:
        raise ResolveError(
            f"the recorded interpreter cannot be kept ({error.filename or interpreter.binary}): {error.strerror}",
            "record the run again where the interpreter exists",
        ) from error
    try:
        write_durably(cache, writer.blob.model_dump_json().encode())
    except OSError as error:
        raise explain(error, store.root) from error
    return writer.blob


def _key(interpreter: Interpreter, conda: CondaEnvironment | None) -> str:
    words = (str(CONTENTS), interpreter.digest or interpreter.build, interpreter.base_prefix)
    what = "\n".join((*words, conda.identity) if conda is not None else words)
    return hashlib.sha256(what.encode()).hexdigest()


def _cached(path: Path) -> Blob | None:
    try:
        return Blob.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _check(interpreter: Interpreter) -> None:
    if interpreter.digest is not None and file_digest(Path(interpreter.binary)) != interpreter.digest:
        raise ResolveError(
            f"the interpreter {interpreter.binary} is not the one that was recorded: it was replaced since",
            "record the run again",
        )


def _files(interpreter: Interpreter) -> Iterator[Path]:
    """Yield the programs, the standard library, and the shared libraries that lie below the prefix."""
    prefix, stdlib = Path(interpreter.base_prefix), Path(interpreter.stdlib)
    major, minor = interpreter.version.split(".")[:2]
    programs = re.compile(rf"python({major}(\.{minor})?)?t?")
    yield from (path for path in prefix.glob("bin/python*") if programs.fullmatch(path.name))
    yield Path(interpreter.binary)
    other = prefix / "lib64" / stdlib.name
    for root in {stdlib, other} if other.is_dir() and not other.samefile(stdlib) else {stdlib}:
        yield from _walk(root)
    for folder in prefix.glob(f"include/python{major}.{minor}*"):
        # Wheels are built with it where only their source is to be had.
        yield from _walk(folder)
    for folder_name in ("lib", "lib64"):
        yield from prefix.glob(f"{folder_name}/libpython*.so*")
    for needed in map(Path, interpreter.needs):
        if needed.is_relative_to(prefix):
            real = needed.resolve()
            # The aliases of a library lie beside it: `libffi.so.8` is a link to `libffi.so.8.1.2`.
            yield from (path for path in needed.parent.iterdir() if path.resolve() == real)


def _walk(root: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(root):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        folders[:] = [name for name in folders if name not in LEFT_OUT and name not in links]
        static = Path(parent).name.startswith("config-")
        yield from (Path(parent, name) for name in [*names, *links] if not (static and name.endswith((".a", ".o"))))


def _with_parents(paths: set[Path], prefix: Path) -> set[Path]:
    """Return the paths and the folders that lead to them from the prefix on; those above it are not ours to make."""
    parents = {parent for path in paths for parent in path.parents if parent.is_relative_to(prefix)}
    return {path for path in paths | parents if path.is_relative_to(prefix)}


def _add(archive: tarfile.TarFile, path: Path) -> None:
    info = archive.gettarinfo(path)
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mtime = 0
    if info.islnk():
        # Which of two hard links comes first is a matter of order; each goes in as a file.
        info.type, info.linkname, info.size = tarfile.REGTYPE, "", path.stat().st_size
    if not info.issym():
        info.mode = 0o755 if info.isdir() or info.mode & 0o111 else 0o644
    else:
        info.mode = 0o777
    if info.isreg():
        with path.open("rb") as handle:
            archive.addfile(info, handle)
    else:
        archive.addfile(info)


def _add_data(archive: tarfile.TarFile, path: Path, data: bytes) -> None:
    info = tarfile.TarInfo(str(path).lstrip("/"))
    info.size, info.mode = len(data), 0o644
    archive.addfile(info, BytesIO(data))
