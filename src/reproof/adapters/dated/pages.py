"""Pages of an index: PEP 691 JSON and PEP 503 HTML, for installers and for solvers. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from html import escape

from reproof.adapters.dated.asof import DatedFile
from reproof.adapters.dated.releases import Release

YANKED = "yanked by now; nobody says since when"
"""Pages mark what was yanked, and not when (PEP 592): at the instant it may still have been an ordinary release."""


@dataclass(frozen=True)
class Link:
    """A file on a page."""

    filename: str
    url: str
    version: str
    sha256: str | None = None
    size: int | None = None
    requires_python: str | None = None
    yanked: bool = False
    uploaded: datetime | None = None
    metadata: bool = True


def file_link(dated: DatedFile, url: str) -> Link:
    """Return the link to a file, for an installer. Metadata is offered for wheels: of them alone it is always known."""
    file = dated.file
    return Link(
        filename=file.filename,
        url=url,
        version=str(dated.version),
        sha256=file.sha256,
        size=file.size,
        requires_python=file.requires_python,
        yanked=file.yanked,
        uploaded=dated.uploaded,
        metadata=file.filename.endswith(".whl"),
    )


def stand_in_name(project: str, release: Release) -> str:
    """Return the name of the wheel that stands, on a solver's page, for whatever a target would install."""
    return f"{project.replace('-', '_')}-{release.version}-py3-none-any.whl"


def render_json(project: str, links: Iterable[Link]) -> bytes:
    """Return the page of a project as JSON (PEP 691, 700 and 714)."""
    links = tuple(links)
    page = {
        "meta": {"api-version": "1.1"},
        "name": project,
        "versions": list(dict.fromkeys(link.version for link in links)),
        "files": [_json_file(link) for link in links],
    }
    return json.dumps(page).encode()


def _json_file(link: Link) -> dict[str, object]:
    entry: dict[str, object] = {
        "filename": link.filename,
        "url": link.url,
        "hashes": {"sha256": link.sha256} if link.sha256 else {},
        "yanked": YANKED if link.yanked else False,
        "core-metadata": link.metadata,
        # The older name, for tools from before PEP 714.
        "dist-info-metadata": link.metadata,
    }
    if link.requires_python:
        entry["requires-python"] = link.requires_python
    if link.size is not None:
        entry["size"] = link.size
    if link.uploaded is not None:
        entry["upload-time"] = link.uploaded.isoformat().replace("+00:00", "Z")
    return entry


def render_html(project: str, links: Iterable[Link]) -> bytes:
    """Return the page of a project as HTML (PEP 503, 592, 658 and 714)."""
    rows = "".join(f"    <a {_attributes(link)}>{escape(link.filename)}</a><br>\n" for link in links)
    head = f'<head><meta name="pypi:repository-version" content="1.1"><title>Links for {escape(project)}</title></head>'
    return f"<!DOCTYPE html>\n<html>\n  {head}\n  <body>\n{rows}  </body>\n</html>\n".encode()


def _attributes(link: Link) -> str:
    attributes = {"href": link.url + (f"#sha256={link.sha256}" if link.sha256 else "")}
    if link.requires_python:
        attributes["data-requires-python"] = link.requires_python
    if link.yanked:
        attributes["data-yanked"] = YANKED
    if link.metadata:
        attributes |= {"data-core-metadata": "true", "data-dist-info-metadata": "true"}
    return " ".join(f'{name}="{escape(value, quote=True)}"' for name, value in attributes.items())
