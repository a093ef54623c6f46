"""The build context: the same bytes each time, and only undamaged ones."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from reproof.build.context import EPOCH, context_tar, write_context
from reproof.build.image import image_tag, pinned
from reproof.errors import BuildError, StoreError, UsageError
from reproof.model.base import Blob
from reproof.model.image import BuildContext, ContextFile
from reproof.model.plan import Base
from reproof.store.blobs import Blobs

LONG = "project/" + "/".join(["a-folder-with-a-long-name"] * 8) + "/módulo.py"


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def context_of(*files: ContextFile) -> BuildContext:
    return BuildContext(plan="p", files=files)


def some_context(blobs: Blobs) -> BuildContext:
    return context_of(
        ContextFile(path="wheels/a.whl", blob=blobs.put(b"wheel" * 1000)),
        ContextFile(path="Dockerfile", text="FROM scratch\n"),
        ContextFile(path=LONG, mode=0o755, blob=blobs.put(b"")),
    )


def tar_of(context: BuildContext, blobs: Blobs) -> bytes:
    return b"".join(context_tar(context, blobs))


def test_the_tar_has_every_file_with_its_bytes_and_mode(blobs: Blobs) -> None:
    with tarfile.open(fileobj=io.BytesIO(tar_of(some_context(blobs), blobs))) as archive:
        found = {
            m.name: (m.mode, archive.extractfile(m).read())
            for m in archive
            if m.isfile()  # type: ignore[union-attr]
        }
    expected = {"Dockerfile": (0o644, b"FROM scratch\n"), LONG: (0o755, b""), "wheels/a.whl": (0o644, b"wheel" * 1000)}
    assert expected == found


def test_the_order_of_the_files_makes_no_difference(blobs: Blobs) -> None:
    context = some_context(blobs)
    assert tar_of(context, blobs) == tar_of(context_of(*reversed(context.files)), blobs)


def test_every_entry_has_one_date_and_root_as_owner_and_folders_come_first(blobs: Blobs) -> None:
    with tarfile.open(fileobj=io.BytesIO(tar_of(some_context(blobs), blobs))) as archive:
        members = archive.getmembers()
    assert {(EPOCH, 0, 0)} == {(m.mtime, m.uid, m.gid) for m in members}
    names = [m.name for m in members]
    assert names.index("wheels") < names.index("wheels/a.whl")


def test_a_flipped_byte_in_a_blob_is_named_before_the_tar_ends(blobs: Blobs) -> None:
    blob = blobs.put(b"precious")
    path = blobs.path(blob.digest)
    path.chmod(0o644)
    path.write_bytes(b"prec1ous")
    with pytest.raises(StoreError, match=blob.digest):
        tar_of(context_of(ContextFile(path="x", blob=blob)), blobs)


def test_a_missing_blob_is_named(blobs: Blobs) -> None:
    blob = Blob(digest="sha256:" + "0" * 64, size=3)
    with pytest.raises(StoreError, match=blob.digest):
        tar_of(context_of(ContextFile(path="x", blob=blob)), blobs)


def test_a_blob_of_another_size_than_recorded_is_refused(blobs: Blobs) -> None:
    blob = blobs.put(b"abc")
    with pytest.raises(StoreError, match="another size"):
        tar_of(context_of(ContextFile(path="x", blob=Blob(digest=blob.digest, size=2))), blobs)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", ""])
def test_a_path_that_leads_out_of_the_context_is_refused(blobs: Blobs, tmp_path: Path, path: str) -> None:
    context = context_of(ContextFile(path=path, text=""))
    with pytest.raises(BuildError, match="leads out"):
        tar_of(context, blobs)
    with pytest.raises(BuildError, match="leads out"):
        write_context(context, tmp_path / "out", blobs)


def test_a_link_stays_a_link(blobs: Blobs, tmp_path: Path) -> None:
    context = context_of(ContextFile(path="project/data", mode=0o777, link="/mnt/data"))
    with tarfile.open(fileobj=io.BytesIO(tar_of(context, blobs))) as archive:
        member = archive.getmember("project/data")
    assert (member.issym(), member.linkname, member.mtime) == (True, "/mnt/data", EPOCH)
    write_context(context, tmp_path / "out", blobs)
    assert (tmp_path / "out" / "project" / "data").readlink() == Path("/mnt/data")


def test_a_file_below_a_link_is_refused(blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = ContextFile(path="a", link=str(tmp_path / "elsewhere"))
    context = context_of(link, ContextFile(path="a/b/c", text="x"))
    with pytest.raises(BuildError, match="below the symbolic link 'a'"):
        tar_of(context, blobs)
    with pytest.raises(BuildError, match="below the symbolic link 'a'"):
        write_context(context, tmp_path / "out", blobs)
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_the_folder_holds_copies_that_do_not_touch_the_store(blobs: Blobs, tmp_path: Path) -> None:
    context = some_context(blobs)
    write_context(context, tmp_path / "deep" / "out", blobs)
    copy = tmp_path / "deep" / "out" / "wheels" / "a.whl"
    copy.write_bytes(b"edited")
    assert blobs.get(context.file("wheels/a.whl").blob.digest) == b"wheel" * 1000  # type: ignore[union-attr]
    assert (tmp_path / "deep" / "out" / LONG).stat().st_mode & 0o777 == 0o755


def test_a_folder_with_something_in_it_is_left_alone(blobs: Blobs, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    with pytest.raises(UsageError, match="not an empty folder"):
        write_context(some_context(blobs), tmp_path, blobs)
    assert (tmp_path / "mine").read_text() == "keep"


def test_nothing_is_left_of_a_folder_that_could_not_be_written(blobs: Blobs, tmp_path: Path) -> None:
    missing = ContextFile(path="x", blob=Blob(digest="sha256:" + "0" * 64, size=3))
    (tmp_path / "place").mkdir()
    with pytest.raises(StoreError):
        write_context(context_of(ContextFile(path="a", text="a"), missing), tmp_path / "place" / "out", blobs)
    assert list((tmp_path / "place").iterdir()) == []


def test_a_digest_takes_the_place_of_the_tag() -> None:
    digest = "sha256:" + "1" * 64
    assert f"python@{digest}" == pinned(Base(kind="registry", reference="python:3.11.7-slim", digest=digest))
    assert f"reg:5000/a/b@{digest}" == pinned(Base(kind="registry", reference="reg:5000/a/b:1", digest=digest))


def test_the_image_is_named_after_its_context(blobs: Blobs) -> None:
    context = some_context(blobs)
    assert f"reproof/{context.id[:12]}:latest" == image_tag(context)
