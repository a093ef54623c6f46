"""What the options of an old project may be, and what is said of those that are off."""

from __future__ import annotations

import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reproof.errors import UsageError
from reproof.needs.wanted import Wanted
from reproof.old_projects import own_release, read_instant, read_needs, read_python


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit of 2019."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "main.py").write_text("import numpy\n")
    when = {"GIT_AUTHOR_DATE": "2019-05-04T10:00:00Z", "GIT_COMMITTER_DATE": "2019-05-04T10:00:00Z", "PATH": "/usr/bin"}
    who = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "main.py"), (*who, "commit", "-q", "-m", "Train")):
        subprocess.run(("git", *words), cwd=root, check=True, env={**when, "HOME": str(tmp_path)})
    return root


def test_a_day_means_its_end(tmp_path: Path) -> None:
    assert read_instant("2019-06-01", tmp_path).instant == "2019-06-01T23:59:59Z"


def test_a_commit_means_its_date(repository: Path) -> None:
    choice = read_instant("HEAD", repository)
    assert choice.instant == "2019-05-04T10:00:00Z"
    assert "commit" in choice.reason


def test_a_commit_that_is_not_there_is_refused(repository: Path) -> None:
    with pytest.raises(UsageError, match="neither a date nor a commit"):
        read_instant("deadbeef", repository)


def test_a_day_in_the_future_is_refused_and_today_is_not(tmp_path: Path) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=2)
    with pytest.raises(UsageError, match="future"):
        read_instant(f"{tomorrow:%Y-%m-%d}", tmp_path)
    now = datetime.now(UTC)
    assert read_instant(f"{now:%Y-%m-%d}", tmp_path).instant <= f"{now + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"


def test_a_day_before_any_index_kept_dates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="before 2010"):
        read_instant("2009-12-31", tmp_path)


@pytest.mark.parametrize("text", ["three", "3", "4.1", "3.x", "3.8.1.2", "py38"])
def test_a_python_that_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no version of Python"):
        read_python(text)


def test_a_folder_without_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("nothing here")
    with pytest.raises(UsageError, match="no Python code"):
        read_needs(tmp_path, tmp_path, Wanted(argv=("python", "main.py")), "python")


def test_an_unpacked_release_needs_itself(tmp_path: Path) -> None:
    (tmp_path / "PKG-INFO").write_text("Metadata-Version: 1.1\nName: Tab_Kit\nVersion: 1.2\n\nwords\n")
    [own] = own_release(tmp_path)
    assert (own.name, own.specifier, own.source) == ("tab-kit", "==1.2", "PKG-INFO")


def test_a_notebook_needs_a_kernel_and_keeps_what_its_cells_import(tmp_path: Path) -> None:
    cell = {"cell_type": "code", "source": ["import numpy"], "metadata": {}, "outputs": [], "execution_count": None}
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 2}
    (tmp_path / "fit.ipynb").write_text(json.dumps(notebook))
    words = ("python", "-m", "nbconvert", "--execute", "fit.ipynb")
    found = read_needs(tmp_path, tmp_path, Wanted(argv=words), "fit.ipynb")
    assert {"ipykernel", "numpy"} <= {one.name for one in found.requirements}
