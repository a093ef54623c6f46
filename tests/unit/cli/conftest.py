"""What the tests of the command line share."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_shell import Shell

from reproof.store.store import Store


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(Store(tmp_path / "store"), monkeypatch, capsys)
