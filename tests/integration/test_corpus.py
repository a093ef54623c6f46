"""A sample of the corpus is brought back from its dates; `make bench-resolve` does it with all of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "scripts"))

from resolve_bench.tools import TOOLS
from resolve_bench.trial import attempt
from resolve_bench.workplace import Workplace

from tests.corpus.sets import load

REPROOF = next(tool for tool in TOOLS if tool.name == "reproof")
SAMPLE = (
    "streamz-0.2.0",
    "gensim-3.8.1",
    "lightgbm-2.3.1",
    "dask-distributed-2021",
    "cookiecutter-cookiecutter-2024",
    "cookiecutter-cookiecutter-2025",
)
"""Small sets for Python 3.6 to 3.13: source distributions that old tools have to build, plain wheels, and one whose
commit is minutes older than a release that it names."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("name", SAMPLE)
def test_an_old_project_resolves_installs_and_imports(name: str, place: Workplace) -> None:
    one = next(one for one in load() if one.id == name)
    assert one.python in place.pythons, f"install Python {one.python} with pyenv or uv: this test needs it"
    result = attempt(one, REPROOF, place)
    assert result["stage"] is None, result["failure"]
    assert result.get("again", True), "resolving again gave another lock"
