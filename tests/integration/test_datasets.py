"""A run that reads 20,000 files: recorded as one data set, replayed from its folder, and a changed file is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Shell

from reproof.model.execution import Execution
from reproof.model.snapshot import Snapshot
from reproof.store.store import Store

FILES = 20_000
SCRIPT = """
import hashlib, pathlib
state = hashlib.sha256()
files = sorted(pathlib.Path("data").rglob("*.txt"))
for file in files:
    state.update(file.read_bytes())
pathlib.Path("result.txt").write_text(f"{len(files)} {state.hexdigest()}")
"""


@pytest.fixture
def project(builder: Shell) -> Path:
    """Return the folder of a project with a data set that is too large to be kept."""
    root = builder.cwd
    (root / "train.py").write_text(SCRIPT)
    for number in range(FILES):
        path = root / "data" / f"class-{number % 20}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} {'x' * 900}")
    return root


def test_a_data_set_is_recorded_replayed_and_checked_file_by_file(
    builder: Shell, project: Path, bare_python: str
) -> None:
    snapshot = builder.record(bare_python, "train.py")
    (dataset,) = snapshot["datasets"]
    assert (dataset["path"], dataset["files"], dataset["kept"]) == (str(project / "data"), FILES, False)
    assert [entry for entry in snapshot["inputs"] if "/data/" in entry["path"]] == []

    verified = builder.reproof("verify", snapshot["id"], "--json")
    assert verified.json["outcome"] == "REPRODUCED", verified
    store = Store(builder.store)
    execution = store.load(Execution, verified.json["execution"])
    assert execution.replayed is not None
    replayed = store.load(Snapshot, execution.replayed)
    assert [one.digest for one in replayed.datasets] == [dataset["digest"]]

    changed = project / "data" / "class-7" / "7.txt"
    changed.write_text("other")
    again = builder.reproof("verify", snapshot["id"])
    assert again.code == 12, again
    assert f"class-7/7.txt of the data set {project / 'data'} has changed" in again.out + again.err

    other = builder.record(bare_python, "train.py")
    difference = builder.reproof("diff", snapshot["id"], other["id"])
    assert difference.code == 1
    assert f"1 of {FILES:,} files changed: class-7/7.txt" in difference.out
