"""Turns a recording into a Snapshot: what was seen by the guest, plus what the host knows of git, code and secrets."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reproof import __version__
from reproof.adapters.git import WorkingTree
from reproof.capture.classify import Places, find_places, sort_files
from reproof.capture.code import read_code
from reproof.capture.command import learn_command
from reproof.capture.datasets import keep_datasets
from reproof.capture.generators import learn_generators
from reproof.capture.hazards import learn_hazards
from reproof.capture.keeping import BytesOf, Keeper, keep_inputs, keep_outputs
from reproof.capture.learned import Learned
from reproof.capture.legible import make_legible, spell, spell_all
from reproof.capture.metrics import learn_results
from reproof.capture.parameters import learn_parameters
from reproof.capture.secrets import redact, select_environment
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
    Numerics,
    Snapshot,
    System,
)
from reproof.store.blobs import Blobs


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the host knows of a run beside the recording.

    `roots` are the code folders of the original, for a replay, which has no repository to ask.
    """

    environ: Mapping[str, str]
    tree: WorkingTree | None = None
    policy: Policy = field(default_factory=Policy)
    allow: tuple[str, ...] = ()
    replay_of: str | None = None
    roots: tuple[str, ...] = ()
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
    try:
        return describe(recording, folder, around, Keeper(blobs, bytes_of))
    except (KeyError, TypeError, ValidationError) as error:
        raise CaptureError(
            f"the recording in {folder} has an unknown form: {error}", "this is a bug; report it"
        ) from error


def describe(recording: dict[str, Any], folder: Path, around: Circumstances, keeper: Keeper) -> Snapshot:
    """Return the whole, section by section."""
    record, illegible = make_legible(recording)
    interpreter = Interpreter(**record["interpreter"]) if record["interpreter"] else None
    distributions = tuple(without_credentials(entry) for entry in record["distributions"])
    places = choose_places(record["command"]["cwd"], interpreter, distributions, around)
    files = sort_files(record, places)
    source = learn_source(files, places, around.tree, keeper)
    inputs = keep_inputs(files.inputs, keeper)
    datasets = keep_datasets(files.folders, keeper)
    outputs = keep_outputs(files.outputs, keeper)
    code = read_code(source.value.files, files.loaded, keeper.blobs)
    command = learn_command(record["command"], folder, keeper)
    results = learn_results(outputs.value, command.stdout, keeper.blobs)
    parameters = learn_parameters(command.argv, inputs.value, outputs.value, keeper.blobs)
    learned: tuple[Learned[Any], ...] = (source, inputs, datasets, outputs, parameters, results)
    seeds = learn_seeds(code)
    gaps = (*(Gap(**gap) for gap in record["gaps"]), *illegible, *files.gaps)
    return Snapshot(
        generator=f"reproof {__version__}",
        level=record["level"],
        command=command,
        source=source.value,
        interpreter=interpreter,
        distributions=distributions,
        loaded=files.loaded,
        system=System(**record["system"]),
        hardware=Hardware(**record["hardware"]),
        accelerator=Accelerator(**record["accelerator"]),
        numerics=Numerics(**record["numerics"]),
        environment=select_environment(spell_all(around.environ), around.salt, around.allow),
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
        gaps=tuple(dict.fromkeys((*gaps, *(gap for part in learned for gap in part.gaps)))),
        replay_of=around.replay_of,
    )


def choose_places(
    cwd: str, interpreter: Interpreter | None, distributions: Iterable[Distribution], around: Circumstances
) -> Places:
    """Return the folders that decide to whom a file belongs; a replay has the code folders of the original."""
    project = spell(str(around.tree.root)) if around.tree else cwd
    places = find_places(cwd, project, interpreter, distributions)
    return replace(places, roots=around.roots) if around.roots else places


def without_credentials(entry: dict[str, Any]) -> Distribution:
    """Return an installed distribution without credentials in its address."""
    url = entry.get("direct_url")
    return Distribution(**{**entry, "direct_url": redact(url) if url else None})
