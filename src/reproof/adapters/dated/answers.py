"""What the loopback index answers, but for the files that it passes through: pages, metadata, and stand-ins."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from packaging.version import InvalidVersion, Version

from reproof.adapters.dated.asof import DatedFile
from reproof.adapters.dated.index import DatedIndex
from reproof.adapters.dated.pages import Link, file_link, stand_in_name
from reproof.adapters.dated.releases import Release
from reproof.errors import ResolveError
from reproof.model.target import Target

WHEEL = b"Wheel-Version: 1.0\nGenerator: reproof\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@dataclass(frozen=True)
class View:
    """Whose choice a solver's page shows.

    `admitted` are the sha256 that a lock admits of some projects, `late` the releases that are added to what was there.
    """

    target: Target
    admitted: Mapping[str, Collection[str]] = field(default_factory=dict)
    late: Mapping[str, Version] = field(default_factory=dict)

    def releases(self, index: DatedIndex, project: str) -> tuple[Release, ...]:
        """Return the releases of a project that can be installed."""
        return tuple(release for release in self.every(index, project) if release.chosen is not None)

    def every(self, index: DatedIndex, project: str) -> tuple[Release, ...]:
        """Return all releases of a project, those too that cannot be installed."""
        return index.releases(project, self.target, self.admitted.get(project, ()), self.late.get(project))

    def release(self, index: DatedIndex, project: str, version: Version) -> Release | None:
        """Return one release; None if there was none of this version."""
        return next((release for release in self.every(index, project) if release.version == version), None)


class NotHere(Exception):
    """There is nothing at an address."""


class Answers:
    """The bodies of all answers but those that pass files through."""

    def __init__(self, index: DatedIndex, view: View | None) -> None:
        self.index = index
        self._view = view
        self._files: dict[str, DatedFile] = {}

    def page(self, face: str, project: str) -> tuple[Link, ...]:
        """Return the links on a project's page. Raises NotHere, or ResolveError if the places could not be asked."""
        found = self.index.project(project)
        if not found.reached:
            raise ResolveError(f"{project}: {'; '.join(found.failures)}")
        if face == "simple":
            links = tuple(file_link(dated, self._address(dated)) for dated in found.stand.there)
        else:
            links = tuple(self._stand_in(face, project, release) for release in self._releases(project))
        if not links:
            raise NotHere
        return links

    def file(self, token: str) -> DatedFile:
        """Return the file with a token. Raises NotHere."""
        if token not in self._files:
            raise NotHere
        return self._files[token]

    def metadata(self, token: str) -> bytes:
        """Return the metadata of a file for an installer. Raises NotHere or ResolveError."""
        dated = self.file(token)
        project = dated.file.filename.split("-")[0]
        return self.index.metadata(dated).render(project, str(dated.version))

    def stand_in_metadata(self, project: str, version: str) -> bytes:
        """Return the metadata of what a target would install. Raises NotHere or ResolveError."""
        release = self._release(project, version)
        if release.chosen is None:
            raise NotHere
        return self.index.metadata(release.chosen, release.others).render(project, str(release.version))

    def stand_in(self, project: str, version: str) -> bytes:
        """Return a wheel that consists of its metadata. Raises NotHere or ResolveError."""
        folder = f"{project.replace('-', '_')}-{version}.dist-info"
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            members = {
                f"{folder}/METADATA": self.stand_in_metadata(project, version),
                f"{folder}/WHEEL": WHEEL,
                f"{folder}/RECORD": b"",
            }
            for name, data in members.items():
                archive.writestr(zipfile.ZipInfo(name), data)
        return target.getvalue()

    def _address(self, dated: DatedFile) -> str:
        token = hashlib.sha256(dated.file.url.encode()).hexdigest()[:32]
        self._files[token] = dated
        return f"/files/{token}/{quote(dated.file.filename)}"

    def _stand_in(self, face: str, project: str, release: Release) -> Link:
        name = stand_in_name(project, release)
        url = f"/{face}/{project}/{quote(str(release.version))}/{quote(name)}"
        return Link(name, url, str(release.version), yanked=release.yanked and face == "solve")

    def _releases(self, project: str) -> tuple[Release, ...]:
        if self._view is None:
            raise NotHere
        return self._view.releases(self.index, project)

    def _release(self, project: str, text: str) -> Release:
        try:
            found = self._view.release(self.index, project, Version(text)) if self._view else None
        except InvalidVersion:
            found = None
        if found is None:
            raise NotHere
        return found
