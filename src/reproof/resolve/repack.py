"""An installed distribution as a wheel again: the same files, and the same wheel every time."""

from __future__ import annotations

from pathlib import Path

from reproof.adapters.wheel_archive import Member, write_wheel
from reproof.errors import ResolveError
from reproof.model.resolution import Artifact
from reproof.model.snapshot import Distribution
from reproof.resolve.installed import Installed, installed_members
from reproof.resolve.metadata import made_metadata, made_wheel_file, stem, wheel_filename
from reproof.store.store import Store


def repack(distribution: Distribution, store: Store) -> tuple[Artifact, tuple[str, ...]]:
    """Put the installed files into a wheel and keep it; return the artifact and what could not be carried, in words.

    Raises:
        ResolveError: the files cannot be read, or nothing tells which they are.
        StoreError: the store cannot be written.
    """
    installed = _members(distribution)
    filename = wheel_filename(distribution)
    with store.scratch("wheel") as folder:
        path = folder / "wheel"
        try:
            write_wheel(path, installed.members)
            blob = store.blobs.put_file(path)
        except OSError as error:
            where = error.filename or distribution.location
            raise ResolveError(f"{distribution.name} cannot be packed ({where}): {error.strerror}") from error
    return Artifact(filename=filename, digest=blob.digest, size=blob.size), installed.missing


def is_development_install(distribution: Distribution) -> bool:
    """Say whether an egg-info lies in a source folder: `setup.py develop` only puts that folder on the path."""
    info, location = Path(distribution.dist_info), Path(distribution.location)
    installed = location.name in ("site-packages", "dist-packages") or location.name.endswith(".egg")
    return info.name.endswith(".egg-info") and not installed


def _members(distribution: Distribution) -> Installed:
    info, name = Path(distribution.dist_info), stem(distribution)
    folder = f"{name}.dist-info"
    if is_development_install(distribution):
        link = Member(f"__editable__.{name}.pth", data=f"{distribution.location}\n".encode())
        return Installed((link, *made_metadata(distribution), made_wheel_file(distribution, folder)))
    if not info.exists():
        raise ResolveError(f"{distribution.name} is gone: {info} is not there", "install it again, and record again")
    if not info.name.endswith(".dist-info"):
        installed = installed_members(info, info.parent, name)
        made = (*made_metadata(distribution), made_wheel_file(distribution, folder))
        return Installed((*installed.members, *made), installed.missing)
    installed = installed_members(info, info.parent, info.name.removesuffix(".dist-info"))
    listed = any(member.name == f"{info.name}/WHEEL" for member in installed.members)
    made = () if listed else (made_wheel_file(distribution, info.name),)
    return Installed((*installed.members, *made), installed.missing)
