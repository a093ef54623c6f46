"""The whole story: one function per stage, and `reproduce`, which is all of them in order.

A stage takes documents and gives a document; what it needs from outside is in `Tools`. Every document is saved under
its own id and below the ids that it was made from, so that a later call finds what has not changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from reproof.building import build, context, export
from reproof.capture.assemble import Circumstances, assemble, read_recording
from reproof.capture.keeping import kept_beside
from reproof.capture.restore import Restored, restore_source
from reproof.compare import compare as compare_snapshots
from reproof.errors import BuildError, CaptureError, ResolveError, RunError
from reproof.fitting import gpu_devices
from reproof.journey import GivenUp, Revived
from reproof.judge import Account, judge, judge_capture
from reproof.model.base import Gap
from reproof.model.comparison import Comparison
from reproof.model.execution import Execution, Failure, Stage
from reproof.model.image import Image
from reproof.model.plan import BuildPlan
from reproof.model.policy import Policy
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot, shell_status
from reproof.model.verdict import Verdict
from reproof.plan import make_plan
from reproof.projects import Given, capture_project
from reproof.recorder.level import LEVELS
from reproof.recording import Recording, record
from reproof.replay import Means
from reproof.replay import replay as run_in_container
from reproof.revive.failures import explain_run, failed_cells
from reproof.reviving import lacking, resolve_old, revive
from reproof.securing import resolve as secure
from reproof.tools import Tools

__all__ = ["Given", "Recording", "Tools", "build", "capture_project", "context", "export", "record"]
"""Stages with a module of their own: `run` loads them, and nothing else of this."""

RUNS = 3
"""How often an old project is run again with what the run before was found to lack."""

FAILED: dict[type[Exception], Stage] = {
    ResolveError: "resolve",
    BuildError: "build",
    RunError: "run",
    CaptureError: "run",
}


class Prepared(NamedTuple):
    """An image that is ready to run in, and the plan that it follows; `revived` is how an old project came to it."""

    plan: BuildPlan
    image: Image
    revived: Revived | None = None


def restore(snapshot: Snapshot, folder: Path, tools: Tools) -> Restored:
    """Write the code of a run to a new folder. Raises UsageError, StoreError."""
    return restore_source(snapshot, folder, tools.store.blobs)


def resolve(snapshot: Snapshot, tools: Tools) -> Resolution:
    """Return the artifact of each package: of those that were installed, or of those that are chosen for a date.

    Raises:
        ResolveError: an old project's packages cannot be had.
        EngineError, StoreError: wheels have to be built, and no engine answers; the store failed.
    """
    return resolve_old(snapshot, tools) if snapshot.requirements else secure(snapshot, tools)


def prepare(snapshot: Snapshot, tools: Tools) -> Prepared:
    """Return the image of a run, and the plan that it follows; an old project's imports are tried in it.

    Raises:
        ResolveError, BuildError: it cannot be made.
        EngineError, StoreError: what is wrong is with this machine.
    """
    if snapshot.requirements:
        revived = revive(snapshot, tools)
        return Prepared(revived.plan, revived.image, revived)
    build_plan = plan(snapshot, tools)
    return Prepared(build_plan, build(build_plan, tools))


def plan(snapshot: Snapshot, tools: Tools) -> BuildPlan:
    """Return what to build, each choice with its reason. Raises ResolveError."""
    build_plan = make_plan(snapshot, resolve(snapshot, tools))
    tools.store.save(build_plan, snapshot.id)
    return build_plan


def replay(snapshot: Snapshot, build_plan: BuildPlan, image: Image, tools: Tools) -> Execution:
    """Run the recorded command in its image, under the same recorder, and return what came of it.

    Raises:
        RunError: an input has disappeared or changed since.
        EngineError, StoreError: the engine or the store failed.
    """
    level = snapshot.level if snapshot.kind == "run" else LEVELS[0]
    engine = tools.engine()
    gpus = gpu_devices(build_plan, engine.info())
    means = Means(engine, tools.store.blobs, tools.progress, snapshot.command.terminals, level, gpus)
    with tools.store.scratch("replay") as folder:
        failure = run_in_container(build_plan, image, folder, means)
        replayed = None if failure else replayed_snapshot(snapshot, build_plan, folder, tools)
    execution = Execution(
        snapshot=snapshot.id,
        plan=build_plan.id,
        image=image.id,
        replayed=replayed.id if replayed else None,
        failure=failure,
        duration_s=replayed.command.duration_s if replayed else 0.0,
    )
    tools.store.save(execution, snapshot.id)
    return execution


def replayed_snapshot(snapshot: Snapshot, build_plan: BuildPlan, folder: Path, tools: Tools) -> Snapshot:
    """Return the snapshot of a replay, judged by what was declared for the original."""
    around = Circumstances(
        environ=build_plan.environment,
        policy=snapshot.policy,
        replay_of=build_plan.id,
        salt=snapshot.environment.salt,
        roots=snapshot.source.roots,
    )
    replayed = assemble(read_recording(folder), folder, around, tools.store.blobs, kept_beside(folder))
    tools.store.save(replayed, build_plan.id)
    return replayed


def compare(original: Snapshot, replayed: Snapshot, tools: Tools, policy: Policy | None = None) -> Comparison:
    """Return two runs side by side."""
    comparison = compare_snapshots(original, replayed, tools.store.blobs.get, policy or original.policy)
    tools.store.save(comparison, original.id)
    return comparison


def reproduce(snapshot: Snapshot, tools: Tools, policy: Policy | None = None) -> Verdict:
    """Rebuild a run, run it again, compare, and judge: the whole story. What has not changed is not done again.

    A stage that fails ends in a verdict that names it: "could not run" is an answer, and never "differed".

    Raises:
        EngineError, StoreError, UsageError: what is wrong is with this machine, not with the run.
    """
    known: tuple[Gap, ...] = ()
    try:
        known = () if snapshot.requirements else plan(snapshot, tools).warnings
        prepared, execution = run_prepared(snapshot, tools)
    except (ResolveError, BuildError, RunError, CaptureError) as error:
        stage = next(stage for kind, stage in FAILED.items() if isinstance(error, kind))
        verdict = failed(snapshot, Failure(stage=stage, cause=error.message, log=error.hint), known)
        tries = error.tries if isinstance(error, GivenUp) else ()
        return keep(verdict.model_copy(update={"tries": tries}), tools)
    build_plan, image, revived = prepared
    chain = {"resolution": build_plan.resolution, "plan": build_plan.id, "image": image.id, "execution": execution.id}
    if execution.replayed is None:
        return keep(failed(snapshot, execution.failure, build_plan.warnings, **chain), tools)
    replayed = tools.store.load(Snapshot, execution.replayed)
    if snapshot.kind == "capture":
        comparison, judgement = None, judge_capture(snapshot, replayed, account(revived, replayed, tools))
    else:
        comparison = compare(snapshot, replayed, tools, policy)
        judgement = judge(snapshot, replayed, comparison, policy or snapshot.policy)
    return keep(
        Verdict(
            snapshot=snapshot.id,
            comparison=comparison.id if comparison else None,
            **chain,
            outcome=judgement.outcome,
            exactness=judgement.exactness,
            reasons=judgement.reasons,
            results=comparison.results if comparison else (),
            closure=comparison.closure if comparison else None,
            causes=judgement.causes,
            gaps=tuple(dict.fromkeys((*judgement.gaps, *build_plan.warnings))),
            tries=revived.tries if revived else (),
        ),
        tools,
    )


def run_prepared(snapshot: Snapshot, tools: Tools) -> tuple[Prepared, Execution]:
    """Return the image of a run and its replay in it. Of an old project, the image gets what the replay lacked, and the
    replay is repeated: some modules are imported late. Raises as `prepare` and `replay`."""
    prepared = prepare(snapshot, tools)
    execution = replay(snapshot, prepared.plan, prepared.image, tools)
    for _ in range(RUNS):
        if prepared.revived is None or execution.replayed is None:
            break
        stderr = printed(tools.store.load(Snapshot, execution.replayed), tools)
        if not (remedy := lacking(stderr, prepared.revived)):
            break
        revived = revive(snapshot, tools, remedy)
        prepared = Prepared(revived.plan, revived.image, revived)
        execution = replay(snapshot, prepared.plan, prepared.image, tools)
    return prepared, execution


def printed(replayed: Snapshot, tools: Tools) -> str:
    """Return what a run that failed printed on stderr; the empty text for one that did not. Raises StoreError."""
    if not shell_status(replayed.command.exit_code, replayed.command.signal):
        return ""
    return tools.store.blobs.get(replayed.command.stderr.digest).decode(errors="replace")


def account(revived: Revived | None, replayed: Snapshot, tools: Tools) -> Account | None:
    """Return what there is to say of how an old project was brought back and run; None of any other."""
    if revived is None:
        return None
    notebooks = [output for output in replayed.outputs if output.name.endswith(".ipynb") and output.kept]
    errors = {notebook.name: failed_cells(tools.store.blobs.get(notebook.digest)) for notebook in notebooks}
    return Account(
        tries=revived.tries,
        packages=len(revived.resolution.pins),
        failure=explain_run(printed(replayed, tools)),
        cells=tuple(f"{name}: {error}" for name, found in errors.items() for error in found),
    )


def failed(snapshot: Snapshot, failure: Failure | None, known: Sequence[Gap] = (), **chain: str) -> Verdict:
    """Return the verdict on a run that could not be rebuilt or run; `known` are the gaps that its plan tells."""
    reason = f"the {failure.stage} stage failed: {failure.cause}" if failure else "there is no replay"
    gaps = tuple(dict.fromkeys((*snapshot.gaps, *known)))
    return Verdict(snapshot=snapshot.id, outcome=None, reasons=(reason,), failure=failure, gaps=gaps, **chain)


def keep(verdict: Verdict, tools: Tools) -> Verdict:
    """Save a verdict below its snapshot."""
    tools.store.save(verdict, verdict.snapshot)
    return verdict
