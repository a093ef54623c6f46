"""BuildPlan -> BuildContext: the Dockerfile and everything it copies, as path -> bytes. Pure."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
import traceback
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import jinja2

from reproof.errors import BuildError
from reproof.model.base import Blob
from reproof.model.image import BuildContext, ContextFile
from reproof.model.plan import BuildPlan, SourceRoot, Wheel
from reproof.model.resolution import Artifact
from reproof.templates import template_folder

VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
SESSION = ("COLUMNS", "LINES", "LOGNAME", "PWD", "SHELL", "TERM", "USER")
"""Variables of the terminal and the login: a replay gets them, but an image has no business with them."""


def render(plan: BuildPlan, base: Blob | None, debs: dict[str, Blob]) -> BuildContext:
    """Return the build context of a plan.

    Args:
        plan: what to build.
        base: the root file system, when the base is bootstrapped.
        debs: file name to package, for what a registry base lacks.

    Raises:
        BuildError: the Dockerfile template does not render.
    """
    files = [ContextFile(path="Dockerfile", text=render_dockerfile(plan))]
    if base is not None:
        files.append(ContextFile(path="base.tar", blob=base))
    if plan.interpreter is not None:
        files.append(ContextFile(path="interpreter.tar", blob=plan.interpreter))
    files += [ContextFile(path=f"debs/{name}", blob=blob) for name, blob in debs.items()]
    files += wheel_files(plan)
    for index, root in enumerate(plan.sources):
        files += source_files(root, source_folder(index))
    return BuildContext(plan=plan.id, files=tuple(sorted(files, key=lambda file: file.path)))


def render_dockerfile(plan: BuildPlan) -> str:
    """Return the Dockerfile's text. Raises BuildError when the template is broken, naming file and line."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template_folder("dockerfile")),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # a Dockerfile is no HTML: each value goes through a filter of its own
    )
    environment.filters.update(
        sh=shlex.quote,
        json=to_json,
        env=quote_variable,
        path=quote_path,
        paths=quote_paths,
        comment=one_line,
        wrapped=comment_lines,
    )
    try:
        return environment.get_template("Dockerfile.j2").render(facts(plan))
    except (jinja2.TemplateError, TypeError, ValueError) as error:
        raise BuildError(
            f"the Dockerfile template does not render ({template_line(error)}): {error}",
            "restore the template, or mend that line",
        ) from error


def template_line(error: Exception) -> str:
    """Return file and line of the template that an error came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "Dockerfile.j2"


def facts(plan: BuildPlan) -> dict[str, Any]:
    """Return what the template may name: the plan's fields, and what follows from them."""
    own_prefix = plan.venv.prefix if plan.venv else None
    return {
        **{name: getattr(plan, name) for name in type(plan).model_fields},
        "debs": plan.base.kind == "registry" and bool(plan.base.packages),
        "reasons": {decision.subject: decision.reason for decision in plan.decisions},
        "installs": [
            {"target": target, "requirements": requirements_name(index)} for index, target in enumerate(targets(plan))
        ],
        "break_system_packages": own_prefix is None,
        "installed": installed_folders(plan),
        "sources": [{"context": source_folder(i), "path": root.path} for i, root in enumerate(plan.sources)],
        "passwd": f"{plan.user}:x:{plan.uid}:{plan.gid}::{plan.home}:/bin/sh",
        "group": f"{plan.user}:x:{plan.gid}:",
        "locale_source": locale_source(plan),
        "zone": plan.timezone if "tzdata" in {name.partition("=")[0] for name in plan.base.packages} else "",
        "variables": [
            (name, value)
            for name, value in plan.environment.items()
            if VARIABLE.fullmatch(name) and name not in SESSION and "\n" not in value and "\r" not in value
        ],
    }


def targets(plan: BuildPlan) -> list[str | None]:
    """Return the site folders that wheels go to, the interpreter's own (None) first."""
    return sorted({wheel.target for wheel in plan.wheels}, key=lambda target: target or "")


def installed_folders(plan: BuildPlan) -> list[str]:
    """Return the folders that an install changes, to be taken into the final image."""
    if plan.venv is not None:
        own = plan.venv.prefix
    elif plan.interpreter is not None:
        own = str(PurePosixPath(plan.python).parent.parent)
    else:
        own = "/usr/local"
    return [own, *(target for target in targets(plan) if target and not target.startswith(f"{own}/"))]


def wheel_files(plan: BuildPlan) -> list[ContextFile]:
    """Return the wheels, and for each target the list that pins them."""
    if not plan.wheels:
        return []
    files = {f"wheels/{wheel.artifact.filename}": blob_of(wheel.artifact) for wheel in plan.wheels}
    if plan.installer is None:
        raise BuildError("the plan has packages but no pip to install them", "run this with access to an index")
    files[f"wheels/{plan.installer.filename}"] = blob_of(plan.installer)
    context = [ContextFile(path=path, blob=blob) for path, blob in files.items()]
    for index, target in enumerate(targets(plan)):
        text = requirements(wheel for wheel in plan.wheels if wheel.target == target)
        context.append(ContextFile(path=f"wheels/{requirements_name(index)}", text=text))
    return context


def requirements(wheels: Iterable[Wheel]) -> str:
    """Return a pip requirements file that admits one file for each package."""
    lines = (f"{wheel.name}=={wheel.version} --hash={wheel.artifact.digest}\n" for wheel in wheels)
    return "".join(lines)


def requirements_name(index: int) -> str:
    return "requirements.txt" if index == 0 else f"requirements-{index}.txt"


def source_files(root: SourceRoot, folder: str) -> list[ContextFile]:
    """Return the files of one root, at their places relative to it."""
    return [
        ContextFile(
            path=f"{folder}/{PurePosixPath(file.path).relative_to(root.path)}",
            mode=file.mode,
            blob=None if file.link is not None else Blob(digest=file.digest, size=file.size),
            link=file.link,
        )
        for file in root.files
    ]


def source_folder(index: int) -> str:
    return "project" if index == 0 else f"project-{index}"


def blob_of(artifact: Artifact) -> Blob:
    return Blob(digest=artifact.digest, size=artifact.size)


def locale_source(plan: BuildPlan) -> tuple[str, str] | None:
    """Return what `localedef` makes the locale from; None for what the C library has built in or lacks."""
    name, _, charset = plan.locale.partition(".")
    there = "locales" in {package.partition("=")[0] for package in plan.base.packages}
    return None if name in ("", "C", "POSIX") or not there else (name, charset or "ISO-8859-1")


def to_json(value: Any) -> str:
    """Return the exec form of an instruction: a JSON array."""
    return json.dumps(list(value), ensure_ascii=False)


def quote_variable(value: str) -> str:
    """Return a value for ENV or LABEL, with nothing left for the builder to expand."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def quote_path(value: str) -> str:
    """Return a path for WORKDIR, which takes it unquoted but looks for quotes and variables in it."""
    return re.sub(r"([\\$'\"])", r"\\\1", value)


def quote_paths(values: Iterable[str]) -> str:
    """Return the paths of a COPY: a JSON array in which, unlike in that of a CMD, variables are looked for."""
    return to_json(quote_path(value) for value in values)


def comment_lines(text: str) -> str:
    """Return a sentence over as many lines of comment as it takes, without the sign of the first one."""
    return "\n# ".join(textwrap.wrap(one_line(text), 116, break_long_words=False, break_on_hyphens=False))


def one_line(value: Any) -> str:
    """Return text that cannot leave its comment line."""
    text = shlex.join(value) if isinstance(value, tuple | list) else str(value)
    return " ".join(text.split())
