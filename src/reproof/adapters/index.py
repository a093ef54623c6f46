"""Package indexes and find-links places, as the user's pip configuration names them, asked together."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal
from urllib.parse import quote, urlsplit

from reproof.adapters.index_download import cached_path, download, download_unnamed
from reproof.adapters.index_http import Connection, IndexFailure
from reproof.adapters.index_pages import (
    ACCEPT,
    IndexFile,
    list_folder,
    local_path,
    parse_html,
    parse_json,
)
from reproof.adapters.index_wheel import NoRanges, RemoteFile, read_member
from reproof.adapters.pip_config import PipConfig, public_url
from reproof.errors import ResolveError
from reproof.model.resolution import Artifact
from reproof.progress import Progress, Task

DOWNLOADS_AT_ONCE = 4
Where = Literal["everywhere", "here", "elsewhere"]
"""Which places are asked: all, those on this machine, or those that are not."""


@dataclass(frozen=True)
class Listing:
    """What all places together offer of a project, and what those said that failed (`host: cause`)."""

    files: tuple[IndexFile, ...]
    failures: tuple[str, ...] = ()


class Index:
    """All the places of a pip configuration. Thread-safe; `cache` is the folder for downloaded artifacts."""

    def __init__(self, config: PipConfig, cache: Path) -> None:
        self._config = config
        self._cache = cache
        self._connection = Connection(config)
        self._without_ranges: set[str] = set()
        self._links: dict[str, Listing] = {}

    @property
    def connection(self) -> Connection:
        """How the places are reached."""
        return self._connection

    def close(self) -> None:
        """Close all connections."""
        self._connection.close()

    def places(self, where: Where = "everywhere") -> tuple[str, ...]:
        """Return the indexes and find-links places, as they may be stored."""
        return tuple(public_url(place) for place in (*self._indexes(where), *self._find_links(where)))

    def files(self, name: str, where: Where = "everywhere") -> Listing:
        """Return the files of a project on every place: the index, extra indexes, then find-links."""
        project = re.sub(r"[-_.]+", "-", name).lower()
        listings = [self._ask(index, f"{index.rstrip('/')}/{quote(project)}/") for index in self._indexes(where)]
        listings += [self._link(place) for place in self._find_links(where)]
        files = [file for listing in listings for file in listing.files if _belongs(file.filename, project)]
        return Listing(
            files=tuple({(file.filename, file.sha256, file.url): file for file in files}.values()),
            failures=tuple(failure for listing in listings for failure in listing.failures),
        )

    def member(self, file: IndexFile, name: str) -> str:
        """Return the text of RECORD or METADATA in a wheel, fetching as little of it as the server allows.

        Raises:
            ResolveError: the place fails, or the file is no wheel.
        """
        try:
            handle: BinaryIO = self._whole(file).open("rb") if self._must_be_whole(file) else self._remote(file)
            with handle:
                return read_member(handle, name)
        except NoRanges:
            self._without_ranges.add(urlsplit(file.url).netloc)
            return self.member(file, name)
        except (OSError, ValueError) as error:
            raise ResolveError(f"{file.filename} on {file.place} cannot be read: {error}") from error

    def artifact(self, file: IndexFile) -> Artifact:
        """Return the artifact that a file is; its sha256 is computed from the bytes if no page told it.

        Raises:
            ResolveError: the bytes were needed and cannot be had.
        """
        path = file.local
        if path is None and (file.sha256 is None or file.size is None):
            path = self._whole(file)
        try:
            size = path.stat().st_size if path is not None else file.size
            sha256 = _sha256(path) if path is not None else file.sha256
        except OSError as error:
            raise ResolveError(f"{file.filename} on {file.place} cannot be read: {error}") from error
        if size is None or sha256 is None or (file.sha256 is not None and file.sha256 != sha256):
            raise ResolveError(f"{file.filename} on {file.place} is not what its index says", "mend that index")
        return Artifact(filename=file.filename, digest=f"sha256:{sha256}", size=size, url=file.public_url)

    def fetch(self, artifacts: Sequence[Artifact], progress: Progress) -> dict[str, Path]:
        """Return the path of each artifact that has a URL, by digest, checked; download those that the cache lacks.

        Raises:
            ResolveError: one cannot be had, or its bytes are not those that were pinned.
            StoreError: the cache cannot be written.
        """
        wanted = {artifact.digest: artifact for artifact in artifacts if artifact.url is not None}
        total = sum(artifact.size for artifact in wanted.values())
        with progress.task("fetch packages", total, "B") as task, ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool:
            running = {digest: pool.submit(self._fetch, artifact, task) for digest, artifact in wanted.items()}
            try:
                return {digest: future.result() for digest, future in running.items()}
            except KeyboardInterrupt:
                self._connection.abort()
                raise
            finally:
                pool.shutdown(cancel_futures=True)

    def _indexes(self, where: Where) -> list[str]:
        return [index for index in self._config.indexes if _lies(index, where)]

    def _find_links(self, where: Where) -> list[str]:
        return [place for place in self._config.find_links if _lies(place, where)]

    def _fetch(self, artifact: Artifact, task: Task) -> Path:
        sha256 = artifact.digest.removeprefix("sha256:")
        return download(self._connection, artifact.url or "", sha256, artifact.filename, self._cache, task)

    def _must_be_whole(self, file: IndexFile) -> bool:
        if file.local is not None or urlsplit(file.url).netloc in self._without_ranges:
            return True
        return file.sha256 is not None and cached_path(self._cache, file.sha256, file.filename).is_file()

    def _remote(self, file: IndexFile) -> BinaryIO:
        return io.BufferedReader(RemoteFile(self._connection, file.url, file.size))

    def _whole(self, file: IndexFile) -> Path:
        if file.local is not None:
            return file.local
        if file.sha256 is None:
            return download_unnamed(self._connection, file.url, file.filename, self._cache)[0]
        return download(self._connection, file.url, file.sha256, file.filename, self._cache, Task())

    def _link(self, place: str) -> Listing:
        """Return all files of a find-links place, which is read once however many projects are asked for."""
        if place not in self._links:
            url = place if "://" in place or place.startswith("file:") else Path(place).expanduser().absolute().as_uri()
            self._links[place] = self._ask(url, url)
        return self._links[place]

    def _ask(self, place: str, url: str) -> Listing:
        name = public_url(place)
        try:
            path, root = local_path(url), local_path(place)
            if root is not None and not root.exists():
                raise FileNotFoundError("it is not there any more")
            found = _read_local(path, name) if path is not None else self._read_page(url, name)
            return Listing(files=tuple(found))
        except IndexFailure as failure:
            return Listing(files=(), failures=(f"{failure.host}: {failure.cause}",))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            return Listing(files=(), failures=(f"{name}: {error}",))

    def _read_page(self, url: str, place: str) -> list[IndexFile]:
        response = self._connection.get(url, {"Accept": ACCEPT})
        if response.status_code in (404, 410):
            return []
        if response.status_code >= 400:
            raise IndexFailure(
                response.url.host, f"{response.status_code} {response.reason_phrase}", response.status_code
            )
        # The address that was asked keeps its credentials; after a redirect the new one is the base.
        base = str(response.url) if response.history else url
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
        if kind.endswith("json"):
            return parse_json(response.content, base, place)
        return parse_html(response.text, base, place)


def _lies(place: str, where: Where) -> bool:
    here = "://" not in place or place.startswith("file:")
    return where == "everywhere" or here == (where == "here")


def _read_local(path: Path, place: str) -> list[IndexFile]:
    """Return the files of a page or folder on this machine; a project's folder that is not there has none."""
    page = path / "index.html" if path.is_dir() else path
    if page.is_file():
        return parse_html(page.read_text(encoding="utf-8", errors="replace"), page.as_uri(), place)
    return list_folder(path, place) if path.is_dir() else []


def _belongs(filename: str, project: str) -> bool:
    """Say whether a file is one of the project's: a find-links folder holds many."""
    stem = re.sub(r"[-_.]+", "-", filename).lower()
    return stem.startswith(f"{project}-") and stem[len(project) + 1 : len(project) + 2].isdigit()


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
