"""How a data set is checked, and put where a container's user can read it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reproof.errors import RunError
from reproof.model.plan import DatasetMount
from reproof.mounts import User, bind_dataset
from reproof.store.blobs import Blobs

READER = User(54321, 54321)


class Place:
    """A data set on disk, with its listing in a store."""

    def __init__(self, root: Path) -> None:
        self.root, self.data, self.stage = root, root / "data", root / "stage"
        self.blobs = Blobs(root / "blobs")
        for number in range(4):
            path = self.data / f"class-{number % 2}" / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{number}\n")
        for folder in (self.data, self.data / "class-0", self.data / "class-1"):
            folder.chmod(0o755)

    def mount(self, kept: bool = False, written_below: bool = False) -> DatasetMount:
        """Record the data set as it is now."""
        lines = []
        for path in sorted(self.data.rglob("*.txt")):
            path.chmod(0o644)
            digest = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
            lines.append([str(path.relative_to(self.data)), digest, path.stat().st_size, 0o644])
            if kept:
                self.blobs.put_file(path)
        listing = self.blobs.put("".join(json.dumps(line) + "\n" for line in lines).encode())
        return DatasetMount(path=str(self.data), files=len(lines), size=8, listing=listing, kept=kept,
                            written_below=written_below)  # fmt: skip

    def bind(self, mount: DatasetMount, user: User = READER) -> Path:
        """Return the folder that is mounted."""
        bind = bind_dataset(mount, self.stage, self.blobs, user)
        assert (bind.target, bind.read_only) == (mount.path, not mount.written_below)
        return Path(bind.source)

    def texts(self, folder: Path) -> dict[str, str]:
        return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.txt")}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_an_unchanged_data_set_is_mounted_where_it_lies(place: Place) -> None:
    assert place.bind(place.mount()) == place.data
    assert not place.stage.exists()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: path.unlink(), "has disappeared"),
        (lambda path: path.write_text("9\n"), "has changed"),
        (lambda path: path.write_text("long\n"), "has changed"),
    ],
)
def test_the_file_that_changed_is_named(place: Place, harm: object, words: str) -> None:
    mount = place.mount()
    harm(place.data / "class-1" / "3.txt")  # type: ignore[operator]
    with pytest.raises(RunError, match=rf"class-1/3\.txt of the data set .*/data {words}") as caught:
        place.bind(mount)
    assert "sha256:" in caught.value.hint


def test_several_files_that_changed_are_counted(place: Place) -> None:
    mount = place.mount()
    for name in ("0.txt", "2.txt"):
        (place.data / "class-0" / name).unlink()
    with pytest.raises(RunError, match="and 1 more of its 4 files are not as recorded"):
        place.bind(mount)


def test_a_kept_data_set_that_changed_comes_from_the_store(place: Place) -> None:
    mount = place.mount(kept=True)
    before = place.texts(place.data)
    (place.data / "class-0" / "0.txt").write_text("9\n")
    (place.data / "class-1" / "3.txt").unlink()
    assert place.texts(place.bind(mount)) == before


def test_files_that_are_links_are_put_into_a_folder_of_their_own(place: Place) -> None:
    path, elsewhere = place.data / "class-0" / "0.txt", place.root / "elsewhere.txt"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    before = place.texts(place.data)
    folder = place.bind(place.mount())
    assert folder == place.stage
    assert place.texts(folder) == before
    assert not any(found.is_symlink() for found in folder.rglob("*"))


def test_files_that_the_user_may_not_read_are_copied_and_stay_as_they_are(place: Place) -> None:
    mount = place.mount()
    path = place.data / "class-0" / "0.txt"
    path.chmod(0o600)
    folder = place.bind(mount)
    assert folder == place.stage
    assert (folder / "class-0" / "0.txt").stat().st_mode & 0o777 == 0o444
    assert path.stat().st_mode & 0o777 == 0o600
    assert all(found.stat().st_mode & 0o005 == 0o005 for found in (folder, folder / "class-0"))


def test_a_folder_that_the_user_may_not_search_is_made_anew(place: Place) -> None:
    mount = place.mount()
    (place.data / "class-1").chmod(0o700)
    assert place.bind(mount) == place.stage


def test_where_the_run_writes_among_its_data_it_gets_copies_that_it_may_change(place: Place) -> None:
    mount = place.mount(written_below=True)
    folder = place.bind(mount)
    assert place.texts(folder) == place.texts(place.data)
    copy, original = folder / "class-0" / "0.txt", place.data / "class-0" / "0.txt"
    assert not copy.samefile(original)
    assert (copy.stat().st_mode & 0o666, folder.stat().st_mode & 0o777) == (0o666, 0o777)
    copy.write_text("changed by the run\n")
    assert original.read_text() == "0\n"
