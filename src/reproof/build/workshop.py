"""Where wheels are built: the target's base and interpreter with a compiler, as an image that no run ever sees."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import dataclass

from reproof.adapters.engine import Engine
from reproof.build.bootstrap import Archive, ensure_base
from reproof.build.context import context_tar
from reproof.build.image import LABEL, fetch_base, image_tag, pinned
from reproof.model.base import Blob
from reproof.model.image import BuildContext, ContextFile
from reproof.model.plan import Base
from reproof.progress import Progress
from reproof.store.store import Store

COMPILERS = ("build-essential", "pkg-config")
SLIM = "-slim"
"""The official Python images without this in their tag have a compiler and the usual headers."""

CLOSED = "/root"
"""A distribution lets only its owner enter; wheels are built by another user."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """A base, the interpreter to unpack on it if one is carried, and that interpreter's path inside."""

    base: Base
    interpreter: Blob | None
    python: str

    @property
    def identity(self) -> str:
        """A name for all of it: wheels that were built in one do not serve another."""
        words = [self.base.model_dump_json(), self.interpreter.digest if self.interpreter else None, self.python]
        return hashlib.sha256(json.dumps([*words, platform.machine()]).encode()).hexdigest()


def workshop(base: Base, interpreter: Blob | None, python: str) -> Workshop:
    """Return the workshop for an image that starts from `base`.

    A distribution's own interpreter gets its headers from a package beside it, a carried one brings them.
    """
    if base.kind == "registry":
        larger = base.reference.replace(SLIM, "") if base.reference.startswith("python:") else base.reference
        digest = base.digest if larger == base.reference else None
        return Workshop(base.model_copy(update={"reference": larger, "digest": digest, "packages": ()}), interpreter,
                        python)  # fmt: skip
    headers = () if interpreter is not None else ("python3-dev",)
    packages = tuple(sorted({*base.packages, *COMPILERS, *headers}))
    return Workshop(base.model_copy(update={"packages": packages}), interpreter, python)


def ensure_workshop(shop: Workshop, engine: Engine, archive: Archive, store: Store, progress: Progress) -> str:
    """Return the id of the workshop's image, built unless the engine has it.

    Raises:
        BuildError: the base cannot be had.
        EngineError, StoreError: the engine or the store failed.
    """
    base = ensure_base(shop.base, archive, store, progress)
    if base is None:
        fetch_base(shop.base, engine, progress)
    context = BuildContext(plan=shop.identity, files=tuple(_files(shop, base)))
    tag = image_tag(context.id)
    found = engine.find_image(tag)
    if found is not None and found.labels.get(LABEL) == context.id:
        return found.image_id
    store.save(context)  # as long as it is kept, the image is
    return engine.build(context_tar(context, store.blobs), tag, {LABEL: context.id}, progress)


def _files(shop: Workshop, base: Blob | None) -> list[ContextFile]:
    lines = [f"FROM {pinned(shop.base)}"] if base is None else ["FROM scratch", "ADD base.tar /"]
    files = [] if base is None else [ContextFile(path="base.tar", blob=base)]
    if shop.interpreter is not None:
        lines.append("ADD interpreter.tar /")
        files.append(ContextFile(path="interpreter.tar", blob=shop.interpreter))
    if shop.python.startswith(f"{CLOSED}/"):
        lines.append(f"RUN chmod 711 {CLOSED}")
    return [ContextFile(path="Dockerfile", text="\n".join(lines) + "\n"), *files]
