"""Pointers in repositories that the real tools made, and in files that are none of theirs.

`tests/files/pointers/lfs` was made by git-lfs 3.3 (`git lfs track`, `git add`), `dvc` by DVC 3.67 (`dvc add`, `dvc
repro`); `.git` and `.dvc` are spelled with an underscore there.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from reproof.capture.pointers import find_folder_pointer, find_pointer, with_pointers
from reproof.capture.profiles import Profiler
from reproof.model.base import Blob
from reproof.model.snapshot import Dataset, Input
from reproof.report.show import list_warnings
from reproof.store.blobs import Blobs
from tests.factories import make_snapshot

FILES = Path(__file__).parents[2] / "files" / "pointers"


@pytest.fixture
def lfs(tmp_path: Path) -> Path:
    return made(FILES / "lfs", tmp_path / "lfs")


@pytest.fixture
def dvc(tmp_path: Path) -> Path:
    return made(FILES / "dvc", tmp_path / "dvc")


def made(source: Path, target: Path) -> Path:
    """Return a copy of a repository with the names that its tool gives."""
    shutil.copytree(source, target)
    for path in target.glob("_*"):
        path.rename(target / f".{path.name[1:]}")
    return target


def read(path: Path) -> Input:
    data = path.read_bytes()
    return Input(path=str(path), digest=f"sha256:{hashlib.sha256(data).hexdigest()}", size=len(data))


def test_a_file_of_git_lfs_is_known_by_its_object_id(lfs: Path) -> None:
    pointer = find_pointer(read(lfs / "train.csv"))
    assert pointer is not None
    oid = next(line for line in (lfs / "pointer.csv").read_text().splitlines() if line.startswith("oid "))
    assert (pointer.manager, f"oid {pointer.identity}") == ("git-lfs", oid)
    assert pointer.location == "https://<redacted>@example.org/ada/data.git"
    assert find_pointer(read(lfs / "images" / "a.png")) is not None


def test_a_file_that_was_changed_or_is_not_tracked_has_no_pointer(lfs: Path) -> None:
    (lfs / "train.csv").write_text("other\n")
    assert find_pointer(read(lfs / "train.csv")) is None
    (lfs / "notes.txt").write_text("a,b\n1,2\n")
    assert find_pointer(read(lfs / "notes.txt")) is None


def test_the_nearest_attributes_count(lfs: Path) -> None:
    (lfs / "images" / ".gitattributes").write_text("*.png -filter\n")
    assert find_pointer(read(lfs / "images" / "a.png")) is None


def test_a_worktree_has_its_objects_in_the_main_repository(lfs: Path, tmp_path: Path) -> None:
    tree, named = tmp_path / "tree", lfs / ".git" / "worktrees" / "tree"
    tree.mkdir()
    named.mkdir(parents=True)
    (tree / ".git").write_text(f"gitdir: {named}\n")
    (named / "commondir").write_text("../..\n")
    for name in (".gitattributes", "train.csv"):
        shutil.copy(lfs / name, tree / name)
    assert find_pointer(read(tree / "train.csv")) == find_pointer(read(lfs / "train.csv"))


@pytest.mark.parametrize("name", ["data/train.csv", "out.csv"])
def test_a_file_under_dvc_has_its_hash_and_remote(dvc: Path, name: str) -> None:
    pointer = find_pointer(read(dvc / name))
    assert pointer is not None
    assert pointer.identity == f"md5:{hashlib.md5((dvc / name).read_bytes()).hexdigest()}"
    assert (pointer.manager, pointer.location) == ("dvc", "s3://bucket/path")


def test_a_file_in_a_folder_under_dvc_is_found_in_the_list_of_the_folder(dvc: Path) -> None:
    pointer = find_pointer(read(dvc / "data" / "images" / "2.png"))
    assert pointer is not None
    assert pointer.identity == "md5:fe5067706fde605fcc635835a1e52fc8"
    (dvc / "data" / "images" / "2.png").write_text("img9")
    assert find_pointer(read(dvc / "data" / "images" / "2.png")) is None


def test_a_data_set_that_dvc_tracks_whole_has_the_hash_of_the_folder(dvc: Path) -> None:
    folder = Dataset(path=str(dvc / "data" / "images"), digest="x", files=3, size=12, listing=Blob(digest="x", size=1))
    pointer = find_folder_pointer(folder)
    assert pointer is not None
    assert pointer.identity == "md5:aacde2124c876a545cf58d0d0e7728e2.dir"
    assert find_folder_pointer(folder.model_copy(update={"size": 13})) is None


def test_a_link_into_the_cache_proves_itself_without_being_hashed(dvc: Path, tmp_path: Path) -> None:
    path, held = dvc / "data" / "train.csv", dvc / ".dvc/cache/files/md5/e5/ebd4c02cefbe7955977c67ada242b7"
    held.parent.mkdir(parents=True)
    path.rename(held)
    path.symlink_to(held)
    pointer = find_pointer(read(path))
    assert pointer is not None
    assert pointer.identity == "md5:e5ebd4c02cefbe7955977c67ada242b7"


def test_files_of_a_hub_cache_have_repository_and_revision(tmp_path: Path) -> None:
    hub, revision = tmp_path / "hub" / "datasets--org--name", "a" * 40
    for size, name in ((64, "data.parquet"), (40, "sub/config.json")):
        blob, link = hub / "blobs" / ("b" * size), hub / "snapshots" / revision / name
        blob.parent.mkdir(parents=True, exist_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        blob.write_text(name)
        link.symlink_to(blob)
    large, small = (
        find_pointer(read(hub / "snapshots" / revision / name)) for name in ("data.parquet", "sub/config.json")
    )
    assert large is not None
    assert small is not None
    assert (large.manager, large.identity, large.revision) == ("huggingface", f"sha256:{'b' * 64}", revision)
    assert large.location == "datasets/org/name:data.parquet"
    assert (small.identity, small.location) == (f"git:{'b' * 40}", "datasets/org/name:sub/config.json")
    assert find_pointer(read(hub / "blobs" / ("b" * 64))) == large


def test_a_hub_cache_without_links_still_has_its_revision(tmp_path: Path) -> None:
    path = tmp_path / "models--org--name" / "snapshots" / ("c" * 40) / "model.safetensors"
    path.parent.mkdir(parents=True)
    path.write_text("x")
    pointer = find_pointer(read(path))
    assert pointer is not None
    assert (pointer.identity, pointer.location) == ("path:model.safetensors", "org/name:model.safetensors")


@pytest.mark.parametrize(
    "text", ["", "[" * 5000, "outs: 5\n", "outs: [{md5: [1]}]\n", "\0\xff", "outs:\n- path: ../../x\n  md5: 1\n"]
)
@pytest.mark.parametrize("name", ["data/train.csv.dvc", "dvc.lock", ".dvc/config"])
def test_broken_files_of_a_tool_point_nowhere_and_raise_nothing(dvc: Path, name: str, text: str) -> None:
    (dvc / name).write_text(text, encoding="latin-1")
    find_pointer(read(dvc / "data" / "train.csv"))
    (dvc / "dvc.lock").write_text("stages: {train: 5}\n")
    find_pointer(read(dvc / "data" / "train.csv"))


def test_inputs_that_changed_or_are_gone_have_none_and_a_snapshot_keeps_the_rest(lfs: Path) -> None:
    entry = read(lfs / "train.csv")
    gone = entry.model_copy(update={"path": str(lfs / "gone.csv"), "digest": "sha256:" + "0" * 64})
    changed = entry.model_copy(update={"changed": True})
    plain = make_snapshot(inputs=[], datasets=[])
    snapshot = plain.model_copy(update={"inputs": (entry, gone, changed)})
    assert [found.pointer is not None for found in with_pointers(snapshot).inputs] == [True, False, False]


STANDING = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n"


def test_a_pointer_that_was_never_pulled_is_told_as_one_and_has_no_profile(lfs: Path, tmp_path: Path) -> None:
    path = lfs / "images" / "b.csv"
    path.write_text(STANDING.format("ab" * 32))
    entry = read(path)
    pointer = find_pointer(entry)
    assert pointer is not None
    assert (pointer.manager, pointer.identity, pointer.pulled) == ("git-lfs", "sha256:" + "ab" * 32, False)
    assert pointer.location == "https://<redacted>@example.org/ada/data.git"
    [told] = [entry.name for entry in list_warnings(make_snapshot(inputs=[{**entry.model_dump(), "pointer": pointer}]))]
    assert told == f"a pointer was read in place of the data: {path}"
    profiler = Profiler(tmp_path / "cache", Blobs(tmp_path / "blobs"), 2e9)
    [gap] = profiler.learn_profiles([entry.model_copy(update={"pointer": pointer})]).gaps
    assert gap.why == "it stands for data that git-lfs has not fetched"


@pytest.mark.parametrize(
    "text", ["", "version 2\n" * 20, STANDING.format("ab" * 31), STANDING.format("ab" * 32) + "x" * 1000]
)
def test_a_small_file_that_only_looks_a_little_like_a_pointer_is_data(lfs: Path, text: str) -> None:
    path = lfs / "small.csv"
    path.write_text(text)
    assert find_pointer(read(path)) is None


def test_a_folder_of_pointers_that_were_never_pulled_is_told_as_one(tmp_path: Path) -> None:
    for number in range(101):
        (tmp_path / f"{number:03}.png").write_text(STANDING.format(f"{number:064x}"))
    size = sum(path.stat().st_size for path in tmp_path.iterdir())
    listing = Blob(digest="sha256:" + "0" * 64, size=1)
    folder = Dataset(path=str(tmp_path), digest=listing.digest, files=101, size=size, listing=listing)
    pointer = find_folder_pointer(folder)
    assert pointer is not None and not pointer.pulled
    (tmp_path / "005.png").write_bytes(b"\x89PNG")
    assert find_folder_pointer(folder) is None
