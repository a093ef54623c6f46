"""A folder of tests/golden is a test: `case.yaml` says what was recorded, expected plan and Dockerfile lie beside it.

Rewrite the expectations with `pytest tests/unit/test_golden.py --update-golden`, and read the difference.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from factories import make_pin, make_resolution, make_snapshot

from reproof.model.plan import BuildPlan
from reproof.model.resolution import Resolution
from reproof.plan import make_plan
from reproof.render import render_dockerfile

GOLDEN = Path(__file__).parent.parent / "golden"
CASES = sorted(path.parent for path in GOLDEN.glob("*/case.yaml"))


def load_case(folder: Path) -> BuildPlan:
    case = yaml.safe_load((folder / "case.yaml").read_text())
    snapshot = make_snapshot(**case.get("snapshot", {}))
    changes = dict(case.get("resolution", {}))
    if "pins" in changes:
        changes["pins"] = tuple(make_pin(**pin) for pin in changes["pins"])
    return make_plan(snapshot, Resolution.model_validate({**dict(make_resolution(snapshot)), **changes}))


def describe(plan: BuildPlan) -> str:
    lines = []
    for decision in plan.decisions:
        lines += [f"{decision.subject}: {decision.choice}", f"    because {decision.reason}"]
        lines += [f"    given {decision.evidence}"] if decision.evidence else []
        lines += [f"    not {other.choice}: {other.reason}" for other in decision.alternatives]
    lines += [f"warning: {gap.what}: {gap.why} -> {gap.effect}" for gap in plan.warnings]
    lines += [f"command: {' '.join(plan.command)}", f"directories: {' '.join(plan.directories)}"]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("folder", CASES, ids=lambda path: path.name)
def test_plan_and_dockerfile_are_as_reviewed(folder: Path, request: pytest.FixtureRequest) -> None:
    plan = load_case(folder)
    made = {"plan.txt": describe(plan), "Dockerfile": render_dockerfile(plan).replace(plan.snapshot, "SNAPSHOT")}
    if request.config.getoption("--update-golden"):
        for name, text in made.items():
            (folder / name).write_text(text)
    assert {name: (folder / name).read_text() for name in made} == made


def test_there_are_cases() -> None:
    assert len(CASES) >= 8
