"""A set of 2019 from the index that pip is configured with here: as of its day, and again without that index."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from reproof.model.requirements import Requirement, Requirements
from reproof.model.target import Target
from reproof.resolve.solve import solve
from reproof.store.store import Store
from reproof.wiring import solve_tools

INSTANT = "2019-08-01T00:00:00Z"
TARGET = Target(python="3.6.15", glibc="2.28")
NEEDS = Requirements(
    project="old",
    dates=(),
    pythons=(),
    requirements=tuple(
        Requirement(name=name, kind="declared", source="requirements.txt:1", specifier=specifier)
        for name, specifier in (("tensorflow", "==1.14"), ("keras", ""), ("pandas", ""))
    ),
)
OF_THE_DAY = {"tensorflow": "1.14.0", "keras": "2.2.4", "pandas": "0.25.0", "numpy": "1.17.0", "absl-py": "0.7.1"}
NOWHERE = "http://127.0.0.1:9"


def test_an_old_set_resolves_to_what_was_there_and_again_without_a_network(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first = solve(NEEDS, TARGET, INSTANT, solve_tools(store, os.environ))
    assert OF_THE_DAY.items() <= {pin.name: pin.version for pin in first.pins}.items()
    sources = {pin.name for pin in first.pins if pin.artifact and not pin.artifact.filename.endswith(".whl")}
    assert {"absl-py", "termcolor"} <= sources
    cut_off = {**os.environ, "HTTPS_PROXY": NOWHERE, "HTTP_PROXY": NOWHERE, "PIP_PROXY": NOWHERE}
    remembered = solve(NEEDS, TARGET, INSTANT, solve_tools(store, cut_off))
    shutil.rmtree(store.cache("solutions"))
    found_again = solve(NEEDS, TARGET, INSTANT, solve_tools(store, cut_off))
    assert first.lock == remembered.lock == found_again.lock
    assert first.model_dump_json() == remembered.model_dump_json() == found_again.model_dump_json()
