"""`pylock.toml` (PEP 751), read by `packaging`."""

from __future__ import annotations

from pathlib import Path

from packaging.pylock import Package, Pylock, PylockUnsupportedVersionError, PylockValidationError, is_valid_pylock_path
from packaging.utils import canonicalize_name

from reproof.model.project import Project
from reproof.model.requirements import Requirement
from reproof.needs.found import Found, PythonSign, merged, unique
from reproof.needs.locked import by_line
from reproof.needs.reader import Reader
from reproof.needs.readers.places import load_toml, unparsed
from reproof.needs.spelling import without_credentials


def recognizes(path: str) -> bool:
    """Say whether a file is named as PEP 751 asks."""
    return is_valid_pylock_path(Path(path))


def read(project: Project, path: str) -> Found:
    """Return the packages of the lock with its markers; those of extras and groups have theirs."""
    text = project.text(path) or ""
    try:
        lock = Pylock.from_dict(load_toml(text))
    except (ValueError, PylockValidationError, PylockUnsupportedVersionError) as error:
        return unparsed(path, error)
    lines = by_line(text, "name")
    packages = [requirement_of(one, f"{path}:{lines.get(one.name, 1)}") for one in lock.packages]
    python = str(lock.requires_python or "")
    places = (without_credentials(one.index) for one in lock.packages if one.index)
    return merged((
        Found(requirements=tuple(packages), places=unique(places)),
        Found(pythons=(PythonSign("range", python, f"requires-python in {path}"),) if python else ()),
    ))  # fmt: skip


def requirement_of(package: Package, source: str) -> Requirement:
    """Return a package as the lock pins it."""
    files = [*(package.wheels or ()), *((package.sdist,) if package.sdist else ())]
    hashes = [file.hashes.get("sha256") for file in files]
    url = None
    if package.vcs:
        place = package.vcs.url or package.vcs.path
        url = f"{package.vcs.type}+{place}@{package.vcs.commit_id}"
    elif package.archive:
        url, hashes = package.archive.url or package.archive.path, [package.archive.hashes.get("sha256")]
    elif package.directory:
        url = package.directory.path
    return Requirement(
        name=canonicalize_name(package.name),
        kind="locked",
        source=source,
        specifier=f"=={package.version}" if package.version else "",
        marker=str(package.marker) if package.marker else None,
        url=without_credentials(url) if url else None,
        hashes=tuple(f"sha256:{one}" for one in hashes if one),
    )


PYLOCK = Reader("pylock.toml", recognizes, read)
