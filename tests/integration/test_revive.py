"""Old projects that recorded nothing, brought back on the real engine from the real index: from files and a date."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Shell

TRAIN = """
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
X, y = load_iris(return_X_y=True)
print("accuracy", LogisticRegression(max_iter=500).fit(X, y).score(X, y), np.__version__)
"""

TIMES = {
    11: ("2023-06-01", "1.2.2"),
    12: ("2024-06-01", "1.5.0"),
    13: ("2025-06-01", "1.6.1"),
}
"""When each minor version of Python that reproof itself may run on was current, and the scikit-learn of that day."""


def project(shell: Shell, **files: str) -> Path:
    root = shell.cwd / "project"
    root.mkdir()
    for name, text in files.items():
        (root / name.replace("__", ".")).write_text(text)
    return root


def test_a_project_of_which_nothing_but_a_script_is_left_runs_as_of_its_date(builder: Shell) -> None:
    date, version = TIMES[sys.version_info.minor]
    project(builder, train__py=TRAIN)
    # No older interpreter is sure to be on a machine than the one that runs this.
    captured = builder.reproof(
        "capture", "project", "--as-of", date, "--python", f"3.{sys.version_info.minor}", "--json",
        "--", "python", "train.py",
    )  # fmt: skip
    assert captured.code == 0, captured
    identity = captured.json["id"]
    answer = builder.reproof("verify", identity, "--json")
    assert answer.code == 3, answer
    verdict = answer.json
    assert [attempt["reached"] for attempt in verdict["tries"]] == ["imported"]
    assert any("exit code 0" in reason for reason in verdict["reasons"]), verdict["reasons"]
    plan = builder.reproof("plan", identity).out
    assert date in plan and f"scikit-learn {version}" in plan
    shown = builder.reproof("show", identity, "--section", "needs").out
    assert "scikit-learn" in shown and "train.py:3" in shown


def test_what_the_run_wants_and_cannot_have_is_named_with_its_remedy(builder: Shell) -> None:
    project(builder, main__py="import six\ninput('continue? ')\n")
    date, _ = TIMES[sys.version_info.minor]
    captured = builder.reproof("capture", "project", "--as-of", date, "--json", "--", "python", "main.py")
    verdict = builder.reproof("verify", captured.json["id"], "--json").json
    assert any(reason.startswith("keyboard: ") for reason in verdict["reasons"]), verdict["reasons"]


def test_a_requirement_that_no_index_ever_had_is_named_and_not_guessed(builder: Shell) -> None:
    project(builder, main__py="print(1)\n", requirements__txt="six==99.0\n")
    captured = builder.reproof("capture", "project", "--as-of", "2021-06-01", "--json", "--", "python", "main.py")
    answer = builder.reproof("verify", captured.json["id"], "--json")
    assert answer.code == 10, answer
    [first, *_] = answer.json["tries"]
    assert first["reached"] is None and "six==99.0" in first["obstacles"][0]["what"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--as-of", "deadbeef"), ("neither a date nor a commit",)),
        (("--as-of", "2199-01-01"), ("future",)),
        (("--as-of", "2004"), ("before 2010",)),
        (("--python", "three"), ("no version of Python",)),
        (("--python", "3.8", "--installed"), ("leave one of them out",)),
    ],
)
def test_options_that_are_off_are_refused(shell: Shell, options: tuple[str, ...], words: tuple[str, ...]) -> None:
    project(shell, main__py="print(1)\n")
    shell.reproof("capture", "project", *options, "--", "python", "main.py").complains(2, *words)


def test_a_python_that_is_not_to_be_had_is_told_with_what_there_is(shell: Shell, tmp_path: Path) -> None:
    project(shell, main__py="print(1)\n")
    bare = replace(shell, variables={"HOME": str(tmp_path), "PYENV_ROOT": str(tmp_path), "PATH": "/usr/bin:/bin"})
    captured = bare.reproof(
        "capture", "project", "--python", "3.4", "--as-of", "2017", "--json", "--", "python", "main.py"
    )
    answer = bare.reproof("verify", captured.json["id"])
    assert answer.code == 10 and "no interpreter" in answer.out and "3.4" in answer.out
