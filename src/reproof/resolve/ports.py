"""What `resolve` asks of the outside, as the adapters answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from reproof.model.resolution import Artifact, ImageLookup
from reproof.store.store import Store


class IndexFile(Protocol):
    """A file that an index offers."""

    @property
    def filename(self) -> str: ...
    @property
    def place(self) -> str: ...
    @property
    def requires_python(self) -> str | None: ...
    @property
    def yanked(self) -> bool: ...
    @property
    def local(self) -> Path | None: ...


class Listing(Protocol):
    """The files of a project, and what those indexes said that failed."""

    @property
    def files(self) -> Sequence[IndexFile]: ...
    @property
    def failures(self) -> Sequence[str]: ...


class Index(Protocol):
    """The package indexes of the user. All methods may be called from several threads.

    `file` is one of those that `files` returned: each index has its own kind.
    """

    def files(self, name: str) -> Listing: ...
    def member(self, file: Any, name: str) -> str: ...
    def artifact(self, file: Any) -> Artifact: ...


class Archive(Protocol):
    """The distribution's package archive, as this machine is set up to use it."""

    def suites(self) -> tuple[str, ...]: ...
    def versions(self, names: Iterable[str], /) -> dict[str, tuple[str, ...]] | None: ...


@dataclass(frozen=True)
class ResolveTools:
    """The adapters that `resolve` works with. `look_up_image` asks a registry for an image name.

    `cuda_mirror`: a repository that is asked for tags of `nvidia/cuda` that the vendor has deleted.
    """

    index: Index
    store: Store
    look_up_image: Callable[[str], ImageLookup]
    archive: Archive
    cuda_mirror: str | None = None
