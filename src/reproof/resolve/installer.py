"""The wheel of pip that installs the others inside the build."""

from __future__ import annotations

from collections.abc import Sequence
from email import message_from_string
from importlib import metadata
from pathlib import Path

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename
from packaging.version import Version

from reproof.errors import ResolveError
from reproof.model.resolution import Artifact, Pin
from reproof.model.snapshot import Distribution, Interpreter
from reproof.resolve.ports import Index, IndexFile
from reproof.resolve.repack import repack
from reproof.resolve.take import take
from reproof.store.store import Store

OLDEST = Version("20.3")
"""The first pip that knows the platform tags which wheels carry today."""


def resolve_installer(interpreter: Interpreter, pins: Sequence[Pin], index: Index, store: Store) -> Artifact | None:
    """Return a pip that runs on the recorded Python; None when there is none to be had.

    The recorded one is the first choice, then the newest on the indexes, then the one that the interpreter ships, and
    last the one that reproof itself runs with.
    """
    for pin in pins:
        if pin.name == "pip" and pin.confidence == "proven" and Version(pin.version) >= OLDEST:
            return pin.artifact
    return _newest(interpreter, index, store) or _bundled(interpreter, store) or _own(interpreter, store)


def _newest(interpreter: Interpreter, index: Index, store: Store) -> Artifact | None:
    found: list[tuple[Version, IndexFile]] = []
    for file in index.files("pip").files:
        try:
            name, version, _, tags = parse_wheel_filename(file.filename)
        except InvalidWheelFilename:
            continue
        fits = name == "pip" and not version.is_prerelease and not file.yanked
        if fits and any(tag.interpreter == "py3" for tag in tags):
            found.append((version, file))
    for _, file in sorted(found, key=lambda candidate: candidate[0], reverse=True):
        try:
            if _admits(_requires_python(file, index), interpreter):
                return take(file, index, store)
        except ResolveError:
            continue
    return None


def _requires_python(file: IndexFile, index: Index) -> str | None:
    """Return what the page says, or, for a page that says nothing of any file, what the wheel itself says."""
    if file.requires_python is not None:
        return file.requires_python
    return message_from_string(index.member(file, "METADATA"))["Requires-Python"]


def _admits(requires: str | None, interpreter: Interpreter) -> bool:
    try:
        return SpecifierSet(requires or "").contains(interpreter.version, prereleases=True)
    except InvalidSpecifier:
        return False


def _bundled(interpreter: Interpreter, store: Store) -> Artifact | None:
    """Return the wheel that `ensurepip` of the recorded interpreter installs."""
    for path in sorted(Path(interpreter.stdlib).glob("ensurepip/_bundled/pip-*.whl"), reverse=True):
        try:
            blob = store.blobs.put_file(path)
        except OSError:
            continue
        return Artifact(filename=path.name, digest=blob.digest, size=blob.size)
    return None


def _own(interpreter: Interpreter, store: Store) -> Artifact | None:
    try:
        pip = metadata.distribution("pip")
        if not _admits(pip.metadata["Requires-Python"], interpreter):
            return None
        site = str(pip.locate_file(""))
        info = str(next(Path(site).glob(f"pip-{pip.version}.dist-info")))
        own = Distribution(name="pip", version=pip.version, location=site, dist_info=info, origin="index")
        return repack(own, store)[0]
    except (metadata.PackageNotFoundError, ResolveError, StopIteration):
        return None
