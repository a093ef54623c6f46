"""The loopback index answers installers and solvers as of an instant, whatever the index behind it is like."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from index_server import JSON, IndexServer, make_wheel
from index_server import serving as serving_upstream
from packaging.version import Version

from reproof.adapters.dated.answers import View
from reproof.adapters.dated.asof import parse_instant
from reproof.adapters.dated.index import DatedIndex
from reproof.adapters.dated.kept import Kept
from reproof.adapters.dated.server import Served, serving
from reproof.adapters.index import Index
from reproof.adapters.pip_config import PipConfig
from reproof.model.target import Target

EARLY, LATE = "2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
VIEW = View(Target(python="3.6.15", glibc="2.17"))
WHEEL = make_wheel("pack", "1.0", requires=["lower (>=1.0.*)"])
METADATA = b"Metadata-Version: 2.1\nName: pack\nVersion: 1.0\nRequires-Dist: lower>=1.0\n\n"


@pytest.fixture
def upstream() -> Iterator[IndexServer]:
    with serving_upstream(IndexServer()) as running:
        running.add(WHEEL, EARLY)
        running.add(make_wheel("pack", "2.0"), LATE)
        yield running


def no_dates(project: str, version: Version) -> datetime | None:
    return None


@contextmanager
def machine(folder: Path, url: str, view: View | None = VIEW) -> Iterator[tuple[Served, httpx.Client]]:
    """Yield a time machine of 2019 in front of an index, and a client without any configuration."""
    index = Index(PipConfig(indexes=(url,), timeout_s=2.0), folder / "artifacts")
    dated = DatedIndex(index, Kept(folder / "dated"), parse_instant("2019-06-01"), no_dates)
    with serving(dated, view) as served, httpx.Client(trust_env=False) as client:
        yield served, client
    index.close()


def files(client: httpx.Client, url: str) -> list[Mapping[str, object]]:
    """Return the files that a project's page lists, their addresses made absolute."""
    answer = client.get(url, headers={"Accept": JSON}).raise_for_status()
    return [{**file, "url": str(answer.url.join(file["url"]))} for file in json.loads(answer.content)["files"]]


def test_an_installer_sees_what_was_there_with_hash_size_and_time(upstream: IndexServer, tmp_path: Path) -> None:
    with machine(tmp_path, upstream.url) as (served, client):
        (file,) = files(client, f"{served.simple}/pack/")
        assert (file["filename"], file["size"], file["core-metadata"]) == (WHEEL[0], len(WHEEL[1]), True)
        assert file["hashes"] == {"sha256": hashlib.sha256(WHEEL[1]).hexdigest()}
        assert file["upload-time"] == "2019-01-01T00:00:00Z"
        assert client.get(str(file["url"])).content == WHEEL[1]
        part = client.get(str(file["url"]), headers={"Range": "bytes=2-5"})
        assert (part.status_code, part.content) == (206, WHEEL[1][2:6])


def test_html_says_the_same_as_json(upstream: IndexServer, tmp_path: Path) -> None:
    upstream.requires_python[WHEEL[0]] = ">=3.5"
    upstream.yanked.add(WHEEL[0])
    with machine(tmp_path, upstream.url) as (served, client):
        page = client.get(f"{served.simple}/pack/", headers={"Accept": "text/html"}).text
    assert "pack-2.0" not in page
    for part in (
        "data-yanked=",
        'data-requires-python="&gt;=3.5"',
        "data-core-metadata=",
        f"#sha256={hashlib.sha256(WHEEL[1]).hexdigest()}",
    ):
        assert part in page


@pytest.mark.parametrize("kind", ["beside", "ranges", "whole"])
def test_metadata_is_served_mended_however_it_must_be_got(upstream: IndexServer, tmp_path: Path, kind: str) -> None:
    upstream.ranges = kind == "ranges"
    if kind == "beside":
        upstream.beside[WHEEL[0]] = b"Metadata-Version: 2.1\nName: pack\nRequires-Dist: lower (>=1.0.*)\n\n"
    with machine(tmp_path, upstream.url) as (served, client):
        (file,) = files(client, f"{served.simple}/pack/")
        assert client.get(f"{file['url']}.metadata").content == METADATA
    whole = [path for path, wanted in upstream.requests if path.endswith(".whl") and not wanted]
    assert bool(whole) == (kind == "whole")


def test_a_solver_is_offered_one_stand_in_for_whatever_the_target_installs(
    upstream: IndexServer, tmp_path: Path
) -> None:
    native = make_wheel("pack", "1.1", tag="cp36-cp36m-manylinux1_x86_64", requires=["six"])
    upstream.add(native, EARLY)
    upstream.add(make_wheel("pack", "1.2", tag="cp37-cp37m-manylinux1_x86_64"), EARLY)
    with machine(tmp_path, upstream.url) as (served, client):
        listed = files(client, f"{served.solver()}/pack/")
        assert [file["filename"] for file in listed] == ["pack-1.0-py3-none-any.whl", "pack-1.1-py3-none-any.whl"]
        assert b"Requires-Dist: six" in client.get(f"{listed[1]['url']}.metadata").content
        assert len(client.get(str(listed[1]["url"])).content) < len(native[1])


