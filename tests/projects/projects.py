"""The projects that the integration tests and the bench record: what each consists of, and how a copy is set up.

A copy lives in a folder of its own: `FOLDER/<name>` is the project, beside it lie its editable packages and its data.
"""

from __future__ import annotations

import csv
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a committed file that is left uncommitted."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Data:
    """A data file, by its path from the project's folder, and the function that writes it."""

    path: str
    write: Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Project:
    """A project, how it is run, and the answer that verifying it must give.

    `arguments` follow the interpreter; `venv` is where the virtual environment goes, from the project's folder;
    `editable` names sibling folders installed in editable mode. Without `git` there is no repository; `untracked`
    files and the `edit` are not in its commit. `outputs` are the results, in the order of their names; `printed` says
    whether the text that it prints is the same each time.
    """

    name: str
    arguments: tuple[str, ...]
    outputs: tuple[str, ...]
    outcome: str = "REPRODUCED"
    printed: bool = True
    venv: str = ".venv"
    editable: tuple[str, ...] = ()
    data: Data | None = None
    git: bool = True
    untracked: tuple[str, ...] = ()
    edit: Edit | None = None


def write_spirals(path: Path) -> None:
    """Write points on three interleaved spirals, and the arm of each, as an NPZ file."""
    rng = np.random.default_rng(0)
    arms, per_arm = 3, 400
    turn = np.linspace(0, 1, per_arm)
    points = []
    for arm in range(arms):
        angle = 4 * turn + 2 * np.pi * arm / arms + rng.normal(scale=0.1, size=per_arm)
        points.append(np.column_stack([turn * np.sin(angle), turn * np.cos(angle)]))
    np.savez(path, points=np.concatenate(points).astype(np.float32), labels=np.repeat(np.arange(arms), per_arm))


def write_houses(path: Path) -> None:
    """Write 600 houses and their prices as a CSV file."""
    rng = random.Random(0)
    districts = {"harbour": 1.5, "hill": 1.2, "mill": 0.8, "station": 1.0}
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["area", "rooms", "age", "district", "price"])
        for _ in range(600):
            area, age, district = rng.uniform(30, 200), rng.randrange(100), rng.choice(sorted(districts))
            rooms = max(1, round(area / 25 + rng.gauss(0, 0.7)))
            price = (2 * area + 10 * rooms - 0.5 * age) * districts[district] + rng.gauss(0, 15)
            table.writerow([f"{area:.1f}", rooms, age, district, f"{price:.2f}"])


DIGITS = Project(
    name="digits",
    arguments=("train.py", "--alpha", "0.0003"),
    outputs=("curve.csv", "metrics.json", "model.joblib"),
    untracked=("augment.py",),
    edit=Edit("train.py", "EPOCHS = 5", "EPOCHS = 6"),
)
MLP = Project(
    name="mlp",
    arguments=("train.py", "--data", "../datasets/spirals.npz"),
    outputs=("runs/checkpoint.pt", "runs/losses.csv"),
    venv="../environments/mlp",
    data=Data("../datasets/spirals.npz", write_spirals),
    git=False,
)
BOOST = Project(
    name="boost",
    arguments=("train.py",),
    outputs=("importance.csv", "metrics.json", "model.txt", "predictions.csv"),
    editable=("tabkit",),
    data=Data("data/houses.csv", write_houses),
)
NOISY = Project(name="noisy", arguments=("train.py",), outputs=("line.npz", "metrics.json"), outcome="DIFFERENT")
CLOCKWORK = Project(
    name="clockwork", arguments=("train.py",), outputs=("losses.csv", "metrics.json"), printed=False, git=False
)
NOTEBOOK = Project(
    name="notebook", arguments=("fit.ipynb",), outputs=("fit.executed.ipynb", "metrics.json"), git=False
)
PROJECTS = (DIGITS, MLP, BOOST, NOISY, CLOCKWORK)


def materialise(project: Project, folder: Path) -> Path:
    """Set up a copy of `project` in `folder`, which must be free of one; return the project's own folder.

    Raises:
        FileExistsError: there is a copy already.
        subprocess.CalledProcessError: git failed.
    """
    root = folder / project.name
    shutil.copytree(HERE / project.name, root, ignore=IGNORED)
    for sibling in project.editable:
        shutil.copytree(HERE / sibling, folder / sibling, ignore=IGNORED)
    if project.data:
        target = root / project.data.path
        target.parent.mkdir(parents=True, exist_ok=True)
        project.data.write(target)
    if project.git:
        commit(project, root)
    if project.edit:
        path = root / project.edit.path
        text = path.read_text()
        assert project.edit.old in text, f"{path} does not hold {project.edit.old!r}"
        path.write_text(text.replace(project.edit.old, project.edit.new))
    return root


def commit(project: Project, root: Path) -> None:
    """Make a repository at `root` whose one commit holds everything but the untracked files."""
    (root / ".gitignore").write_text(".venv/\n__pycache__/\n")
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    others = (f":!{name}" for name in project.untracked)
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "--", ".", *others),
        (*identity, "commit", "-q", "-m", f"Train {project.name}"),
    ):
        subprocess.run(("git", *words), cwd=root, check=True)


def make_environment(project: Project, root: Path, interpreter: str = sys.executable) -> Path:
    """Make the virtual environment of a copy and install its requirements with the machine's pip configuration.

    Returns:
        The environment's Python.

    Raises:
        subprocess.CalledProcessError: venv or pip failed; what they printed is on stderr.
    """
    venv = (root / project.venv).resolve()
    subprocess.run((interpreter, "-m", "venv", venv), check=True)
    python = venv / "bin" / "python"
    editable = (word for name in project.editable for word in ("-e", f"../{name}"))
    pip = (
        str(python),
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "-q",
        "-r",
        "requirements.txt",
        *editable,
    )
    subprocess.run(pip, cwd=root, check=True)
    return python
