"""A prefix in the form that conda, mamba and pixi leave it, for tests: there is no conda here to make one.

The fields are those of conda's prefix records in public environments: `files`, and `paths_data` with the hash of each
file before and after the prefix was written into it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def install(prefix: Path, name: str, files: dict[str, str], **fields: Any) -> Path:
    """Install a package as conda would, and return its record."""
    paths = []
    for file, text in files.items():
        path = prefix / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        digest = hashlib.sha256(text.encode()).hexdigest()
        entry = {"_path": file, "path_type": "hardlink", "sha256": digest, "sha256_in_prefix": digest}
        paths.append({**entry, "size_in_bytes": len(text)})
    record = {
        "name": name,
        "version": "1.26.4",
        "build": "py311h64a7726_0",
        "build_number": 0,
        "subdir": "linux-64",
        "channel": "https://channels.example/conda-forge/",
        "url": f"https://channels.example/conda-forge/linux-64/{name}-1.26.4-py311h64a7726_0.conda",
        "files": list(files),
        "paths_data": {"paths_version": 1, "paths": paths},
        "link": {"source": f"/pkgs/{name}-1.26.4-py311h64a7726_0", "type": 1},
        "requested_spec": "None",
        **fields,
    }
    return write(prefix, record)


def adopt(prefix: Path, name: str, files: list[str], **fields: Any) -> Path:
    """Record files that are in the prefix already as those of a package, and return the record."""
    paths = []
    for file in files:
        path = prefix / file
        link = path.is_symlink()
        digest = None if link else hashlib.sha256(path.read_bytes()).hexdigest()
        entry = {"_path": file, "path_type": "softlink" if link else "hardlink", "sha256_in_prefix": digest}
        paths.append(entry)
    record = {
        "name": name,
        "version": "1.0",
        "build": "0",
        "subdir": "linux-64",
        "channel": "https://channels.example/conda-forge/",
        "url": f"https://channels.example/conda-forge/linux-64/{name}-1.0-0.conda",
        "md5": hashlib.md5(name.encode()).hexdigest(),
        "files": files,
        "paths_data": {"paths_version": 1, "paths": paths},
        **fields,
    }
    return write(prefix, record)


def write(prefix: Path, record: dict[str, Any]) -> Path:
    """Write a prefix record, and the history that conda keeps beside it."""
    (prefix / "conda-meta").mkdir(exist_ok=True)
    target = prefix / "conda-meta" / "{name}-{version}-{build}.json".format(**record)
    target.write_text(json.dumps(record))
    (prefix / "conda-meta" / "history").write_text("==> 2024-02-06 10:00:00 <==\n# cmd: conda create\n")
    return target
