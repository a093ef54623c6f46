"""A row of tests/golden/machines.yaml is a test: what is planned for it is in tests/golden/machines/<name>.txt.

That file has every decision and warning, and the lines of the Dockerfile that are not those of
`tests/golden/official-image/Dockerfile`. Rewrite them with `--update-golden`, and read the difference.
"""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest
import yaml
from recorded import machine, resolution
from test_golden import GOLDEN, describe

from reproof.errors import ResolveError
from reproof.plan import make_plan
from reproof.render import render_dockerfile

CASES: dict[str, dict[str, Any]] = yaml.safe_load((GOLDEN / "machines.yaml").read_text())
USUAL = (GOLDEN / "official-image" / "Dockerfile").read_text()

USUALLY = ("packages", "user", "limits")
"""Decisions that have cases of their own: they are the same here."""


def planned(row: dict[str, Any]) -> str:
    snapshot = machine(row)
    try:
        plan = make_plan(snapshot, resolution(row, snapshot))
    except ResolveError as error:
        return f"refused: {error.message}\nremedy: {error.hint}\n"
    dockerfile = render_dockerfile(plan).replace(plan.snapshot, "SNAPSHOT")
    other = difflib.unified_diff(USUAL.splitlines(), dockerfile.splitlines(), n=0, lineterm="")
    lines = [line for line in other if not line.startswith(("---", "+++", "@@"))]
    request = f"gpus: {plan.gpus.model_dump_json(exclude_defaults=True)}\n" if plan.gpus else ""
    decided = plan.model_copy(update={"decisions": tuple(one for one in plan.decisions if one.subject not in USUALLY)})
    return describe(decided) + request + "\n".join(["Dockerfile:", *lines]) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_a_machine_is_planned_for_as_reviewed(name: str, request: pytest.FixtureRequest) -> None:
    path, made = GOLDEN / "machines" / f"{name}.txt", planned(CASES[name])
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(made)
    assert path.read_text() == made


def test_no_expectation_is_left_over() -> None:
    assert {path.stem for path in (GOLDEN / "machines").glob("*.txt")} == set(CASES)


def test_the_file_of_machines_names_none_twice() -> None:
    names = [line[:-1] for line in Path(GOLDEN / "machines.yaml").read_text().splitlines() if line[:1].isalnum()]
    assert len(names) == len(set(names)) == len(CASES)
