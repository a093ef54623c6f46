"""Files of a Hugging Face cache: `hub/models--org--name/snapshots/<revision>/file`."""

from __future__ import annotations

import re
from pathlib import Path

from reproof.model.snapshot import Pointer

HUB = re.compile(
    r"(?P<hub>.*/(?P<kind>models|datasets|spaces)--(?P<name>[^/]+))"
    r"/(snapshots/(?P<revision>[0-9a-f]{7,64})|blobs)/(?P<file>.+)"
)


def in_hub(path: Path) -> Pointer | None:
    """Return the pointer of a file in a Hugging Face cache: `models--org--name/snapshots/<revision>/file`.

    A snapshot's file is a link to `blobs/<hash>`: sha256 of a large file, the git hash of a small one
    (huggingface_hub, "Understand caching"). Where links cannot be made, it is the file itself and has no such name.
    """
    match = HUB.fullmatch(str(path))
    if match is None:
        return None
    revision, target = match["revision"], path.resolve()
    if revision is None:
        named = next((link for link in Path(match["hub"], "snapshots").rglob("*") if link.resolve() == target), None)
        found = HUB.fullmatch(str(named)) if named else None
        if found is None:
            return None
        match, revision = found, found["revision"]
    blob = target.name if target.parent.name == "blobs" else ""
    repository = match["name"].replace("--", "/")
    prefix = "" if match["kind"] == "models" else f"{match['kind']}/"
    return Pointer(
        manager="huggingface",
        identity={64: f"sha256:{blob}", 40: f"git:{blob}"}.get(len(blob), f"path:{match['file']}"),
        revision=revision,
        location=f"{prefix}{repository}:{match['file']}",
    )
