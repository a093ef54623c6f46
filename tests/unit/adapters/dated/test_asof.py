"""At an instant there is what had been uploaded by then; what has no date is dated by others, or kept."""

from __future__ import annotations

import pytest
from dated_samples import EXTRA, as_of, listed, names

from reproof.adapters.dated.asof import parse_instant, version_of


def test_what_is_newer_is_hidden_and_the_instant_itself_counts() -> None:
    found = as_of(
        "2019-06-01T12:00:00Z",
        listed("pack-1.0.tar.gz", "2019-05-01T00:00:00Z"),
        listed("pack-1.1.tar.gz", "2019-06-01T12:00:00.000000Z"),
        listed("pack-1.2.tar.gz", "2019-06-01T12:00:00.000001Z"),
    )
    assert names(found.there) == ["pack-1.0.tar.gz", "pack-1.1.tar.gz"]
    assert [file.filename for file in found.later] == ["pack-1.2.tar.gz"]


def test_a_yanked_file_is_kept_and_marked() -> None:
    (dated,) = as_of("2020-01-01", listed("pack-1.0.tar.gz", "2019-05-01T00:00:00Z", yanked=True)).there
    assert dated.file.yanked


def test_a_file_without_a_date_has_that_of_the_same_version_elsewhere() -> None:
    files = (
        listed("pack-1.9.0-cp36-cp36m-manylinux1_x86_64.whl", "2019-06-02T00:00:00Z"),
        listed("pack-1.9.0.tar.gz", "2019-06-03T00:00:00Z"),
        listed("pack-1.9.0+cu111-cp36-cp36m-linux_x86_64.whl", place=EXTRA),
    )
    assert names(as_of("2019-06-01", *files).there) == []
    found = as_of("2019-06-02T00:00:00Z", *files).there
    assert names(found) == [files[0].filename, files[2].filename]
    assert found[1].dated_by == "the first file of 1.9.0 on another index"


def test_a_release_that_only_a_table_knows_is_dated_by_it() -> None:
    file = listed("pack-0.4.1-cp36-cp36m-linux_x86_64.whl", place=EXTRA)
    assert names(as_of("2018-07-01", file, tabled={"0.4.1": "2018-07-26"}).there) == []
    (dated,) = as_of("2018-08-01", file, tabled={"0.4.1": "2018-07-26"}).there
    assert dated.dated_by == "the table of releases"


def test_a_file_that_nobody_can_date_is_kept_and_told() -> None:
    found = as_of("2018-07-01", listed("pack-1.0.tar.gz", place=EXTRA), listed("pack-1.1.zip", "no time at all"))
    assert names(found.undated) == ["pack-1.0.tar.gz", "pack-1.1.zip"]


@pytest.mark.parametrize(
    ("filename", "version"),
    [
        ("my_pack-1.0-py3-none-any.whl", "1.0"),
        ("My.Pack-1.0rc1.tar.gz", "1.0rc1"),
        ("my-pack-1.0.tar.bz2", "1.0"),
        ("my-pack-1.0.post1.zip", "1.0.post1"),
        ("my-pack-1.0+cu111.tar.gz", "1.0+cu111"),
        ("my-pack-2011k.tar.gz", None),
        ("my-pack-plus-1.0.tar.gz", None),
        ("my-pack-1.0.exe", None),
        ("my_pack-1.0.whl", None),
    ],
)
def test_a_file_is_of_the_version_in_its_name(filename: str, version: str | None) -> None:
    found = version_of(filename, "my-pack")
    assert (str(found) if found else None) == version


def test_an_instant_without_a_zone_is_utc() -> None:
    assert parse_instant("2019-06-01") == parse_instant("2019-06-01T02:00:00+02:00")
