"""Which files are one data set, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from reproof.capture.datasets import MANY, Folder, group_inputs, keep_datasets
from reproof.capture.keeping import KEPT_INPUT, Keeper, in_place
from reproof.capture.roles import role_of
from reproof.model.snapshot import Input
from reproof.store.blobs import Blobs

WIDE = ("/home/ada/project", "/home/ada")


def files(pattern: str, count: int = MANY + 1, size: int = 1) -> list[Input]:
    """Return inputs whose paths have a number at `{}`."""
    paths = (pattern.format(number) for number in range(count))
    return [Input(path=path, digest="sha256:" + "0" * 64, size=size, role=role_of(path, size)) for path in paths]


def grouped(*inputs: list[Input]) -> tuple[int, dict[str, int]]:
    """Return how many inputs stay alone, and how many are in each data set."""
    alone, folders = group_inputs([entry for some in inputs for entry in some], WIDE)
    return len(alone), {folder.path: len(folder.files) for folder in folders}


def test_a_folder_of_many_files_is_one_data_set_and_one_of_few_is_not() -> None:
    assert grouped(files("/home/ada/project/data/{}.png")) == (0, {"/home/ada/project/data": MANY + 1})
    assert grouped(files("/home/ada/project/data/{}.png", MANY)) == (MANY, {})


def test_classes_in_subfolders_are_one_data_set_and_its_folder_is_the_deepest_that_holds_all() -> None:
    cats, dogs = (files(f"/home/ada/project/in/pets/raw/{name}/{{}}.png") for name in ("cat", "dog"))
    assert grouped(cats, dogs) == (0, {"/home/ada/project/in/pets/raw": 2 * (MANY + 1)})


def test_the_project_the_home_and_the_root_are_no_data_sets() -> None:
    assert grouped(files("/home/ada/project/{}.png"))[1] == {}
    assert grouped(files("/home/ada/{}/x.png"))[1] == {}
    assert grouped(files("/home/{}/x.png"))[1] == {}
    assert grouped(files("/data/{}.png"))[1] == {}
    both = grouped(files("/data/one/{}.png"), files("/data/two/{}.png"))
    assert both == (0, {"/data/one": MANY + 1, "/data/two": MANY + 1})


def test_a_table_a_model_and_settings_beside_many_images_stay_by_themselves() -> None:
    others = [files(f"/data/set/{name}", 1) for name in ("labels.csv", "best.pt", "config.yaml")]
    assert grouped(files("/data/set/images/{}.png"), *others) == (3, {"/data/set/images": MANY + 1})


def test_many_tables_beside_many_images_are_in_the_same_data_set() -> None:
    assert grouped(files("/data/set/{}.png"), files("/data/set/{}.csv")) == (0, {"/data/set": 2 * (MANY + 1)})


def test_many_small_models_are_a_data_set_too() -> None:
    assert grouped(files("/data/features/{}.pt")) == (0, {"/data/features": MANY + 1})


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(Blobs(tmp_path / "blobs"), in_place)


def on_disk(root: Path, count: int, **changes: bool) -> Folder:
    """Return a folder of small files that exist."""
    inputs = []
    for number in reversed(range(count)):
        path = root / f"é{number % 2}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(number))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        inputs.append(Input(path=str(path), digest=f"sha256:{digest}", size=path.stat().st_size))
    return Folder(str(root), tuple(inputs))


def test_a_listing_is_sorted_and_its_digest_is_the_data_sets(keeper: Keeper, tmp_path: Path) -> None:
    folder = on_disk(tmp_path / "data", 20)
    (dataset,) = keep_datasets([folder], keeper).value
    listing = keeper.blobs.get(dataset.listing.digest)
    names = [json.loads(line)[0] for line in listing.splitlines()]
    assert names == sorted(names)
    assert (len(names), names[0]) == (20, "é0/0.txt")
    assert dataset.digest == dataset.listing.digest == f"sha256:{hashlib.sha256(listing).hexdigest()}"
    assert (dataset.files, dataset.size, dataset.kept) == (20, 30, True)
    assert all(file.digest in keeper.blobs for file in folder.files if file.digest)
    again = keep_datasets([Folder(folder.path, folder.files[::-1])], keeper).value[0]
    assert again == dataset


def test_a_large_or_private_data_set_is_kept_by_hash_alone(keeper: Keeper, tmp_path: Path) -> None:
    folder = on_disk(tmp_path / "data", 3)
    large = folder.files[0].model_copy(update={"size": KEPT_INPUT})
    private = folder.files[0].model_copy(update={"path": str(tmp_path / "data" / "id_rsa")})
    unknown = folder.files[0].model_copy(update={"digest": None})
    for odd in (large, private, unknown):
        (dataset,) = keep_datasets([Folder(folder.path, (odd, *folder.files[1:]))], keeper).value
        assert not dataset.kept
    assert folder.files[1].digest not in keeper.blobs


def test_files_that_changed_or_vanished_are_told(keeper: Keeper, tmp_path: Path) -> None:
    folder = on_disk(tmp_path / "data", 3)
    changed = folder.files[0].model_copy(update={"changed": True})
    Path(folder.files[1].path).unlink()
    learned = keep_datasets([Folder(folder.path, (changed, *folder.files[1:]))], keeper)
    assert (learned.value[0].changed, learned.value[0].kept) == (1, False)
    assert [gap.what for gap in learned.gaps] == [
        f"1 of 3 files of {folder.path} changed during the run",
        f"{folder.files[1].path} is not kept",
    ]
