"""Removes images whose build context is no longer kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reproof.adapters.engine import Engine
from reproof.build.image import LABEL, image_tag
from reproof.errors import EngineError


@dataclass(slots=True)
class Pruned:
    """What came of it: names of images that were removed, or would be, and their size in bytes as the engine counts
    (layers that other images share included); `refused`: the engine's reason, by name, such as a running container."""

    images: list[str] = field(default_factory=list)
    bytes: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    """Ids of contexts that need no further attempt: their image is gone, or is none of ours."""


def remove_images(contexts: Iterable[str], engine: Engine, dry_run: bool = False) -> Pruned:
    """Remove the image of each context, if the engine has one that its label says was built from it.

    Raises:
        EngineError: the engine went away.
    """
    pruned = Pruned()
    for context in sorted(contexts):
        tag = image_tag(context)
        found = engine.find_image(tag)
        if found is not None and found.labels.get(LABEL) == context:
            if not dry_run:
                try:
                    engine.remove_image(tag)
                except EngineError as error:
                    if not engine.answers():
                        raise
                    pruned.refused[tag] = error.message
                    continue
            pruned.images.append(tag)
            pruned.bytes += found.size
        pruned.done.add(context)
    return pruned
