"""Verdicts with their whole chain, as a real run would leave them."""

from __future__ import annotations

import hashlib
from typing import Any

from factories import digest, make_resolution, make_snapshot

from reproof.compare import compare
from reproof.judge import judge
from reproof.model.execution import Execution, Failure
from reproof.model.image import Image
from reproof.model.snapshot import Snapshot
from reproof.model.verdict import Verdict
from reproof.plan import make_plan
from reproof.report.story import Story

Bytes = dict[str, bytes]
CURVE = b"epoch,loss\n1,0.91\n2,0.44\n"
STDOUT = "Started at {time} (pid {pid})\nepoch  10  loss 0.1043  test accuracy 0.9644\nepoch  20  loss {loss}\n"
SITE = "/home/ada/digits/.venv/lib/python3.11/site-packages"
DOCKERFILE = '# The environment of a recorded run.\nFROM scratch AS base\nADD base.tar /\nCMD ["python", "train.py"]\n'


def put(store: Bytes, data: bytes) -> dict[str, Any]:
    """Keep bytes, and return them as a blob."""
    identity = "sha256:" + hashlib.sha256(data).hexdigest()
    store[identity] = data
    return {"digest": identity, "size": len(data)}


def run(store: Bytes, when: str, report: bytes, loss: str, **changes: Any) -> Snapshot:
    """Return a run with two outputs, printed text and a few hundred loaded files."""
    printed = STDOUT.format(time=f"{when} 03:04:05", pid=when[5:7] + "142", loss=loss).encode()
    loaded = [
        {
            "path": f"{SITE}/numpy/module_{n}.py",
            "kind": "module",
            "owner": "dist:numpy",
            "digest": digest("a"),
            "size": 9,
        }
        for n in range(1411)
    ]
    loaded.append(
        {"path": "/home/ada/digits/train.py", "kind": "module", "owner": "source", "digest": digest("3"), "size": 9}
    )
    fields: dict[str, Any] = {
        "command": {"stdout": put(store, printed), "stderr": put(store, b""), "started": f"{when}T03:04:05.000+00:00"},
        "outputs": [
            {"name": "metrics.json", "path": "/home/ada/digits/metrics.json", **put(store, report)},
            {"name": "learning_curve.csv", "path": "/home/ada/digits/learning_curve.csv", **put(store, CURVE)},
        ],
        "loaded": loaded,
        "numerics": {"pools": [{"library": f"{SITE}/numpy.libs/libopenblas64.so", "api": "openblas",
                                "kernel": "SkylakeX", "threads": 2}]},
        "gaps": [{"what": "files that native code opens", "why": "audit hooks hear of what Python opens",
                  "effect": "an input that only a C library reads is not in the record"}],
    }  # fmt: skip
    return make_snapshot(**{**fields, **changes})


def told(original: Snapshot, replayed: Snapshot, store: Bytes) -> Story:
    """Return the story of two runs."""
    comparison = compare(original, replayed, store.__getitem__, original.policy)
    judgement = judge(original, replayed, comparison, original.policy)
    resolution = make_resolution(original)
    plan = make_plan(original, resolution)
    image = Image(
        plan=plan.id, context="c" * 64, image_id=digest("d"), layers=(digest("e"),), size=421_000_000, tag="r"
    )
    execution = Execution(snapshot=original.id, plan=plan.id, image=image.id, replayed=replayed.id, duration_s=2.7)
    verdict = Verdict(
        snapshot=original.id, resolution=resolution.id, plan=plan.id, image=image.id, execution=execution.id,
        comparison=comparison.id, results=comparison.results, closure=comparison.closure, **dict(judgement),
    )  # fmt: skip
    stdout, again = (store[run.command.stdout.digest].decode() for run in (original, replayed))
    return Story(
        verdict=verdict, snapshot=original, resolution=resolution, plan=plan, image=image, execution=execution,
        replayed=replayed, comparison=comparison, dockerfile=DOCKERFILE, stdout=stdout, replayed_stdout=again,
    )  # fmt: skip


def reproduced() -> Story:
    """Return a run that came back bit for bit, but for the times that it prints."""
    store: Bytes = {}
    runs = (run(store, when, b'{"accuracy": 0.9711}', "0.0512") for when in ("2026-01-02", "2026-03-04"))
    return told(*runs, store)


def different() -> Story:
    """Return a run that draws without a seed, replayed with other kernels and another package."""
    store: Bytes = {}
    seeds = [{"path": "/home/ada/digits/train.py", "line": 12, "call": "numpy.random.default_rng", "seeded": False}]
    original = run(store, "2026-01-02", b'{"accuracy": 0.9711, "f1": 0.97}', "0.0512", seeds=seeds)
    files = [file.model_dump() for file in original.loaded]
    files[0]["digest"] = digest("f")
    numerics = original.numerics.model_dump()
    numerics["pools"][0]["kernel"] = "Haswell"
    replayed = run(
        store, "2026-03-04", b'{"accuracy": 0.9644, "f1": 0.96}', "0.0519",
        seeds=seeds, loaded=files, numerics=numerics,
        metrics=[{"name": "accuracy", "value": 0.9644, "source": "metrics.json"}],
        system={"kernel": "6.8.0"}, hardware={"cpu_model": "Another CPU"},
    )  # fmt: skip
    return told(original, replayed, store)


def failed() -> Story:
    """Return a run whose image could not be built."""
    whole = reproduced()
    failure = Failure(stage="build", cause="the wheel <numpy> does not install", log="step 4\nERROR: no such file")
    verdict = Verdict(snapshot=whole.snapshot.id, outcome=None, reasons=("the image was not built",), failure=failure)
    return Story(verdict=verdict, snapshot=whole.snapshot, plan=whole.plan, resolution=whole.resolution)
