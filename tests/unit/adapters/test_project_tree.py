"""An old project read from a real folder: names, texts, dates, and what could not be read."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reproof.adapters import project_tree
from reproof.adapters.project_history import commit_date
from reproof.adapters.project_tree import read_project
from reproof.errors import UsageError
from reproof.model.project import Project


def read(folder: Path) -> Project:
    return read_project(folder, lambda path: True)


def git(folder: Path, *words: str, date: str = "") -> str:
    environ = {**os.environ, **({"GIT_COMMITTER_DATE": date, "GIT_AUTHOR_DATE": date} if date else {})}
    options = ("-c", "user.name=Ada", "-c", "user.email=ada@host")
    done = subprocess.run(["git", *options, *words], cwd=folder, check=True, capture_output=True, env=environ)
    return done.stdout.decode().strip()


def commit(folder: Path, date: str, **files: str) -> str:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "x", date=date)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "old"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, "2018-01-01T10:00:00+02:00", train="a", lib__a="x")
    commit(folder, "2019-01-01T10:00:00+02:00", lib__a="y")
    commit(folder, "2021-01-01T10:00:00+02:00", README="z")
    return folder


ENCODINGS = [
    (b"numpy\r\nscipy\r", "numpy\nscipy\n"),
    (b"\xef\xbb\xbfnumpy", "numpy"),
    ("numpy\r\n".encode("utf-16"), "numpy\n"),
    ("käse".encode(), "käse"),
    (b"", ""),
]


@pytest.mark.parametrize(("data", "text"), ENCODINGS)
def test_a_text_is_read_in_the_encoding_it_was_written_in(tmp_path: Path, data: bytes, text: str) -> None:
    (tmp_path / "requirements.txt").write_bytes(data)
    project = read(tmp_path)
    assert project.texts["requirements.txt"] == text
    assert project.gaps == ()


def test_a_coding_line_is_followed(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_bytes(b"# -*- coding: latin-1 -*-\nname = '\xe4'\n")
    assert read(tmp_path).texts["train.py"].endswith("'ä'\n")


def test_latin_1_is_read_and_told(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_bytes(b"import numpy  # f\xfcr\n")
    project = read(tmp_path)
    assert project.texts["train.py"] == "import numpy  # für\n"
    assert [gap.what for gap in project.gaps] == ["train.py"]


def test_what_is_no_text_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_bytes(b"\x00\xff" * 100)
    project = read(tmp_path)
    assert project.texts == {} and project.paths == {"train.py"}
    assert [gap.why for gap in project.gaps] == ["it is not a text"]


def test_a_huge_file_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_tree, "LARGEST", 10)
    (tmp_path / "train.py").write_text("x" * 11)
    (tmp_path / "small.py").write_text("x")
    project = read(tmp_path)
    assert list(project.texts) == ["small.py"]
    assert [gap.what for gap in project.gaps] == ["train.py was not read"]


def test_of_too_many_files_the_nearest_are_listed_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_tree, "MOST", 2)
    (tmp_path / "deep").mkdir()
    for name in ("deep/a.py", "deep/b.py", "z.py"):
        (tmp_path / name).write_text("")
    project = read(tmp_path)
    assert "z.py" in project.paths and len(project.paths) == 2
    assert project.gaps[0].what == "some files of the project"


def test_only_what_is_wanted_is_read(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("1,2")
    (tmp_path / "train.py").write_text("")
    project = read_project(tmp_path, lambda path: path.endswith(".py"))
    assert project.paths == {"data.csv", "train.py"} and list(project.texts) == ["train.py"]


def test_folders_that_tools_fill_are_not_looked_into(tmp_path: Path) -> None:
    for name in ("env/lib/x.py", "node_modules/x.py", "__pycache__/x.py", ".tox/x.py", "src/x.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text("")
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    assert read(tmp_path).paths == {"src/x.py"}


def test_links_are_followed_inside_the_project_only(tmp_path: Path) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "a.py").write_text("a")
    (folder / "b.py").symlink_to("a.py")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up").symlink_to(tmp_path)
    (folder / "self").symlink_to("self")
    (folder / "round").symlink_to(".")
    (folder / "gone.py").symlink_to("nothing")
    project = read(folder)
    assert project.texts == {"a.py": "a", "b.py": "a"}
    assert {gap.what for gap in project.gaps} == {"out.txt was not read", "up was not read"}


def test_names_that_are_not_unicode_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.py")).write_text("")
    assert read(tmp_path).paths == frozenset()


def test_a_file_that_may_not_be_read_is_a_gap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "train.py").write_text("")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert [gap.why for gap in read(tmp_path).gaps] == ["Permission denied"]


def test_a_folder_that_is_not_there_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        read(tmp_path / "missing")


def test_each_file_has_the_date_of_its_last_commit(repository: Path) -> None:
    project = read(repository)
    assert project.commits == {
        "train": "2018-01-01T08:00:00Z",
        "lib/a": "2019-01-01T08:00:00Z",
        "README": "2021-01-01T08:00:00Z",
    }
    assert project.checked_out == "2021-01-01T08:00:00Z"


def test_a_project_in_a_subfolder_of_a_repository_has_its_own_dates(repository: Path) -> None:
    project = read(repository / "lib")
    assert project.commits == {"a": "2019-01-01T08:00:00Z"}
    assert project.checked_out == "2021-01-01T08:00:00Z"


def test_a_changed_file_and_a_new_one_have_no_commit(repository: Path) -> None:
    (repository / "train").write_text("changed")
    (repository / "new").write_text("")
    assert set(read(repository).commits) == {"lib/a", "README"}


def test_names_with_odd_letters_have_dates(repository: Path) -> None:
    commit(repository, "2022-01-01T00:00:00Z", **{'ä "b"\n.py': ""})
    assert read(repository).commits['ä "b"\n.py'] == "2022-01-01T00:00:00Z"


def test_a_repository_around_the_project_that_ignores_it_says_nothing(repository: Path) -> None:
    commit(repository, "2022-01-01T00:00:00Z", **{".gitignore": "unpacked/\n"})
    (repository / "unpacked").mkdir()
    (repository / "unpacked" / "train.py").write_text("")
    project = read(repository / "unpacked")
    assert (project.commits, project.checked_out) == ({}, None)


def test_a_shallow_clone_says_that_its_dates_are_not_known(repository: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    project = read(tmp_path / "shallow")
    assert project.commits == {} and project.checked_out == "2021-01-01T08:00:00Z"
    assert "shallow" in project.gaps[0].why


def test_without_a_repository_the_file_system_says_when(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("")
    instant = datetime(2018, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "train.py", (instant, instant))
    project = read(tmp_path)
    assert project.modified == {"train.py": "2018-05-06T07:08:09Z"}
    assert (project.commits, project.checked_out) == ({}, None)


def test_a_commit_stands_for_its_instant(repository: Path) -> None:
    assert commit_date(repository, "HEAD~1").instant == "2019-01-01T08:00:00Z"
    assert git(repository, "rev-parse", "HEAD~1")[:12] in commit_date(repository, "HEAD~1").reason


@pytest.mark.parametrize("revision", ["no-such", "--all", "", "HEAD..HEAD~1", "train"])
def test_what_is_no_commit_is_an_error_that_says_what_to_give(repository: Path, revision: str) -> None:
    with pytest.raises(UsageError, match="neither a date nor a commit") as raised:
        commit_date(repository, revision)
    assert "2019-06-01" in raised.value.hint
