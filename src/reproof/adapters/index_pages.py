"""The pages of package indexes: JSON (PEP 691), HTML (PEP 503), and plain folders, as lists of files."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit
from urllib.request import url2pathname

from reproof.adapters.pip_config import public_url

ARCHIVES = (".whl", ".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz")
JSON_TYPE = "application/vnd.pypi.simple.v1+json"
ACCEPT = f"{JSON_TYPE}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"


@dataclass(frozen=True)
class IndexFile:
    """A file that a place offers. `url` may hold credentials and is never stored; `place` may be."""

    filename: str
    url: str = field(repr=False)
    place: str
    sha256: str | None = None
    size: int | None = None
    requires_python: str | None = None
    yanked: bool = False
    upload_time: str | None = None
    """When it came to the index, as the page says it (PEP 700)."""
    metadata: bool = False
    """The page advertises the file's metadata as a file of its own (PEP 658 and 714)."""

    @property
    def public_url(self) -> str:
        """The URL without anything that may be a secret."""
        return public_url(self.url)

    @property
    def local(self) -> Path | None:
        """Where it lies, if it is a file of this machine."""
        return local_path(self.url)


def local_path(url: str) -> Path | None:
    """Return the path that a `file:` URL names; None for any other."""
    parts = urlsplit(url)
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def parse_json(data: bytes, url: str, place: str) -> list[IndexFile]:
    """Return the files of a JSON page at `url`.

    Raises:
        ValueError: it is not such a page.
    """
    page = json.loads(data)
    if not isinstance(page, dict) or not isinstance(page.get("files"), list):
        raise ValueError("a page without a list of files")
    return [
        IndexFile(
            filename=str(entry["filename"]),
            url=entry["url"] if "://" in entry["url"] else urljoin(url, entry["url"]),
            place=place,
            sha256=entry.get("hashes", {}).get("sha256"),
            size=entry.get("size"),
            requires_python=entry.get("requires-python"),
            yanked=bool(entry.get("yanked", False)),
            upload_time=entry.get("upload-time"),
            metadata=bool(entry.get("core-metadata") or entry.get("dist-info-metadata")),
        )
        for entry in page["files"]
        if isinstance(entry, dict) and "filename" in entry and "url" in entry
    ]


def parse_html(text: str, url: str, place: str) -> list[IndexFile]:
    """Return the files that an HTML page at `url` links to."""
    parser = _Links()
    parser.feed(text)
    base = urljoin(url, parser.base) if parser.base else url
    files = []
    for attributes in parser.links:
        target, fragment = urldefrag(urljoin(base, attributes["href"] or ""))
        filename = unquote(urlsplit(target).path.rpartition("/")[2])
        if not filename.endswith(ARCHIVES):
            continue
        kind, _, digest = fragment.partition("&")[0].partition("=")
        files.append(
            IndexFile(
                filename=filename,
                url=target,
                place=place,
                sha256=digest if kind == "sha256" else None,
                requires_python=attributes.get("data-requires-python"),
                yanked="data-yanked" in attributes,
                metadata=not {"data-core-metadata", "data-dist-info-metadata"}.isdisjoint(attributes),
            )
        )
    return files


def list_folder(folder: Path, place: str) -> list[IndexFile]:
    """Return the files of a folder, sorted by name. Raises OSError."""
    return [
        IndexFile(filename=path.name, url=path.absolute().as_uri(), place=place, size=path.stat().st_size)
        for path in sorted(folder.iterdir())
        if path.name.endswith(ARCHIVES) and path.is_file()
    ]


class _Links(HTMLParser):
    """Collects the attributes of every link, and the page's base."""

    def __init__(self) -> None:
        super().__init__()
        self.base: str | None = None
        self.links: list[dict[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "base" and self.base is None:
            self.base = attributes.get("href")
        elif tag == "a" and attributes.get("href"):
            self.links.append(attributes)
