"""Takes a file of an index as an artifact; a file of this machine is kept as bytes, for no other machine has it."""

from __future__ import annotations

from reproof.errors import ResolveError
from reproof.model.resolution import Artifact
from reproof.resolve.ports import Index, IndexFile
from reproof.store.store import Store


def take(file: IndexFile, index: Index, store: Store) -> Artifact:
    """Return the artifact that a file is.

    Raises:
        ResolveError: its bytes were needed and cannot be had.
        StoreError: the store cannot be written.
    """
    artifact = index.artifact(file)
    if file.local is None:
        return artifact
    try:
        blob = store.blobs.put_file(file.local)
    except OSError as error:
        raise ResolveError(f"{file.local} cannot be read: {error.strerror}", "put the file back") from error
    if blob.digest != artifact.digest:
        raise ResolveError(f"{file.local} changed while it was read", "resolve again when it is complete")
    return artifact
