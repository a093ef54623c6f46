"""Solutions that were found before: what was there at an instant of the past does not change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pydantic import ValidationError

from reproof.adapters.dated.index import DatedIndex
from reproof.model.base import CANONICAL
from reproof.model.requirements import Requirements
from reproof.model.target import Target
from reproof.resolve.solution import Solution
from reproof.store.files import write_durably
from reproof.store.folder import explain
from reproof.store.store import Store

CACHE = "solutions"
VERSION = 1
"""Of the way in which solutions are found; those of another version are looked for anew."""


def solution_key(requirements: Requirements, target: Target, index: DatedIndex, solver: str) -> str:
    """Return a name for all that a solution depends on, but for folders of this machine, which may change."""
    what = {
        "version": VERSION,
        "requirements": [requirement.model_dump() for requirement in requirements.requirements],
        "target": target.model_dump(),
        "instant": index.instant.isoformat(),
        "places": index.index.places(),
        "solver": solver,
    }
    return hashlib.sha256(CANONICAL.encode(what).encode()).hexdigest()


def recall(key: str, index: DatedIndex, store: Store) -> Solution | None:
    """Return the solution under a key, if local places are as they were and the store still has what it carries."""
    try:
        entry = json.loads(_path(key, store).read_bytes())
        solution = Solution.model_validate(entry["solution"])
        stamps = [tuple(stamp) for stamp in entry["here"]]
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None
    carried = [p.artifact for p in solution.pins if p.artifact and (p.artifact.url or "").startswith("file:")]
    if stamps != index.stamp(entry["asked"]) or any(artifact.digest not in store.blobs for artifact in carried):
        return None
    return solution


def remember(key: str, solution: Solution, index: DatedIndex, store: Store) -> None:
    """Keep a solution, unless some place failed: it may answer next time. Raises StoreError."""
    if any(project.failures for project in index.asked):
        return
    asked = [project.name for project in index.asked]
    entry = {"asked": asked, "here": index.stamp(asked), "solution": solution.model_dump(mode="json")}
    try:
        write_durably(_path(key, store), json.dumps(entry).encode())
    except OSError as error:
        raise explain(error, store.root) from error


def _path(key: str, store: Store) -> Path:
    return store.cache(CACHE) / f"{key}.json"
