"""The whole story: one function per stage, and `reproduce`, which is all of them in order.

A stage takes documents and gives a document; what it needs from outside is in `Tools`. Every document is saved under
its own id and below the ids that it was made from, so that a later call finds what has not changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reproof.building import build, context, export
from reproof.capture.assemble import Circumstances, assemble, read_recording
from reproof.capture.keeping import kept_beside
from reproof.capture.restore import Restored, restore_source
from reproof.capturing import capture
from reproof.compare import compare as compare_snapshots
from reproof.errors import BuildError, CaptureError, ResolveError, RunError
from reproof.fitting import gpu_devices
from reproof.judge import judge, judge_capture
from reproof.model.base import Gap
from reproof.model.comparison import Comparison
from reproof.model.execution import Execution, Failure, Stage
from reproof.model.image import Image
from reproof.model.plan import BuildPlan
from reproof.model.policy import Policy
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict
from reproof.plan import make_plan
from reproof.recorder.level import LEVELS
from reproof.recording import Recording, record
from reproof.replay import Means
from reproof.replay import replay as run_in_container
from reproof.securing import resolve
from reproof.tools import Tools

__all__ = ["Recording", "Tools", "build", "capture", "context", "export", "record", "resolve"]
"""Stages with a module of their own: `run` loads them, and nothing else of this."""

FAILED: dict[type[Exception], Stage] = {
    ResolveError: "resolve",
    BuildError: "build",
    RunError: "run",
    CaptureError: "run",
}


def restore(snapshot: Snapshot, folder: Path, tools: Tools) -> Restored:
    """Write the code of a run to a new folder. Raises UsageError, StoreError."""
    return restore_source(snapshot, folder, tools.store.blobs)


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
    build_plan = None
    try:
        build_plan = plan(snapshot, tools)
        image = build(build_plan, tools)
        execution = replay(snapshot, build_plan, image, tools)
    except (ResolveError, BuildError, RunError, CaptureError) as error:
        stage = next(stage for kind, stage in FAILED.items() if isinstance(error, kind))
        known = build_plan.warnings if build_plan else ()
        return keep(failed(snapshot, Failure(stage=stage, cause=error.message, log=error.hint), known), tools)
    chain = {"resolution": build_plan.resolution, "plan": build_plan.id, "image": image.id, "execution": execution.id}
    if execution.replayed is None:
        return keep(failed(snapshot, execution.failure, build_plan.warnings, **chain), tools)
    replayed = tools.store.load(Snapshot, execution.replayed)
    if snapshot.kind == "capture":
        comparison, judgement = None, judge_capture(snapshot, replayed)
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
        ),
        tools,
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
