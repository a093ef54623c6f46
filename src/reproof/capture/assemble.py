"""Turns a recording into a Snapshot: what was seen by the guest, plus what the host knows of git, code and secrets."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from reproof import __version__
from reproof.adapters.working_tree import Tracked, WorkingTree
from reproof.capture.classify import Places, find_places, sort_files
from reproof.capture.code import read_code
from reproof.capture.command import learn_command
from reproof.capture.datasets import keep_datasets
from reproof.capture.generators import learn_generators
from reproof.capture.hazards import learn_hazards
from reproof.capture.keeping import BytesOf, Keeper, keep_inputs, keep_outputs
from reproof.capture.learned import Learned
from reproof.capture.legible import legible_gap, make_legible, spell, spell_all
from reproof.capture.metrics import learn_results
from reproof.capture.parameters import learn_parameters
from reproof.capture.redaction import Redactor
from reproof.capture.secrets import known_secrets, select_environment
from reproof.capture.seeds import learn_seeds
from reproof.capture.source import learn_source
from reproof.errors import CaptureError
from reproof.model.base import Gap
from reproof.model.policy import Policy
from reproof.model.snapshot import (
    Accelerator,
    Distribution,
    Hardware,
    Interpreter,
    LoadedFile,
    Numerics,
    Snapshot,
    SourceFile,
    System,
)
from reproof.store.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the host knows of a run beside the recording.

    `gaps`: what could not be learned of it. `roots` are the code folders of the original, for a replay, which has no
    repository to ask. `beside` are files of the project that are kept although neither the run used them nor git tracks
    them: of a project that is captured without a run.
    """

    environ: Mapping[str, str]
    tree: WorkingTree | None = None
    gaps: tuple[Gap, ...] = ()
    policy: Policy = field(default_factory=Policy)
    allow: tuple[str, ...] = ()
    replay_of: str | None = None
    roots: tuple[str, ...] = ()
    kind: Literal["run", "capture"] = "run"
    beside: tuple[Tracked, ...] = ()
    salt: str = field(default_factory=lambda: secrets.token_hex(16))


def read_recording(folder: Path) -> dict[str, Any]:
    """Return the recording in `folder`.

    Raises:
        CaptureError: there is none, or it cannot be read.
    """
    path = folder / "recording.json"
    try:
        recording: dict[str, Any] = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise CaptureError(f"the run left no recording in {folder}", "the recorder was stopped; run it again") from None
    except (OSError, ValueError) as error:
        raise CaptureError(f"the recording {path} cannot be read: {error}", "run it again") from error
    return recording


def assemble(
    recording: dict[str, Any], folder: Path, around: Circumstances, blobs: Blobs, bytes_of: BytesOf
) -> Snapshot:
    """Return the snapshot of a recording, and keep the bytes that it names.

    Raises:
        CaptureError: the recording does not have the form that this version reads.
        StoreError: the bytes could not be kept.
    """
    addresses = (around.tree.remote or "",) if around.tree else ()
    try:
        known = known_secrets(around.environ, recording["command"]["argv"], addresses)
        keeper = Keeper(blobs, bytes_of, Redactor(known, around.policy.allowed_secrets))
        return scrub(describe(recording, folder, around, keeper), keeper.redactor)
    except (KeyError, TypeError, ValidationError) as error:
        raise CaptureError(
            f"the recording in {folder} has an unknown form: {error}", "this is a bug; report it"
        ) from error


