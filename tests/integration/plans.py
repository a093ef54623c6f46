"""A small, complete build plan; every field can be changed."""

from __future__ import annotations

from typing import Any

from reproof.model.plan import Base, BuildPlan, Limits


def make_plan(**changes: Any) -> BuildPlan:
    """Return the plan of a run that needs a shell and Debian's own Python."""
    fields: dict[str, Any] = {
        "snapshot": "0" * 64,
        "resolution": "0" * 64,
        "generator": "reproof test",
        "decisions": (),
        "base": Base(kind="bootstrap", reference="none", suite="none"),
        "interpreter": None,
        "python": "/usr/bin/python3",
        "executable": "/usr/bin/python3",
        "venv": None,
        "wheels": (),
        "installer": None,
        "sources": (),
        "directories": (),
        "user": "ada",
        "uid": 1001,
        "gid": 1001,
        "workdir": "/home/ada",
        "home": "/home/ada",
        "locale": "C.UTF-8",
        "timezone": "UTC",
        "environment": {"PATH": "/usr/bin:/bin", "HOME": "/home/ada"},
        "command": ("true",),
        "mounts": (),
        "limits": Limits(cpus=(0,)),
        "labels": {},
    }
    return BuildPlan(**{**fields, **changes})
