"""`reproof run -- COMMAND` is understood in two ways, and means the same."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from reproof.cli import recorded, run, verbs
from reproof.cli.main import obey
from reproof.cli.short import plain_run

SAID = [
    ["run", "--", "a"], ["run", "a", "-b", "--", "--json"], ["run", "--", "-a"], ["run", "--", "--", "a"],
    ["-q", "run", "a", "run"], ["--quiet", "--store", "S", "run", "a", ""], ["--store", "run", "run", "--", "run"],
    ["--store", "A", "--store", "B", "-q", "-q", "run", "--", "x"],
    ["--store", "~/s", "run", "\udcff"],
]  # fmt: skip
UNCLEAR = [
    [], ["run"], ["run", "--"], ["run", "--json", "--", "a"], ["run", "-h"], ["ls"], ["--store"], ["--store", "a"],
    ["--store=S", "run", "a"], ["--registry", "r", "run", "a"], ["--help", "run", "a"], ["-qq", "run", "a"],
    ["--", "run", "a"], ["--store", "", "run", "a"],
]  # fmt: skip
VARIABLES = [{}, {"REPROOF_HOME": "H", "REPROOF_LEVEL": "hooks", "REPROOF_REGISTRY": "r:1"},
             {"REPROOF_HOME": "", "REPROOF_LEVEL": "", "REPROOF_REGISTRY": ""}]  # fmt: skip


@pytest.mark.parametrize("variables", VARIABLES)
@pytest.mark.parametrize("words", SAID)
def test_a_plain_run_is_what_click_makes_of_it(
    words: list[str], variables: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("REPROOF_HOME", "REPROOF_LEVEL", "REPROOF_REGISTRY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    defaults: dict[str, Any] = {"config": None, "allow": (), "level": None, "as_json": False}
    asked: list[Any] = []

    def note(context: Any, words: Any, **how: Any) -> int:
        asked.append((context, words, {**defaults, **how}))
        return 3

    monkeypatch.setattr(recorded, "record", note)
    monkeypatch.setattr(run, "record", note)
    monkeypatch.setattr(sys, "argv", ["reproof", *words])
    assert plain_run(words, os.environ) is not None
    assert obey(words) == verbs.obey() == 3
    assert asked[0] == asked[1]


@pytest.mark.parametrize("words", UNCLEAR)
def test_whatever_may_be_a_mistake_is_left_to_click(words: list[str]) -> None:
    assert plain_run(words, {}) is None


@pytest.mark.parametrize("variables", [{"REPROOF_LEVEL": "all"}, {"_REPROOF_COMPLETE": "bash_source"}])
def test_variables_that_click_has_to_judge_are_left_to_it(variables: dict[str, str]) -> None:
    assert plain_run(["run", "a"], variables) is None
