"""The first stage of a project that recorded nothing: what it needs, and of when, is read; its environment is to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.parser import BytesParser
from pathlib import Path

from packaging.utils import canonicalize_name

from reproof.adapters.jupyter import OPTIONS
from reproof.adapters.project_history import commit_date
from reproof.adapters.project_tree import read_project
from reproof.adapters.working_tree import read_repository
from reproof.capture.assemble import Circumstances, assemble
from reproof.capture.future import future_command, future_variables, project_root
from reproof.capture.keeping import in_place
from reproof.capture.project import files_beside
from reproof.capture.secrets import private_in_patch
from reproof.errors import RunError, UsageError
from reproof.facts.headless import HEADLESS
from reproof.model.policy import Policy
from reproof.model.requirements import DateChoice, Requirement, Requirements
from reproof.model.snapshot import Snapshot
from reproof.needs import find_needs, is_wanted
from reproof.needs.dates import parse_date
from reproof.needs.wanted import Wanted
from reproof.recorder.command import LaunchError
from reproof.recorder.survey import survey_project
from reproof.tools import Tools

EARLIEST = "2010-01-01"
"""Before it no index tells when its files came."""
VERSION = re.compile(r"[23]\.\d+(\.\d+)?")


def capture_old(
    words: Sequence[str], folder: Path, tools: Tools, wanted: Wanted, policy: Policy, allow: Sequence[str] = ()
) -> Snapshot:
    """Return the snapshot of a project that recorded nothing, with what it needs; nothing of it is run.

    `wanted` holds what the user knows of its time; its command and folder are filled in.

    Raises:
        UsageError: there is no code in the project, or the folder cannot be read.
        RunError: there is no such folder.
        CaptureError, StoreError: the record could not be made or kept.
    """
    tools.store.writable()
    with tools.store.scratch("capture") as scratch, tools.progress.task("looking at the project"):
        repository = read_repository(folder, private_in_patch)
        root = repository.tree.root if repository.tree else project_root(folder)
        argv = future_command(words, OPTIONS)
        requirements = read_needs(root, folder, replace(wanted, argv=argv), words[0])
        variables = future_variables(tools.environ, str(root))
        try:
            recording = survey_project(list(argv), str(folder), variables, str(scratch))
        except LaunchError as error:
            raise RunError(str(error), "check the folder's name") from error
        around = Circumstances(
            variables,
            repository.tree,
            (*repository.gaps, *requirements.gaps),
            policy,
            (*allow, *HEADLESS),
            roots=(str(root),),
            kind="capture",
            beside=files_beside(root, repository.tree),
        )
        bare = assemble(recording, scratch, around, tools.store.blobs, in_place)
        snapshot = bare.model_copy(update={"requirements": requirements.id})
        tools.store.save(requirements, tools.store.save(snapshot))
    return snapshot


def read_needs(root: Path, folder: Path, wanted: Wanted, first: str) -> Requirements:
    """Return what the command needs. `first` is the first word as it was given: a notebook needs a kernel.

    Raises:
        UsageError: there is no code in the project, or the folder cannot be read.
    """
    project = read_project(root, is_wanted)
    if not any(path.endswith((".py", ".ipynb")) for path in project.paths):
        raise UsageError(
            f"there is no Python code in {root}", "name the project's folder: reproof capture PROJECT -- python main.py"
        )
    inside = folder.resolve().relative_to(root.resolve()).as_posix()
    found = find_needs(project, replace(wanted, folder="" if inside == "." else inside))
    known = {one.name for one in found.requirements}
    more = [*own_release(root), *([kernel_for(first)] if first.endswith(".ipynb") else [])]
    added = tuple(one for one in more if one.name not in known)
    return found.model_copy(update={"requirements": (*found.requirements, *added)})


def own_release(root: Path) -> Iterator[Requirement]:
    """Yield the release that an unpacked source distribution is: an index has it built, and its folder does not."""
    try:
        told = BytesParser().parse((root / "PKG-INFO").open("rb"), headersonly=True)
    except OSError:
        return
    name, version = told["Name"], told["Version"]
    if name and version:
        yield Requirement(name=canonicalize_name(name), kind="declared", source="PKG-INFO", specifier=f"=={version}")


def kernel_for(notebook: str) -> Requirement:
    """Return the requirement for what executes a notebook's cells."""
    return Requirement(name="ipykernel", kind="imported", source=notebook)


def read_instant(text: str, folder: Path) -> DateChoice:
    """Return the instant that `--as-of` names: a date, or a commit of the project's repository.

    Raises:
        UsageError: it is neither, lies in the future, or before any index kept dates.
    """
    choice = parse_date(text) or commit_date(folder, text)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if choice.instant[:10] > now[:10] and not now.startswith(text):
        raise UsageError(f"--as-of {text} lies in the future", "name the day on which the project last worked")
    if choice.instant < EARLIEST:
        raise UsageError(
            f"--as-of {text} is before {EARLIEST}: no index tells what it offered then", "name a later day"
        )
    return choice.model_copy(update={"instant": min(choice.instant, now)})


def read_python(text: str) -> str:
    """Return the version that `--python` names. Raises UsageError: it is none."""
    if not VERSION.fullmatch(text):
        raise UsageError(f"--python {text} is no version of Python", "name one such as 3.8 or 3.8.12")
    return text
