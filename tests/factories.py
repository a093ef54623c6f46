"""Small, complete documents for tests; every field can be changed."""

from __future__ import annotations

from typing import Any

from reproof.model.base import Blob
from reproof.model.resolution import Artifact, ImageLookup, Pin, Resolution
from reproof.model.snapshot import Snapshot

HEX = "0123456789abcdef" * 4


def digest(letter: str) -> str:
    """Return a digest that is easy to tell from others."""
    return f"sha256:{letter * 64}"


def blob(letter: str, size: int = 10) -> dict[str, Any]:
    return {"digest": digest(letter), "size": size}


BASE: dict[str, Any] = {
    "generator": "reproof test",
    "level": "hooks",
    "command": {
        "argv": ["python", "train.py", "--lr", "0.1"],
        "cwd": "/home/ada/digits",
        "exit_code": 0,
        "started": "2026-01-02T03:04:05.000+00:00",
        "duration_s": 2.5,
        "stdout": blob("1"),
        "stderr": blob("2", 0),
        "user": "ada",
        "uid": 1001,
        "gid": 1001,
        "home": "/home/ada",
    },
    "source": {
        "roots": ["/home/ada/digits"],
        "git": {"root": "/home/ada/digits", "commit": "c" * 40, "branch": "main"},
        "files": [{"path": "/home/ada/digits/train.py", **blob("3")}],
    },
    "interpreter": {
        "implementation": "CPython",
        "version": "3.11.7",
        "build": "3.11.7 (main) [GCC 12.2.0]",
        "executable": "/home/ada/digits/.venv/bin/python",
        "binary": "/opt/python/3.11.7/bin/python3.11",
        "digest": digest("4"),
        "prefix": "/home/ada/digits/.venv",
        "base_prefix": "/opt/python/3.11.7",
        "stdlib": "/opt/python/3.11.7/lib/python3.11",
        "purelib": "/home/ada/digits/.venv/lib/python3.11/site-packages",
        "platlib": "/home/ada/digits/.venv/lib/python3.11/site-packages",
    },
    "distributions": [
        {
            "name": "numpy",
            "version": "2.1.0",
            "location": "/home/ada/digits/.venv/lib/python3.11/site-packages",
            "dist_info": "numpy-2.1.0.dist-info",
            "origin": "index",
            "installer": "pip",
            "record": digest("5"),
        }
    ],
    "loaded": [
        {"path": "/home/ada/digits/train.py", "kind": "module", "owner": "source", **blob("3")},
        {"path": "/usr/lib/x86_64-linux-gnu/libc.so.6", "kind": "library", "owner": "deb:libc6", **blob("6")},
    ],
    "system": {
        "os": "debian",
        "os_version": "12",
        "codename": "bookworm",
        "kernel": "6.1.0",
        "libc": "glibc 2.36",
        "architecture": "x86_64",
        "locale": "C.UTF-8",
        "timezone": "UTC",
        "packages": [{"name": "libc6", "version": "2.36-9", "architecture": "amd64"}],
    },
    "hardware": {"cpu_model": "CPU", "cpu_flags": ["avx2"], "cpu_count": 2, "cpus": [0, 1], "memory": 8 << 30},
    "accelerator": {"present": False},
    "numerics": {},
    "environment": {"variables": {"PATH": "/home/ada/digits/.venv/bin:/usr/bin", "OMP_NUM_THREADS": "2"},
                    "withheld": {"API_TOKEN": "f" * 64}, "salt": "5a17"},
    "inputs": [{"path": "/data/train.npz", "mode": 0o644, "kept": True, **blob("7")}],
    "outputs": [{"name": "metrics.json", "path": "/home/ada/digits/metrics.json", **blob("8")}],
    "metrics": [{"name": "accuracy", "value": 0.97, "source": "metrics.json"}],
    "seeds": [],
    "gaps": [],
}  # fmt: skip


def merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return `base` with `changes`: mappings are merged, everything else is replaced."""
    merged = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


def make_snapshot(**changes: Any) -> Snapshot:
    """Return a snapshot of a small scikit-learn run in a virtual environment."""
    return Snapshot.model_validate(merge(BASE, changes))


def make_pin(name: str = "numpy", version: str = "2.1.0", **changes: Any) -> Pin:
    """Return a proven pin in the recorded virtual environment."""
    filename = f"{name.replace('-', '_')}-{version}-cp311-cp311-manylinux_2_28_x86_64.whl"
    fields: dict[str, Any] = {
        "name": name,
        "version": version,
        "location": BASE["interpreter"]["purelib"],
        "confidence": "proven",
        "artifact": Artifact(filename=filename, digest=digest("9"), size=100),
        "evidence": "the same files as on the index",
    }
    return Pin(**{**fields, **changes})


def make_resolution(snapshot: Snapshot, **changes: Any) -> Resolution:
    """Return a resolution for a machine without a registry but with Debian's archive."""
    fields: dict[str, Any] = {
        "snapshot": snapshot.id,
        "pins": (make_pin(),),
        "installer": Artifact(filename="pip-24.0-py3-none-any.whl", digest=digest("a"), size=50),
        "interpreter": Blob(digest=digest("b"), size=1000),
        "images": (
            ImageLookup(
                reference="python:3.11.7-slim-bookworm",
                digest=None,
                error="the registry does not answer",
                reachable=False,
            ),
        ),
        "packages": (),
        "sources": ("bookworm",),
    }
    return Resolution(**{**fields, **changes})
