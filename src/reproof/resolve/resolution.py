"""Snapshot to Resolution: everything looked up that the plan needs to know."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from reproof.errors import ResolveError
from reproof.model.base import Blob, Gap
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot
from reproof.progress import Progress
from reproof.resolve.bases import look_up_images, look_up_packages
from reproof.resolve.installer import resolve_installer
from reproof.resolve.interpreter import pack_interpreter
from reproof.resolve.packages import resolve_packages
from reproof.resolve.ports import ResolveTools


def resolve(snapshot: Snapshot, tools: ResolveTools, progress: Progress) -> Resolution:
    """Return an artifact for each package, and what was found out about interpreter, base images and archive.

    What cannot be had becomes a gap: whether the image can be built without it is for the plan to say.

    Raises:
        StoreError: the store cannot be written.
    """
    interpreter = snapshot.interpreter
    with ThreadPoolExecutor(2) as beside:
        images = beside.submit(look_up_images, snapshot, tools.look_up_image)
        system = beside.submit(look_up_packages, snapshot, tools.archive)
        pins, gaps = resolve_packages(snapshot.distributions, tools.index, tools.store, progress)
        installer = resolve_installer(interpreter, pins, tools.index, tools.store) if interpreter else None
        carried, interpreter_gaps = _carried_interpreter(snapshot, tools, progress)
        packages, archive_gaps = system.result()
        return Resolution(
            snapshot=snapshot.id,
            pins=pins,
            installer=installer,
            interpreter=carried,
            images=images.result(),
            packages=packages,
            sources=tools.archive.suites(),
            gaps=(*gaps, *interpreter_gaps, *archive_gaps),
        )


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