def test_only_the_lenient_face_shows_a_yanked_release_as_an_ordinary_one(upstream: IndexServer, tmp_path: Path) -> None:
    upstream.yanked.add(WHEEL[0])
    with machine(tmp_path, upstream.url) as (served, client):
        assert files(client, f"{served.solver()}/pack/")[0]["yanked"]
        assert not files(client, f"{served.solver(lenient=True)}/pack/")[0]["yanked"]


def test_credentials_open_the_index_and_stay_on_this_side(upstream: IndexServer, tmp_path: Path) -> None:
    upstream.account = ("ada", "s3:cret")
    with machine(tmp_path, upstream.url.replace("//", "//ada:s3%3Acret@")) as (served, client):
        page = client.get(f"{served.simple}/pack/", headers={"Accept": JSON})
        (file,) = files(client, f"{served.simple}/pack/")
        got = client.get(str(file["url"]))
        assert got.content == WHEEL[1]
        assert "cret" not in page.text + str(page.headers) + str(got.headers) + str(file)
    kept = b"".join(path.read_bytes() for path in (tmp_path / "dated").rglob("*") if path.is_file())
    assert kept
    assert b"cret" not in kept


def test_an_upstream_that_goes_away_is_missed_only_for_what_was_never_read(
    upstream: IndexServer, tmp_path: Path
) -> None:
    with machine(tmp_path, upstream.url) as (served, client):
        (file,) = files(client, f"{served.solver()}/pack/")
        before = client.get(f"{file['url']}.metadata").content
    upstream.fail_with = 500
    with machine(tmp_path, upstream.url) as (served, client):
        (file,) = files(client, f"{served.solver()}/pack/")
        assert client.get(f"{file['url']}.metadata").content == before == METADATA
        missing = client.get(f"{served.solver()}/other/")
        assert (missing.status_code, missing.text) == (502, "other: 127.0.0.1: 500 Internal Server Error\n")


def test_a_page_that_was_read_before_the_instant_is_read_again(upstream: IndexServer, tmp_path: Path) -> None:
    kept, places = Kept(tmp_path), (upstream.url,)
    kept.keep_page(places, "pack", (), parse_instant("2019-06-01"))
    assert kept.page(places, "pack", parse_instant("2019-06-01")) == ()
    assert kept.page(places, "pack", parse_instant("2019-06-02")) is None


def test_without_upload_times_everything_is_kept(upstream: IndexServer, tmp_path: Path) -> None:
    upstream.uploads.clear()
    upstream.json = False
    with machine(tmp_path, upstream.url) as (served, client):
        assert len(files(client, f"{served.simple}/pack/")) == 2


def test_a_download_that_breaks_off_is_not_passed_on_as_whole(upstream: IndexServer, tmp_path: Path) -> None:
    with machine(tmp_path, upstream.url) as (served, client):
        (file,) = files(client, f"{served.simple}/pack/")
        upstream.break_after = 10
        with pytest.raises(httpx.RemoteProtocolError):
            client.get(str(file["url"]))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/simple/",
        "/simple/other/",
        "/files/none/pack.whl",
        "/files/none/x.metadata",
        "/solve/pack/9.9/x.whl",
        "/solve/pack/not a version/x.whl.metadata",
        "/simple/..%2f..%2fetc/",
        "/a/b/c/d/e",
    ],
)
def test_what_was_not_there_is_not_found(upstream: IndexServer, tmp_path: Path, path: str) -> None:
    with machine(tmp_path, upstream.url) as (served, client):
        assert client.get(served.root + path).status_code == 404


def test_without_a_target_there_is_nothing_for_solvers(upstream: IndexServer, tmp_path: Path) -> None:
    with machine(tmp_path, upstream.url, view=None) as (served, client):
        assert client.get(f"{served.solver()}/pack/").status_code == 404
        assert client.get(f"{served.simple}/pack/").status_code == 200


def test_a_wheel_that_is_none_is_told_as_trouble_and_not_as_missing(upstream: IndexServer, tmp_path: Path) -> None:
    upstream.add(("pack-1.5-py3-none-any.whl", b"no wheel at all", ""), EARLY)
    with machine(tmp_path, upstream.url) as (served, client):
        answer = client.get(f"{served.solver()}/pack/1.5/pack-1.5-py3-none-any.whl.metadata")
        assert (answer.status_code, "pack-1.5" in answer.text) == (502, True)


def test_it_stops_by_itself(upstream: IndexServer, tmp_path: Path) -> None:
    with machine(tmp_path, upstream.url) as (served, _):
        pass
    with pytest.raises(httpx.ConnectError):
        httpx.get(served.root, trust_env=False)