def describe(recording: dict[str, Any], folder: Path, around: Circumstances, keeper: Keeper) -> Snapshot:
    """Return the whole, section by section."""
    record, illegible = make_legible(recording)
    interpreter = Interpreter(**record["interpreter"]) if record["interpreter"] else None
    distributions = tuple(without_credentials(entry, keeper.redactor) for entry in record["distributions"])
    places = choose_places(record["command"]["cwd"], interpreter, distributions, around)
    files = sort_files(record, places)
    source = learn_source(files, places, (around.tree, around.beside), keeper)
    inputs = keep_inputs(files.inputs, keeper)
    datasets = keep_datasets(files.folders, keeper)
    outputs = keep_outputs(files.outputs, keeper)
    used = files.loaded if around.kind == "run" else every_module(source.value.files)
    code = read_code(source.value.files, used, keeper.blobs)
    command = learn_command(record["command"], folder, keeper)
    results = learn_results(outputs.value, command.value.stdout, keeper.blobs)
    parameters = learn_parameters(command.value.argv, inputs.value, outputs.value, keeper)
    seeds = learn_seeds(code)
    told = (*(Gap(**gap) for gap in record["gaps"]), *illegible, *around.gaps, *files.gaps)
    learned: tuple[Learned[Any], ...] = (command, source, inputs, datasets, outputs, parameters, results)
    gaps = (*told, *(gap for part in learned for gap in part.gaps))
    return Snapshot(
        generator=f"reproof {__version__}",
        kind=around.kind,
        level=record["level"],
        command=command.value,
        source=source.value,
        interpreter=interpreter,
        distributions=distributions,
        loaded=files.loaded,
        system=System(**record["system"]),
        hardware=Hardware(**record["hardware"]),
        accelerator=Accelerator(**record["accelerator"]),
        numerics=Numerics(**record["numerics"]),
        environment=select_environment(spell_all(around.environ), around.salt, around.allow, keeper.redactor),
        parameters=parameters.value,
        inputs=inputs.value,
        datasets=datasets.value,
        outputs=outputs.value,
        temporaries=tuple(record["temporaries"]),
        created_dirs=tuple(record["created_dirs"]),
        metrics=results.value.metrics,
        series=results.value.series,
        seeds=seeds,
        hazards=learn_hazards(code),
        randomness=learn_generators(record["randomness"], seeds, (record["command"]["cwd"], *source.value.roots)),
        policy=around.policy,
        gaps=tuple(dict.fromkeys(legible_gap(gap) for gap in gaps)),
        replay_of=around.replay_of,
    )


def every_module(files: Iterable[SourceFile]) -> tuple[LoadedFile, ...]:
    """Return the project's modules as if all of them had been loaded: without a run, nobody knows which would be."""
    code = (file for file in files if file.link is None and file.path.endswith(".py"))
    return tuple(LoadedFile(path=file.path, kind="module", digest=file.digest, size=file.size) for file in code)


def choose_places(
    cwd: str, interpreter: Interpreter | None, distributions: Iterable[Distribution], around: Circumstances
) -> Places:
    """Return the folders that decide to whom a file belongs; a replay has the code folders of the original."""
    project = spell(str(around.tree.root)) if around.tree else cwd
    places = find_places(cwd, project, interpreter, distributions)
    return replace(places, roots=around.roots) if around.roots else places


def without_credentials(entry: dict[str, Any], redactor: Redactor) -> Distribution:
    """Return an installed distribution without credentials in its address."""
    url = entry.get("direct_url")
    return Distribution(**{**entry, "direct_url": redactor.text(url) if url else None})


def scrub(snapshot: Snapshot, redactor: Redactor) -> Snapshot:
    """Return a snapshot in whose texts there is nothing of the shape of a secret, wherever it came from.

    The last line of defence: what is known to hold secrets was cleaned before, by those who know its meaning.
    """
    if not redactor.find_strict(snapshot.canonical()):
        return snapshot
    return Snapshot.model_validate(cleaned(json.loads(snapshot.canonical()), redactor))


def cleaned(value: Any, redactor: Redactor) -> Any:
    """Return a JSON value with the secrets taken out of its texts and keys."""
    if isinstance(value, str):
        return redactor.text_strict(value)
    if isinstance(value, list):
        return [cleaned(item, redactor) for item in value]
    if isinstance(value, dict):
        return {redactor.text_strict(key): cleaned(item, redactor) for key, item in value.items()}
    return value
