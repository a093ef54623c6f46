"""A user at the command line, on a store of their own."""

from __future__ import annotations

import sys

import pytest

from reproof.cli import main
from reproof.store.store import Store


class Shell:
    """Types commands, and reads what comes back."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.store, self.monkeypatch, self.capsys = store, monkeypatch, capsys
        self.out = self.err = ""

    def type(self, *words: str) -> int:
        """Run the command line; return its exit code, and keep what it printed."""
        self.monkeypatch.setattr(sys, "argv", ["reproof", "--store", str(self.store.root), *words])
        with pytest.raises(SystemExit) as ended:
            main.run()
        self.out, self.err = self.capsys.readouterr()
        return int(ended.value.code or 0)
