"""BuildContext -> Image: sends the context to the engine, unless the engine has what it would build."""

from __future__ import annotations

from collections.abc import Iterator

from reproof.adapters.engine import Engine, EngineImage
from reproof.build.context import context_size, context_tar
from reproof.errors import BuildError
from reproof.model.image import BuildContext, Image
from reproof.model.plan import Base, BuildPlan
from reproof.progress import Progress
from reproof.store.store import Store

LABEL = "run.context"
"""The label with the id of the context that an image was built from."""


def build_image(context: BuildContext, plan: BuildPlan, engine: Engine, store: Store, progress: Progress) -> Image:
    """Return the image of a context. Equal contexts give one image: it is built once, then found by its label.

    Raises:
        BuildError: a step failed, or the base cannot be had; it names the step or the registry.
        StoreError: a part of the context is missing or damaged.
        EngineError: the engine went away.
    """
    tag = image_tag(context.id)
    found = engine.find_image(tag)
    if found is None or found.labels.get(LABEL) != context.id:
        if plan.base.kind == "registry":
            fetch_base(plan.base, engine, progress)
        image_id = engine.build(send(context, store, progress), tag, {LABEL: context.id}, progress)
        found = engine.find_image(image_id)
        if found is None:
            raise BuildError(f"the engine built {image_id[:19]}, but does not have it now", "repeat the command")
    return describe(found, context, tag)


def describe(image: EngineImage, context: BuildContext, tag: str) -> Image:
    """Return the document on an image that the engine has."""
    return Image(
        plan=context.plan,
        context=context.id,
        image_id=image.image_id,
        layers=image.layers,
        size=image.size,
        tag=tag,
    )


def fetch_base(base: Base, engine: Engine, progress: Progress) -> None:
    """Fetch the base before the build, so that its failure is not taken for a failing step. Raises BuildError."""
    reference = pinned(base)
    if engine.find_image(reference) is None:
        engine.pull(reference, progress)


def pinned(base: Base) -> str:
    """Return the name that the engine fetches: with a digest, and then without the tag, which says less."""
    if base.digest is None:
        return base.reference
    folder, slash, name = base.reference.rpartition("/")
    return f"{folder}{slash}{name.partition(':')[0]}@{base.digest}"


def image_tag(context: str) -> str:
    """Return the name under which an engine keeps the image of the context with this id."""
    return f"reproof/{context[:12]}:latest"


def send(context: BuildContext, store: Store, progress: Progress) -> Iterator[bytes]:
    """Yield the context's bytes, telling how many have gone. Raises as `context_tar`."""
    with progress.task("sending the build context", context_size(context), "B") as task:
        for chunk in context_tar(context, store.blobs):
            task.advance(len(chunk))
            yield chunk
