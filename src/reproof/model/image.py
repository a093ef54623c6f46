"""BuildContext and Image: what is sent to the engine, and what came of it."""

from __future__ import annotations

from typing import ClassVar

from reproof.model.base import Blob, Document, Frozen


class ContextFile(Frozen):
    """A file of the build context: `text`, a blob of the store, or a symbolic link to `link`; one of them."""

    path: str
    mode: int = 0o644
    text: str | None = None
    blob: Blob | None = None
    link: str | None = None


class BuildContext(Document):
    """Path to bytes, the Dockerfile among them. The digest of this document names the image that it builds."""

    SCHEMA: ClassVar[str] = "reproof/context/1"

    plan: str
    files: tuple[ContextFile, ...]

    def file(self, path: str) -> ContextFile:
        """Return the file at `path`.

        Raises:
            KeyError: there is none.
        """
        for file in self.files:
            if file.path == path:
                return file
        raise KeyError(path)


class Image(Document):
    """A built image: the engine's id, and the digests of its layers (diff IDs), which do not depend on the engine."""

    SCHEMA: ClassVar[str] = "reproof/image/1"

    plan: str
    context: str
    image_id: str
    layers: tuple[str, ...]
    size: int
    """Bytes, as the engine counts them."""
    tag: str
