"""Files and folders that DVC tracks: by a `.dvc` file of their own or above them, or as part of a pipeline."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reproof.capture.pointer_files import load, read, remotes_of, repository_of
from reproof.capture.secrets import redact
from reproof.model.snapshot import Pointer

LARGEST_HASHED = 1 << 30
"""Bytes; DVC names contents by MD5, which has to be computed. Of a larger file its size has to do."""


def under_dvc(path: Path, size: int) -> Pointer | None:
    """Return the pointer of a file that DVC tracks: by its own `.dvc` file, in a folder, or as part of a pipeline."""
    root = repository_of(path, ".dvc")
    if root is None:
        return None
    for tracked, out in dvc_outs(path, root):
        md5 = str(out.get("md5", ""))
        if tracked == path and out.get("size") in (None, size) and is_content(path, size, md5):
            return dvc_pointer(md5, root)
        if md5.endswith(".dir"):
            inside = dict(listed(root, md5)).get(path.relative_to(tracked).as_posix(), "")
            if inside and is_content(path, size, inside):
                return dvc_pointer(inside, root)
    return None


def folder_under_dvc(path: Path, size: int) -> Pointer | None:
    """Return the pointer of a folder that DVC tracks as one, if its size is that of the files that were read."""
    root = repository_of(path / "file", ".dvc")
    if root is None:
        return None
    for tracked, out in dvc_outs(path, root):
        if tracked == path and out.get("size") == size and str(out.get("md5", "")).endswith(".dir"):
            return dvc_pointer(str(out["md5"]), root)
    return None


def dvc_outs(path: Path, root: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield what DVC says of a path or of a folder that it lies in, with that path."""
    for folder in path.parents:
        if not folder.is_relative_to(root):
            return
        child = folder / path.relative_to(folder).parts[0]
        for out in outs_of(load(child.with_name(f"{child.name}.dvc")).get("outs")):
            yield (folder / str(out.get("path", ""))), out
        stages = load(folder / "dvc.lock").get("stages")
        for stage in stages.values() if isinstance(stages, dict) else ():
            for out in (*outs_of(stage.get("deps")), *outs_of(stage.get("outs"))):
                tracked = folder / str(out.get("path", ""))
                if path.is_relative_to(tracked):
                    yield tracked, out


def outs_of(value: object) -> list[dict[str, Any]]:
    return [out for out in value if isinstance(out, dict)] if isinstance(value, list) else []


def is_content(path: Path, size: int, md5: str) -> bool:
    """Say whether a file has this MD5, as far as that is looked at; a link into the cache has it by its name."""
    real = path.resolve()
    if f"{real.parent.name}{real.name}" == md5:
        return True
    if size > LARGEST_HASHED:
        return re.fullmatch(r"[0-9a-f]{32}", md5) is not None
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest() == md5


def listed(root: Path, md5: str) -> Iterator[tuple[str, str]]:
    """Yield the files of a tracked folder and their hashes, from DVC's cache if it is there."""
    places = (root / ".dvc" / "cache" / "files" / "md5", root / ".dvc" / "cache")
    data = next((text for place in places if (text := read(place / md5[:2] / md5[2:]))), "[]")
    yield from ((str(file["relpath"]), str(file["md5"])) for file in json.loads(data) if isinstance(file, dict))


def dvc_pointer(md5: str, root: Path) -> Pointer:
    """Return a pointer into DVC's default remote."""
    config = read(root / ".dvc" / "config")
    default = re.search(r"^\s*remote\s*=\s*(.+)$", config, re.MULTILINE)
    remotes = dict(remotes_of(root / ".dvc" / "config"))
    url = remotes.get(default[1].strip(), {}).get("url") if default else None
    return Pointer(manager="dvc", identity=f"md5:{md5}", location=redact(url) if url else None)
