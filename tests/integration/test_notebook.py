"""A notebook is recorded as it is, executed again in its rebuilt environment, and compared cell by cell."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from command_line import SNAPSHOT, Shell
from projects.projects import NOTEBOOK, make_environment, materialise


@pytest.fixture(scope="module")
def recorded(shared_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shell, dict[str, Any], Path]:
    """Return a shell, the record of the notebook's run, and its folder; the environment is deleted."""
    home = tmp_path_factory.mktemp("notebook")
    root = materialise(NOTEBOOK, home)
    python = make_environment(NOTEBOOK, root)
    shell = Shell(shared_store, root, {"PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(home)})
    answer = shell.reproof("run", "--json", *NOTEBOOK.arguments)
    assert answer.code == 0, answer
    shutil.rmtree(root / NOTEBOOK.venv)
    return shell, json.loads(answer.out[answer.out.rindex(SNAPSHOT) :]), root


def test_the_outputs_of_each_cell_are_recorded(recorded: tuple[Shell, dict[str, Any], Path]) -> None:
    _, snapshot, root = recorded
    executed = json.loads((root / "fit.executed.ipynb").read_text())
    kinds = [[output["output_type"] for output in cell.get("outputs", [])] for cell in executed["cells"]]
    assert kinds == [[], [], ["stream"], ["display_data"], ["execute_result"]]
    assert "fit.executed.ipynb" in {output["name"] for output in snapshot["outputs"]}
    assert [cell.get("outputs", []) for cell in json.loads((root / "fit.ipynb").read_text())["cells"]] == [[]] * 5


def test_a_notebook_is_reproduced_with_its_plots(recorded: tuple[Shell, dict[str, Any], Path]) -> None:
    shell, snapshot, _ = recorded
    answer = shell.reproof("verify", "--json", snapshot["id"])
    assert answer.code == 0, answer
    assert answer.json["outcome"] == "REPRODUCED"
    results = {result["name"]: result["status"] for result in answer.json["results"]}
    assert results["fit.executed.ipynb"] in ("identical", "tolerated")
    assert results["metrics.json"] == "identical"
    assert not [name for name in results if "/.cache/" in name or "/.ipython/" in name]


def test_a_notebook_that_cannot_be_executed_is_told_with_what_is_missing(
    recorded: tuple[Shell, dict[str, Any], Path], tmp_path: Path
) -> None:
    shell = Shell(recorded[0].store, tmp_path, recorded[0].variables)
    answer = shell.reproof("run", "missing.ipynb")
    answer.complains(2, "there is no notebook missing.ipynb")
    (tmp_path / "fit.ipynb").write_text("{}")
    answer = shell.reproof("run", "fit.ipynb")
    answer.complains(2, "fit.ipynb cannot be executed", "pip install nbconvert ipykernel")
