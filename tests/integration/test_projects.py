"""Five projects, each recorded, then deleted with its environment, rebuilt from the store, run again and compared."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import Answer, Shell
from packaging.utils import canonicalize_name
from projects.projects import BOOST, CLOCKWORK, DIGITS, MLP, NOISY, PROJECTS, Project, make_environment, materialise

from reproof.adapters.engine import Engine
from reproof.store.blobs import Blobs

TORCH = "torch==2.13.0"
BITWISE = (DIGITS, MLP, BOOST)


@dataclass(frozen=True)
class Verified:
    """A project that was recorded, deleted and verified. `packages` are the versions that had been installed."""

    root: Path
    shell: Shell
    packages: dict[str, str]
    snapshot: dict[str, Any]
    answer: Answer

    @property
    def id(self) -> str:
        return str(self.snapshot["id"])

    @property
    def verdict(self) -> dict[str, Any]:
        found: dict[str, Any] = self.answer.json
        return found

    @property
    def stdout(self) -> bytes:
        """What the recorded command printed."""
        return Blobs(self.shell.store / "blobs").get(self.snapshot["command"]["stdout"]["digest"])


Verify = Callable[[Project], Verified]


@pytest.fixture(scope="session")
def verify(shared_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Verify:
    """Return a function that takes a project all the way, the first time that it is asked for."""
    done: dict[str, Verified] = {}

    def once(project: Project) -> Verified:
        if project.name not in done:
            done[project.name] = take_all_the_way(project, shared_store, tmp_path_factory.mktemp(project.name))
        return done[project.name]

    return once


def take_all_the_way(project: Project, store: Path, folder: Path) -> Verified:
    """Set a project up, record its run, delete its folder and all that lies beside it, and verify the run.

    The wheel of torch lies in a find-links folder that is gone when the run is recorded.
    """
    home, links = folder / "home", folder / "links"
    home.mkdir()
    variables = {"PIP_FIND_LINKS": str(links)} if project is MLP else {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_COMPILE", "1")  # only to save time
        if project is MLP:
            pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
            subprocess.run((*pip, "download", "-q", "--no-deps", "-d", links, TORCH), check=True)
            patch.setenv("PIP_FIND_LINKS", str(links))
        root = materialise(project, home)
        python = make_environment(project, root)
    packages = installed(python)
    shutil.rmtree(links, ignore_errors=True)
    snapshot = Shell(store, root, variables).record(str(python), *project.arguments)
    shutil.rmtree(home)
    shell = Shell(store, folder, variables)
    return Verified(root, shell, packages, snapshot, shell.reproof("verify", "--json", snapshot["id"]))


def installed(python: Path) -> dict[str, str]:
    """Return the version of each distribution of an environment."""
    code = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    found: dict[str, str] = json.loads(subprocess.check_output([python, "-c", code]))
    return {canonicalize_name(name): version for name, version in found.items()}


def of(*projects: Project) -> pytest.MarkDecorator:
    """Return the mark that runs a test once for each project, under its name."""
    return pytest.mark.parametrize("project", projects, ids=[project.name for project in projects])


@of(*BITWISE)
def test_a_real_project_is_reproduced_bit_for_bit(project: Project, verify: Verify) -> None:
    run = verify(project)
    assert run.answer.code == 0, run.answer
    assert (run.verdict["outcome"], run.verdict["exactness"]) == ("REPRODUCED", "bitwise")
    assert {result["status"] for result in run.verdict["results"]} == {"identical"}
    outputs = [result["name"] for result in run.verdict["results"] if result["kind"] == "output"]
    assert sorted(outputs) == list(project.outputs)


@of(*PROJECTS)
def test_all_code_of_the_project_and_of_its_packages_comes_back_identical(project: Project, verify: Verify) -> None:
    closure = verify(project).verdict["closure"]
    others = [
        (file["path"], file["owner"])
        for file in (*closure["differences"], *closure["extra"])
        if not file["owner"].startswith("deb:")
    ]
    assert others == []
    assert closure["identical"] > 100


@of(*PROJECTS)
def test_every_installed_package_is_pinned_in_its_very_version(project: Project, verify: Verify) -> None:
    run = verify(project)
    wheels = run.shell.reproof("plan", "--json", run.id).json["wheels"]
    assert {canonicalize_name(wheel["name"]): wheel["version"] for wheel in wheels} == run.packages
    assert all(wheel["artifact"]["digest"].startswith("sha256:") for wheel in wheels)


def test_uncommitted_and_untracked_code_is_part_of_the_record(verify: Verify) -> None:
    git = verify(DIGITS).snapshot["source"]["git"]
    assert (git["dirty"], git["untracked_used"]) == (True, ["augment.py"])
    assert b"epoch 6" in verify(DIGITS).stdout


def test_an_editable_sibling_and_what_a_subprocess_wrote_are_part_of_the_record(verify: Verify) -> None:
    run = verify(BOOST)
    assert run.snapshot["source"]["roots"] == [str(run.root), str(run.root.parent / "tabkit")]
    assert {"importance.csv"} < {output["name"] for output in run.snapshot["outputs"]}


def test_a_package_whose_folder_is_gone_keeps_its_local_version(verify: Verify) -> None:
    run = verify(MLP)
    (torch,) = [package for package in run.snapshot["distributions"] if package["name"] == "torch"]
    assert torch["version"] == run.packages["torch"]
    assert not Path(run.shell.variables["PIP_FIND_LINKS"]).exists()


def test_a_missing_seed_is_named_as_the_first_cause(verify: Verify) -> None:
    run = verify(NOISY)
    assert (run.answer.code, run.verdict["outcome"]) == (1, "DIFFERENT")
    lines = (Path(__file__).parent.parent / "projects" / "noisy" / "train.py").read_text().splitlines()
    line = 1 + next(number for number, text in enumerate(lines) if "default_rng()" in text)
    cause = run.verdict["causes"][0]
    assert "without a seed" in cause["what"]
    assert f"train.py:{line}" in cause["where"]


def test_times_that_a_run_prints_are_listed_and_no_difference(verify: Verify) -> None:
    run = verify(CLOCKWORK)
    assert (run.answer.code, run.verdict["outcome"]) == (0, "REPRODUCED")
    results = {result["name"]: result for result in run.verdict["results"]}
    listed = results["stdout"]["volatile"]
    assert [text for text in ("line 1", "line 2", "line 7") if text in str(listed)] == ["line 1", "line 2", "line 7"]
    assert results["stderr"]["volatile"]
    assert {results[name]["status"] for name in CLOCKWORK.outputs} == {"identical"}


@of(DIGITS, BOOST, CLOCKWORK)
def test_a_second_verify_rebuilds_nothing(project: Project, verify: Verify) -> None:
    run = verify(project)
    again = run.shell.reproof("verify", "--json", run.id)
    assert again.code == run.answer.code
    assert again.json["image"] == run.verdict["image"]
    steps = again.err.splitlines()
    assert [step for step in steps if step.startswith(("building", "bootstrapping", "fetch", "sending"))] == []
    assert [step for step in steps if step.startswith("replaying")] == ["replaying the run"]


@of(NOISY, CLOCKWORK)
def test_a_replay_can_be_compared_with_its_original(project: Project, verify: Verify) -> None:
    run = verify(project)
    execution = run.shell.reproof("replay", "--json", run.id).json
    answer = run.shell.reproof("diff", "--json", "--only", "results", run.id, execution["replayed"])
    assert answer.code == run.answer.code
    assert (answer.json["original"], answer.json["replayed"]) == (run.id, execution["replayed"])
    names = {result["name"] for result in answer.json["results"]}
    assert names >= {*project.outputs, "stdout", "exit code"}


def test_each_document_that_is_printed_carries_its_id(verify: Verify) -> None:
    run = verify(CLOCKWORK)
    listed = run.shell.runs()
    assert run.id in [entry["id"] for entry in listed]
    assert {"created", "command", "exit_code", "status"} <= set(listed[0])
    documents = {
        "snapshot": run.shell.reproof("show", "--json", run.id).json,
        "plan": run.shell.reproof("plan", "--json", run.id).json,
        "image": run.shell.reproof("build", "--json", run.id).json,
        "execution": run.shell.reproof("replay", "--json", run.id).json,
        "comparison": run.shell.reproof("diff", "--json", run.id, run.id).json,
        "verdict": run.verdict,
    }
    for kind, document in documents.items():
        assert document["schema"].startswith(f"reproof/{kind}/")
        assert list((run.shell.store / "documents" / kind).glob(f"{document['id']}.*"))
    assert documents["image"]["image_id"].startswith("sha256:") and documents["image"]["layers"]


def test_the_exported_context_builds_by_hand_and_the_image_trains(
    verify: Verify, engine: Engine, tmp_path: Path
) -> None:
    run = verify(DIGITS)
    answer = run.shell.reproof("build", "--context", str(tmp_path / "by hand"), run.id)
    assert answer.code == 0, answer
    tag = f"reproof-test/by-hand-{run.id[:12]}:latest"
    try:
        list(engine.api.build(path=str(tmp_path / "by hand"), tag=tag, rm=True))
        container = engine.api.create_container(tag, host_config=engine.api.create_host_config(network_mode="none"))
        engine.api.start(container)
        assert engine.api.wait(container)["StatusCode"] == 0, engine.api.logs(container)
        assert engine.api.logs(container, stdout=True, stderr=False) == run.stdout
        engine.api.remove_container(container)
    finally:
        engine.remove_image(tag)
