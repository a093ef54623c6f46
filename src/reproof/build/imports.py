"""Tries the imports of a project in its image, before the run: exit code 0 alone proves little."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Literal

from reproof.adapters.engine import Engine
from reproof.adapters.engine_run import RunOutcome, RunSpec
from reproof.model.execution import FailedImport
from reproof.model.image import Image
from reproof.model.plan import BuildPlan
from reproof.progress import Progress, Task

TIMEOUT_S = 300.0
"""For all modules together; large frameworks take half a minute on a loaded machine."""
CRASHES = 5
"""Modules that may end the interpreter before the rest is given up."""
LABEL = "run.imports"


@dataclass(slots=True)
class Answers:
    """What the guest has printed so far."""

    task: Task
    _text: bytearray = field(default_factory=bytearray)
    _errors: bytearray = field(default_factory=bytearray)

    def receive(self, stream: Literal["stdout", "stderr"], data: bytes) -> None:
        """Take output as it comes, and count the modules that are done."""
        if stream == "stderr":
            self._errors = (self._errors + data)[-4000:]
            return
        self._text += data
        self.task.advance(data.count(b"\n"))

    @property
    def given(self) -> list[dict[str, str | None]]:
        """One answer for each module that was tried to the end."""
        return [json.loads(line) for line in self._text.decode().split("\n")[:-1]]

    @property
    def last_words(self) -> str:
        """The last line on standard error."""
        lines = self._errors.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""


def try_imports(
    plan: BuildPlan, image: Image, modules: Sequence[str], engine: Engine, progress: Progress
) -> tuple[FailedImport, ...]:
    """Return the modules that cannot be imported in an image, in order; none if all can.

    They are imported one after the other in one process, as the program does it. A crash costs the module that
    caused it, and the rest is tried anew.

    Raises:
        EngineError: the engine went away.
    """
    failed: list[FailedImport] = []
    rest = tuple(modules)
    with progress.task("trying the imports", len(rest), "modules") as task:
        for _ in range(CRASHES):
            if not rest:
                break
            answers = Answers(task)
            outcome = engine.run(import_spec(plan, image, rest), answers.receive)
            given = answers.given
            failed += [failure(answer) for answer in given if answer["error"]]
            rest = rest[len(given) :]
            if rest:
                failed.append(crash(rest[0], outcome, answers.last_words))
                rest = rest[1:]
                task.advance()
    return (
        *failed,
        *(FailedImport(module=name, error="Skipped", text="the modules before it crashed") for name in rest),
    )


def import_spec(plan: BuildPlan, image: Image, modules: Sequence[str]) -> RunSpec:
    """Return the container that imports modules: the plan's, without the recorder."""
    guest = files("reproof.build.guest").joinpath("try_imports.py").read_text(encoding="utf-8")
    order = json.dumps({"modules": list(modules), "path": [plan.workdir]})
    return RunSpec(
        image=image.image_id,
        argv=(plan.executable, "-c", guest, order),
        user=f"{plan.uid}:{plan.gid}",
        workdir=plan.workdir,
        environment=plan.environment,
        memory=plan.limits.memory,
        shm_size=plan.limits.shm,
        labels={LABEL: plan.id},
        timeout_s=TIMEOUT_S,
    )


def failure(answer: dict[str, str | None]) -> FailedImport:
    """Return what the guest said of a module that could not be imported."""
    return FailedImport(
        module=answer["module"] or "",
        error=answer["error"] or "",
        text=answer["text"] or "",
        missing=answer["missing"],
        where=answer["where"] or "",
    )


def crash(module: str, outcome: RunOutcome, last_words: str) -> FailedImport:
    """Return what there is to say of a module whose import ended the interpreter."""
    if outcome.timed_out:
        return FailedImport(module=module, error="Timeout", text=f"it was not done after {TIMEOUT_S:g} s")
    if outcome.exit_code is None:
        return FailedImport(module=module, error="NotStarted", text=outcome.error)
    return FailedImport(
        module=module, error=f"Exit {outcome.exit_code}", text=last_words or "the interpreter ended without a word"
    )
