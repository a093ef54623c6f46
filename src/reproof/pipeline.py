"""The whole story: one function per stage, and `reproduce`, which is all of them in order.

A stage takes documents and gives a document; what it needs from outside is in `Tools`. Every document is saved under
its own id and below the ids that it was made from, so that a later call finds what has not changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from reproof.adapters.apt import AptArchive
from reproof.adapters.engine import Engine
from reproof.adapters.git import read_working_tree
from reproof.build.bootstrap import ensure_base
from reproof.build.context import write_context
from reproof.build.image import build_image
from reproof.capture.assemble import Circumstances, assemble, read_recording
from reproof.capture.keeping import in_place, kept_beside
from reproof.capture.pointers import with_pointers
from reproof.capture.profiles import with_profiles
from reproof.compare import compare as compare_snapshots
from reproof.errors import BuildError, CaptureError, ReproofError, ResolveError, RunError
from reproof.judge import judge
from reproof.model.base import Blob
from reproof.model.comparison import Comparison
from reproof.model.execution import Execution, Failure, Stage
from reproof.model.image import BuildContext, Image
from reproof.model.plan import BuildPlan
from reproof.model.policy import Policy
from reproof.model.resolution import Resolution
from reproof.model.snapshot import Snapshot, shell_status
from reproof.model.verdict import Verdict
from reproof.plan import make_plan
from reproof.progress import Progress
from reproof.recorder.launch import LaunchError, RecordingLost, exit_status
from reproof.recorder.launch import record as launch
from reproof.render import render
from reproof.replay import Means
from reproof.replay import replay as run_in_container
from reproof.resolve import resolve as resolve_packages
from reproof.store.store import Store
from reproof.wiring import make_index, resolve_tools

FAILED: dict[type[Exception], Stage] = {
    ResolveError: "resolve",
    BuildError: "build",
    RunError: "run",
    CaptureError: "run",
}


@dataclass(frozen=True, slots=True)
class Tools:
    """What the stages need from outside: the store, the environment, and how to tell progress."""

    store: Store
    environ: Mapping[str, str]
    progress: Progress = field(default_factory=Progress)
    registry: str | None = None

    def engine(self) -> Engine:
        """Return the engine that answers. Raises EngineError."""
        return Engine.connect(self.environ)


@dataclass(frozen=True, slots=True)
class Recording:
    """How a run is to be recorded: what counts as a result, which further variables may be kept, and how it is watched.

    `level` is one of the recorder's; None is what REPROOF_LEVEL says, or the default.
    """

    policy: Policy = field(default_factory=Policy)
    allow: tuple[str, ...] = ()
    level: str | None = None
    profile: bool = True
    """Whether data files are looked into after the run."""


def record(argv: Sequence[str], cwd: Path, tools: Tools, how: Recording) -> Snapshot:
    """Run a command here and return its snapshot.

    Raises:
        RunError: the command could not be started; nothing was recorded.
        CaptureError, StoreError: it ran, but the record could not be made or kept. The error has the command's own
            exit code if that says that the command failed.
    """
    tools.store.writable()
    with tools.store.scratch("run") as folder, ThreadPoolExecutor(max_workers=1) as beside:
        tree = beside.submit(read_working_tree, cwd)
        try:
            recording = launch(list(argv), str(cwd), str(folder), environ=dict(tools.environ), level=how.level)
        except LaunchError as error:
            raise RunError(str(error), "check the command's spelling, and that it is on the PATH") from error
        except RecordingLost as error:
            lost = CaptureError(f"the run could not be recorded: {error}", "leave the store alone while a run goes on")
            lost.exit_code = exit_status(error.returncode) or lost.exit_code
            raise lost from error
        around = Circumstances(environ=tools.environ, tree=tree.result(), policy=how.policy, allow=how.allow)
        try:
            with tools.progress.task("keeping what the run used and made"):
                snapshot = assemble(recording, folder, around, tools.store.blobs, in_place)
                snapshot = with_pointers(snapshot)
                snapshot = with_profiles(snapshot, tools.store) if how.profile else snapshot
            tools.store.save(snapshot)
        except ReproofError as error:
            ended = recording["command"]
            error.exit_code = shell_status(ended["exit_code"], ended["signal"]) or error.exit_code
            raise
    return snapshot


def resolve(snapshot: Snapshot, tools: Tools, again: bool = False) -> Resolution:
    """Return one artifact with its hash for each package, from the indexes or from what is installed now.

    A resolution made earlier is used again. If a registry is named now that could not be asked then, it is asked, and
    what goes into the image stays as it was found; `again` looks everything up anew.
    """
    earlier = None
    if not again and (found := tools.store.derived(Resolution, snapshot.id)):
        earlier = tools.store.load(Resolution, found[0])
        if tools.registry is None or all(lookup.reachable for lookup in earlier.images):
            return earlier
    outside = resolve_tools(snapshot, tools.store, tools.environ, tools.registry)
    resolution = resolve_packages(snapshot, outside, tools.progress, earlier)
    tools.store.save(resolution, snapshot.id)
    return resolution


def plan(snapshot: Snapshot, tools: Tools) -> BuildPlan:
    """Return what to build, each choice with its reason. Raises ResolveError."""
    build_plan = make_plan(snapshot, resolve(snapshot, tools))
    tools.store.save(build_plan, snapshot.id)
    return build_plan


def context(build_plan: BuildPlan, tools: Tools) -> BuildContext:
    """Return the build context of a plan, every byte of it in the store. Raises ResolveError, BuildError."""
    blobs = tools.store.blobs
    artifacts = [wheel.artifact for wheel in build_plan.wheels]
    artifacts += [build_plan.installer] if build_plan.installer else []
    missing = [artifact for artifact in artifacts if artifact.digest not in blobs]
    if missing:
        prefix = build_plan.venv.prefix if build_plan.venv else None
        fetched = make_index(tools.store, tools.environ, prefix).fetch(missing, tools.progress)
        for digest, path in fetched.items():
            blobs.adopt(path, digest)
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
    image = build_image(context(build_plan, tools), build_plan, engine, tools.store, tools.progress)
    tools.store.save(image, build_plan.id)
    return image


def replay(snapshot: Snapshot, build_plan: BuildPlan, image: Image, tools: Tools) -> Execution:
    """Run the recorded command in its image, under the same recorder, and return what came of it.

    Raises:
        RunError: an input has disappeared or changed since.
        EngineError, StoreError: the engine or the store failed.
    """
    means = Means(tools.engine(), tools.store.blobs, tools.progress, snapshot.command.terminals, snapshot.level)
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
    try:
        build_plan = plan(snapshot, tools)
        image = build(build_plan, tools)
        execution = replay(snapshot, build_plan, image, tools)
    except (ResolveError, BuildError, RunError, CaptureError) as error:
        stage = next(stage for kind, stage in FAILED.items() if isinstance(error, kind))
        return keep(failed(snapshot, Failure(stage=stage, cause=error.message, log=error.hint)), tools)
    chain = {"resolution": build_plan.resolution, "plan": build_plan.id, "image": image.id, "execution": execution.id}
    if execution.replayed is None:
        return keep(failed(snapshot, execution.failure, **chain), tools)
    replayed = tools.store.load(Snapshot, execution.replayed)
    comparison = compare(snapshot, replayed, tools, policy)
    judgement = judge(snapshot, replayed, comparison, policy or snapshot.policy)
    return keep(
        Verdict(
            snapshot=snapshot.id,
            comparison=comparison.id,
            **chain,
            outcome=judgement.outcome,
            exactness=judgement.exactness,
            reasons=judgement.reasons,
            results=comparison.results,
            closure=comparison.closure,
            causes=judgement.causes,
            gaps=tuple(dict.fromkeys((*judgement.gaps, *build_plan.warnings))),
        ),
        tools,
    )


def failed(snapshot: Snapshot, failure: Failure | None, **chain: str) -> Verdict:
    """Return the verdict on a run that could not be rebuilt or run."""
    reason = f"the {failure.stage} stage failed: {failure.cause}" if failure else "there is no replay"
    return Verdict(snapshot=snapshot.id, outcome=None, reasons=(reason,), failure=failure, gaps=snapshot.gaps, **chain)


def keep(verdict: Verdict, tools: Tools) -> Verdict:
    """Save a verdict below its snapshot."""
    tools.store.save(verdict, verdict.snapshot)
    return verdict
