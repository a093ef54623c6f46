"""Indexes of every kind are listed, read in part, and downloaded from."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from index_server import IndexServer, make_wheel, serving

from reproof.adapters.index import Index
from reproof.adapters.pip_config import PipConfig
from reproof.errors import ResolveError
from reproof.model.resolution import Artifact
from reproof.progress import Progress

LARGE = {"pack/data.bin": bytes(range(256)) * 2000}


@pytest.fixture
def server() -> Iterator[IndexServer]:
    with serving(IndexServer()) as running:
        yield running


def make_index(server: IndexServer, tmp_path: Path, **options: object) -> Index:
    return Index(PipConfig(indexes=(server.url,), **options), tmp_path / "artifacts")  # type: ignore[arg-type]


def artifact_of(wheel: tuple[str, bytes, str], server: IndexServer) -> Artifact:
    digest = f"sha256:{hashlib.sha256(wheel[1]).hexdigest()}"
    url = f"http://127.0.0.1:{server.port}/files/{wheel[0]}"
    return Artifact(filename=wheel[0], digest=digest, size=len(wheel[1]), url=url)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_project_is_listed_from_json_and_from_html(server: IndexServer, tmp_path: Path, as_json: bool) -> None:
    wheel = make_wheel("My_Pack", "1.0")
    server.json = as_json
    server.add(wheel)
    server.requires_python[wheel[0]] = ">=3.8"
    listing = make_index(server, tmp_path).files("my.pack")
    assert listing.failures == ()
    (file,) = listing.files
    assert (wheel[0], hashlib.sha256(wheel[1]).hexdigest(), ">=3.8") == (
        file.filename,
        file.sha256,
        file.requires_python,
    )
    assert f"http://127.0.0.1:{server.port}/files/{wheel[0]}" == file.public_url


def test_a_project_that_is_not_there_is_no_failure(server: IndexServer, tmp_path: Path) -> None:
    listing = make_index(server, tmp_path).files("nothing")
    assert (listing.files, listing.failures) == ((), ())


def test_a_server_error_is_told_with_host_and_cause(server: IndexServer, tmp_path: Path) -> None:
    server.fail_with = 500
    assert make_index(server, tmp_path).files("pack").failures == ("127.0.0.1: 500 Internal Server Error",)


def test_passing_trouble_is_waited_out(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"))
    server.fail_with, server.failures_left = 503, 1
    assert len(make_index(server, tmp_path).files("pack").files) == 1


def test_a_host_that_cannot_be_reached_is_asked_once(tmp_path: Path) -> None:
    with serving(IndexServer()) as gone:
        pass
    index = make_index(gone, tmp_path, timeout_s=0.2)
    first = index.files("a").failures
    # From here on somebody listens, but says nothing.
    with socket.create_server(("127.0.0.1", gone.port)):
        assert first == index.files("b").failures
    assert first[0].startswith("127.0.0.1: ")


def test_a_slow_server_runs_into_the_configured_timeout(server: IndexServer, tmp_path: Path) -> None:
    server.delay_s = 1.0
    (failure,) = make_index(server, tmp_path, timeout_s=0.1).files("pack").failures
    assert failure == "127.0.0.1: no answer in time (ReadTimeout)"


def test_a_page_that_is_no_page_is_a_failure(
    server: IndexServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.add(make_wheel("pack", "1.0"))
    monkeypatch.setattr("index_server.json.dumps", lambda _: '{"files": 3}')
    assert (f"{server.url}: a page without a list of files",) == make_index(server, tmp_path).files("pack").failures


def test_credentials_in_the_address_open_an_index_and_its_files(server: IndexServer, tmp_path: Path) -> None:
    wheel = make_wheel("pack", "1.0")
    server.add(wheel)
    server.account = ("ada", "s3:cret")
    closed = make_index(server, tmp_path)
    assert closed.files("pack").failures == ("127.0.0.1: 401 Unauthorized",)
    url = server.url.replace("//", "//ada:s3%3Acret@")
    index = Index(PipConfig(indexes=(url,)), tmp_path / "artifacts")
    (file,) = index.files("pack").files
    assert wheel[2] == index.member(file, "RECORD")
    assert "s3" not in index.artifact(file).model_dump_json() + file.place + repr(file)
    assert wheel[1] == index.fetch([index.artifact(file)], Progress())[index.artifact(file).digest].read_bytes()


def test_credentials_in_the_link_to_a_file_open_it(server: IndexServer, tmp_path: Path) -> None:
    wheel = make_wheel("pack", "1.0")
    server.add(wheel)
    server.account = ("ada", "secret")
    page = tmp_path / "links.html"
    page.write_text(f'<a href="http://ada:secret@127.0.0.1:{server.port}/files/{wheel[0]}">a wheel</a>')
    index = Index(PipConfig(indexes=(), find_links=(page.as_uri(),)), tmp_path / "artifacts")
    (file,) = index.files("pack").files
    assert wheel[2] == index.member(file, "RECORD")
    assert artifact_of(wheel, server) == index.artifact(file)


def test_credentials_from_netrc_open_an_index(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"))
    server.account = ("ada", "secret")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password secret\n")
    assert len(make_index(server, tmp_path, netrc=netrc).files("pack").files) == 1


def test_all_places_are_asked_and_one_that_fails_does_not_hide_the_others(server: IndexServer, tmp_path: Path) -> None:
    server.add(make_wheel("pack", "1.0"))
    links = tmp_path / "wheels"
    links.mkdir()
    name, data, _ = make_wheel("pack", "1.0+local")
    (links / name).write_bytes(data)
    (links / "pack2-1.0-py3-none-any.whl").write_bytes(data)
    config = PipConfig(indexes=(server.url,), find_links=(str(links), str(tmp_path / "gone")))
    listing = Index(config, tmp_path / "artifacts").files("pack")
    assert ["pack-1.0-py3-none-any.whl", name] == [file.filename for file in listing.files]
    assert (f"{(tmp_path / 'gone').as_uri()}: it is not there any more",) == listing.failures


@pytest.mark.parametrize("with_page", [True, False])
def test_a_tree_of_folders_is_an_index(tmp_path: Path, with_page: bool) -> None:
    name, data, record = make_wheel("pack", "1.0")
    folder = tmp_path / "simple" / "pack"
    folder.mkdir(parents=True)
    (tmp_path / name if with_page else folder / name).write_bytes(data)
    if with_page:
        digest = hashlib.sha256(data).hexdigest()
        (folder / "index.html").write_text(f'<a href="../../{name}#sha256={digest}">{name}</a>')
    index = Index(PipConfig(indexes=((tmp_path / "simple").as_uri(),)), tmp_path / "artifacts")
    (file,) = index.files("pack").files
    assert record == index.member(file, "RECORD")
    assert hashlib.sha256(data).hexdigest() == index.artifact(file).digest.removeprefix("sha256:")
    assert index.files("other").files == ()


@pytest.mark.parametrize("as_json", [True, False])
def test_record_is_read_from_the_tail_alone(server: IndexServer, tmp_path: Path, as_json: bool) -> None:
    server.json = as_json
    wheel = make_wheel("pack", "1.0", LARGE)
    server.add(wheel)
    index = make_index(server, tmp_path)
    (file,) = index.files("pack").files
    assert wheel[2] == index.member(file, "RECORD")
    asked = [wanted for path, wanted in server.requests if path.startswith("/files/")]
    assert [f"bytes={len(wheel[1]) - 65536}-{len(wheel[1]) - 1}" if as_json else "bytes=-65536"] == asked


def test_members_before_the_tail_are_fetched_too(server: IndexServer, tmp_path: Path) -> None:
    many = {f"pack/module_{number}_{'x' * 120}.py": b"pass\n" for number in range(2000)}
    wheel = make_wheel("pack", "1.0", many)
    server.add(wheel)
    index = make_index(server, tmp_path)
    (file,) = index.files("pack").files
    assert wheel[2] == index.member(file, "RECORD")
    assert len([path for path, _ in server.requests if path.startswith("/files/")]) > 1


def test_without_ranges_the_whole_file_is_fetched_into_the_cache(server: IndexServer, tmp_path: Path) -> None:
    server.ranges = False
    wheel = make_wheel("pack", "1.0", LARGE)
    server.add(wheel)
    index = make_index(server, tmp_path)
    (file,) = index.files("pack").files
    assert wheel[2] == index.member(file, "RECORD")
    kept = tmp_path / "artifacts" / hashlib.sha256(wheel[1]).hexdigest() / wheel[0]
    assert wheel[1] == kept.read_bytes()


def test_a_file_without_a_digest_on_its_page_gets_one(server: IndexServer, tmp_path: Path) -> None:
    server.json = server.hashes = False
    wheel = make_wheel("pack", "1.0")
    server.add(wheel)
    index = make_index(server, tmp_path)
    (file,) = index.files("pack").files
    assert artifact_of(wheel, server) == index.artifact(file)


def test_a_file_that_is_no_wheel_is_an_error_that_names_it(server: IndexServer, tmp_path: Path) -> None:
    server.files["pack-1.0-py3-none-any.whl"] = b"<html>"
    index = make_index(server, tmp_path)
    (file,) = index.files("pack").files
    with pytest.raises(ResolveError, match=r"pack-1\.0-py3-none-any\.whl .* cannot be read"):
        index.member(file, "RECORD")


class Counting(Progress):
    """Counts what tasks advance by."""

    def __init__(self) -> None:
        self.done = 0
        self._lock = threading.Lock()

    def task(self, label, total=None, unit=""):  # type: ignore[no-untyped-def]
        from contextlib import nullcontext

        return nullcontext(self)

    def advance(self, amount: int = 1) -> None:
        with self._lock:
            self.done += amount


def test_several_artifacts_are_downloaded_once_and_counted(server: IndexServer, tmp_path: Path) -> None:
    wheels = [make_wheel(f"pack{number}", "1.0", LARGE) for number in range(6)]
    for wheel in wheels:
        server.add(wheel)
    artifacts = [artifact_of(wheel, server) for wheel in wheels]
    index, progress = make_index(server, tmp_path), Counting()
    paths = index.fetch(artifacts, progress)
    assert [wheel[1] for wheel in wheels] == [paths[artifact.digest].read_bytes() for artifact in artifacts]
    assert sum(artifact.size for artifact in artifacts) == progress.done
    server.requests.clear()
    index.fetch(artifacts, progress)
    assert server.requests == []


def test_a_download_that_broke_off_is_resumed(server: IndexServer, tmp_path: Path) -> None:
    wheel = make_wheel("pack", "1.0", LARGE)
    server.add(wheel)
    server.break_after, server.ranges = 100_000, False
    index, artifact = make_index(server, tmp_path), artifact_of(wheel, server)
    with pytest.raises(ResolveError, match=r"127\.0\.0\.1"):
        index.fetch([artifact], Progress())
    server.break_after, server.ranges = None, True
    progress = Counting()
    assert wheel[1] == index.fetch([artifact], progress)[artifact.digest].read_bytes()
    assert int(server.requests[-1][1].removeprefix("bytes=").removesuffix("-")) >= 100_000
    assert artifact.size == progress.done


def test_a_connection_that_breaks_again_and_again_still_gets_on(server: IndexServer, tmp_path: Path) -> None:
    wheel = make_wheel("pack", "1.0", LARGE)
    server.add(wheel)
    server.break_after = len(wheel[1]) // 2 + 1
    artifact = artifact_of(wheel, server)
    assert wheel[1] == make_index(server, tmp_path).fetch([artifact], Progress())[artifact.digest].read_bytes()


def test_bytes_that_are_not_those_that_were_pinned_are_refused(server: IndexServer, tmp_path: Path) -> None:
    wheel = make_wheel("pack", "1.0")
    artifact = artifact_of(wheel, server)
    server.files[wheel[0]] = b"something else"
    with pytest.raises(ResolveError, match="is not what was pinned"):
        make_index(server, tmp_path).fetch([artifact], Progress())
    server.add(wheel)
    assert wheel[1] == make_index(server, tmp_path).fetch([artifact], Progress())[artifact.digest].read_bytes()


def test_a_rotten_rest_of_an_earlier_try_is_thrown_away(server: IndexServer, tmp_path: Path) -> None:
    wheel = make_wheel("pack", "1.0", LARGE)
    server.add(wheel)
    artifact = artifact_of(wheel, server)
    part = tmp_path / "artifacts" / artifact.digest.removeprefix("sha256:") / f"{wheel[0]}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"rotten" * 100)
    assert wheel[1] == make_index(server, tmp_path).fetch([artifact], Progress())[artifact.digest].read_bytes()


def test_a_file_that_is_gone_from_the_index_is_named(server: IndexServer, tmp_path: Path) -> None:
    artifact = artifact_of(make_wheel("pack", "1.0"), server)
    with pytest.raises(ResolveError, match=r"404 for /files/pack-1\.0"):
        make_index(server, tmp_path).fetch([artifact], Progress())


def test_a_certificate_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ResolveError, match=r"no\.pem"):
        Index(PipConfig(indexes=(), cert=str(tmp_path / "no.pem")), tmp_path)
