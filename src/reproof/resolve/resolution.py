"""Snapshot to Resolution: everything looked up that the plan needs to know."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from reproof.errors import ResolveError
from reproof.model.base import Blob, Gap
from reproof.model.resolution import Artifact, CondaPackage, Pin, Resolution
from reproof.model.snapshot import Distribution, Snapshot
from reproof.progress import Progress
from reproof.resolve.bases import look_up_images, look_up_packages
from reproof.resolve.conda import read_conda
from reproof.resolve.installer import resolve_installer
from reproof.resolve.interpreter import pack_interpreter
from reproof.resolve.packages import resolve_packages
from reproof.resolve.ports import ResolveTools


def resolve(
    snapshot: Snapshot, tools: ResolveTools, progress: Progress, earlier: Resolution | None = None
) -> Resolution:
    """Return an artifact for each package, and what was found out about interpreter, base images and archive.

    What cannot be had becomes a gap: whether the image can be built without it is for the plan to say. Packages and
    interpreter are taken from an `earlier` resolution of the snapshot: what they were packed from may be gone now.

    Raises:
        StoreError: the store cannot be written.
    """
    with ThreadPoolExecutor(3) as beside:
        suites = beside.submit(tools.archive.suites)
        images = beside.submit(
            lambda: look_up_images(snapshot, tools.look_up_image, suites.result(), tools.cuda_mirror)
        )
        system = beside.submit(look_up_packages, snapshot, tools.archive)
        contents = _contents_of(earlier) if earlier else _find_contents(snapshot, tools, progress)
        packages, archive_gaps = system.result()
        return Resolution(
            snapshot=snapshot.id,
            pins=contents.pins,
            installer=contents.installer,
            interpreter=contents.interpreter,
            images=images.result(),
            packages=packages,
            sources=suites.result(),
            conda=contents.conda,
            gaps=tuple(dict.fromkeys((*contents.gaps, *archive_gaps))),
        )


class Contents(NamedTuple):
    """What goes into the image beside the base."""

    pins: tuple[Pin, ...]
    installer: Artifact | None
    interpreter: Blob | None
    gaps: tuple[Gap, ...]
    conda: tuple[CondaPackage, ...] = ()


def _contents_of(resolution: Resolution) -> Contents:
    return Contents(resolution.pins, resolution.installer, resolution.interpreter, resolution.gaps, resolution.conda)


def _find_contents(snapshot: Snapshot, tools: ResolveTools, progress: Progress) -> Contents:
    interpreter = snapshot.interpreter
    carried, interpreter_gaps = _carried_interpreter(snapshot, tools, progress)
    conda = read_conda(Path(interpreter.base_prefix)) if interpreter and carried else None
    inside = f"{interpreter.base_prefix}/" if interpreter and conda else None
    rest = [found for found in snapshot.distributions if not _comes_along(found, inside)]
    pins, gaps = resolve_packages(rest, tools.index, tools.store, progress)
    installer = resolve_installer(interpreter, pins, tools.index, tools.store) if interpreter else None
    told = (*gaps, *interpreter_gaps, *(conda.gaps if conda else ()))
    return Contents(pins, installer, carried, told, conda.packages if conda else ())


def _comes_along(distribution: Distribution, inside: str | None) -> bool:
    """Say whether a distribution lies in the conda environment that is carried whole, and conda put it there."""
    return inside is not None and distribution.origin == "conda" and distribution.location.startswith(inside)


def _carried_interpreter(
    snapshot: Snapshot, tools: ResolveTools, progress: Progress
) -> tuple[Blob | None, tuple[Gap, ...]]:
    if snapshot.interpreter is None:
        return None, ()
    try:
        return pack_interpreter(snapshot.interpreter, tools.store, progress), ()
    except ResolveError as error:
        effect = "only an official image with the same version can serve, if there is one"
        return None, (Gap(what="the recorded interpreter", why=error.message, effect=effect),)
