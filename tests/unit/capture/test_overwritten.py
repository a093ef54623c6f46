"""What a run overwrites of its own project comes back as git has it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reproof.adapters.working_tree import Tracked, read_repository
from reproof.capture.keeping import Keeper, in_place
from reproof.capture.overwritten import keep_overwritten
from reproof.store.blobs import Blobs


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(Blobs(tmp_path / "blobs"), in_place)


def tracked(folder: Path, name: str, text: str) -> Tracked:
    """Return a file of a new repository that was committed, and then written to."""
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@host")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "all")):
        subprocess.run(("git", *identity, *words), cwd=folder, check=True)
    (folder / name).write_text("overwritten")
    tree = read_repository(folder).tree
    assert tree is not None
    [file] = tree.tracked
    return file


def test_a_file_that_the_run_wrote_to_is_kept_as_git_has_it_and_told(tmp_path: Path, keeper: Keeper) -> None:
    (tmp_path / "p").mkdir()
    learned = keep_overwritten([tracked(tmp_path / "p", "state.json", '{"best": 1}\n')], keeper)
    [file] = learned.value
    assert (file.path, file.mode, keeper.blobs.get(file.digest)) == (
        f"{tmp_path}/p/state.json", 0o755, b'{"best": 1}\n',
    )  # fmt: skip
    [gap] = learned.gaps
    assert gap.what == f"{tmp_path}/p/state.json is not kept as the run found it"


@pytest.mark.parametrize(
    ("name", "text"), [("server.pem", "x"), ("a.json", '{"token": "hf_a1B2c3D4e5F6g7H8i9J0k1L2"}')]
)
def test_what_holds_a_secret_does_not_come_back(tmp_path: Path, keeper: Keeper, name: str, text: str) -> None:
    (tmp_path / "p").mkdir()
    learned = keep_overwritten([tracked(tmp_path / "p", name, text)], keeper)
    assert learned.value == ()
    assert "is not carried" in learned.gaps[0].what


def test_what_git_does_not_have_is_told(tmp_path: Path, keeper: Keeper) -> None:
    files = [Tracked(f"{tmp_path}/{place}/x.json", 0o100644, "0" * 40) for place in (".", "gone")]
    learned = keep_overwritten(files, keeper)
    assert (learned.value, len(learned.gaps)) == ((), 2)
