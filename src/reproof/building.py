"""The stage from a plan to an image: what goes into it is fetched or made, rendered, and sent to the engine."""

from __future__ import annotations

from pathlib import Path

from reproof.adapters.apt import AptArchive
from reproof.build.bootstrap import ensure_base
from reproof.build.context import write_context
from reproof.build.image import build_image
from reproof.fetching import fetch
from reproof.fitting import tell_misfits
from reproof.model.base import Blob
from reproof.model.image import BuildContext, Image
from reproof.model.plan import BuildPlan
from reproof.render import render
from reproof.tools import Tools


def context(build_plan: BuildPlan, tools: Tools) -> BuildContext:
    """Return the build context of a plan, every byte of it in the store. Raises ResolveError, BuildError."""
    artifacts = [wheel.artifact for wheel in build_plan.wheels]
    artifacts += [build_plan.installer] if build_plan.installer else []
    fetch(artifacts, tools, build_plan.venv.prefix if build_plan.venv else None)
    rendered = render(build_plan, bootstrapped(build_plan, tools), packages(build_plan, tools))
    tools.store.save(rendered, build_plan.id)
    return rendered


def export(build_plan: BuildPlan, folder: Path, tools: Tools) -> None:
    """Write the build context to a folder, for `docker build` by hand. Raises as `context`."""
    write_context(context(build_plan, tools), folder, tools.store.blobs)


def bootstrapped(build_plan: BuildPlan, tools: Tools) -> Blob | None:
    """Return the root file system of a bootstrapped base; None when the base comes from a registry."""
    if build_plan.base.kind != "bootstrap":
        return None
    return ensure_base(build_plan.base, AptArchive(), tools.store, tools.progress)


def packages(build_plan: BuildPlan, tools: Tools) -> dict[str, Blob]:
    """Return the distribution packages that a registry's base lacks, by file name."""
    if build_plan.base.kind != "registry" or not build_plan.base.packages:
        return {}
    archive = AptArchive()
    with tools.store.scratch("debs") as folder, tools.progress.task("fetching system packages"):
        files = [archive.download(package, folder) for package in build_plan.base.packages]
        return {file.name: tools.store.blobs.put_file(file) for file in files}


def build(build_plan: BuildPlan, tools: Tools) -> Image:
    """Return the image of a plan, built unless the engine has it. Raises as `context`, and EngineError."""
    engine = tools.engine()  # first: what it is sent takes a while to make
    tell_misfits(build_plan, engine.info(), tools)
    image = build_image(context(build_plan, tools), build_plan, engine, tools.store, tools.progress)
    tools.store.save(image, build_plan.id)
    return image
