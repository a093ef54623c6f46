"""Of each version the best file for a target is chosen, and if there is none, the reason is told."""

from __future__ import annotations

import pytest
from dated_samples import as_of, listed
from packaging.tags import Tag

from reproof.adapters.dated.releases import releases
from reproof.adapters.dated.tags import platform_tags, ranks
from reproof.adapters.index_pages import IndexFile
from reproof.model.target import Target

THIRTY_SIX = Target(python="3.6.15", glibc="2.17")
DAY = "2019-01-01T00:00:00Z"


def choose(
    *files: IndexFile, target: Target = THIRTY_SIX, admitted: tuple[str, ...] = ()
) -> tuple[str | None, str | None]:
    """Return the file that is chosen of the one release, and the reason if there is none."""
    (release,) = releases(as_of("2020-01-01", *files).there, target, admitted)
    return release.chosen.file.filename if release.chosen else None, release.reason


def test_the_best_wheel_wins_over_the_general_one_and_the_source() -> None:
    found = choose(
        listed("pack-1.0.tar.gz", DAY),
        listed("pack-1.0-py2.py3-none-any.whl", DAY),
        listed("pack-1.0-cp36-cp36m-manylinux1_x86_64.whl", DAY),
        listed("pack-1.0-cp37-cp37m-manylinux1_x86_64.whl", DAY),
        listed("pack-1.0-cp36-cp36m-manylinux2014_x86_64.whl", DAY),
    )
    assert found == ("pack-1.0-cp36-cp36m-manylinux2014_x86_64.whl", None)


def test_a_wheel_for_a_newer_c_library_does_not_fit() -> None:
    files = (
        listed("pack-1.0-cp36-cp36m-manylinux_2_28_x86_64.whl", DAY),
        listed("pack-1.0-cp36-cp36m-manylinux1_x86_64.whl", DAY),
    )
    assert choose(*files)[0] == files[1].filename
    assert choose(*files, target=Target(python="3.6.15", glibc="2.31"))[0] == files[0].filename


def test_without_a_wheel_the_source_is_chosen() -> None:
    assert (
        choose(listed("pack-1.0.tar.gz", DAY), listed("pack-1.0-cp36-cp36m-win_amd64.whl", DAY))[0] == "pack-1.0.tar.gz"
    )


def test_the_higher_build_number_wins() -> None:
    found = choose(listed("pack-1.0-1-py3-none-any.whl", DAY), listed("pack-1.0-10-py3-none-any.whl", DAY))
    assert found[0] == "pack-1.0-10-py3-none-any.whl"


def test_a_yanked_wheel_is_chosen_only_when_there_is_nothing_else() -> None:
    yanked = listed("pack-1.0-py3-none-any.whl", DAY, yanked=True)
    assert choose(yanked)[0] == yanked.filename
    assert choose(yanked, listed("pack-1.0.tar.gz", DAY))[0] == "pack-1.0.tar.gz"


@pytest.mark.parametrize(
    ("filename", "requires", "reason"),
    [
        ("pack-1.0-cp36-cp36m-win_amd64.whl", None, "other platform"),
        ("pack-1.0-cp39-cp39-manylinux1_x86_64.whl", None, "no interpreter"),
        ("pack-1.0-py36+-none-any.whl", None, "other platform"),
        ("pack-1.0.tar.gz", ">=3.7", "no interpreter"),
        ("pack-1.0.tar.gz", "<3.6", "no interpreter"),
    ],
)
def test_a_release_that_does_not_fit_says_why(filename: str, requires: str | None, reason: str) -> None:
    assert choose(listed(filename, DAY, requires_python=requires)) == (None, reason)


@pytest.mark.parametrize("requires", [">=2.7.*", "3.8", "nonsense", ""])
def test_a_demand_that_cannot_be_read_is_none(requires: str) -> None:
    assert choose(listed("pack-1.0.tar.gz", DAY, requires_python=requires))[0] == "pack-1.0.tar.gz"


def test_a_lock_admits_only_its_own_files() -> None:
    files = (
        listed("pack-1.0-py3-none-any.whl", DAY, sha256="aa"),
        listed("pack-1.0.tar.gz", DAY, sha256="bb"),
    )
    assert choose(*files, admitted=("bb",))[0] == "pack-1.0.tar.gz"
    assert choose(*files, admitted=("cc",)) == (None, "not admitted")


def test_the_tags_of_an_old_interpreter_are_those_that_its_wheels_carry() -> None:
    known = ranks(THIRTY_SIX)
    for tag in (
        "cp36-cp36m-manylinux2010_x86_64",
        "cp35-abi3-manylinux1_x86_64",
        "py2.py3-none-any".replace("py2.", ""),
    ):
        assert Tag(*tag.split("-")) in known
    assert Tag("cp36", "cp36", "manylinux1_x86_64") not in known
    assert Tag("cp38", "cp38", "manylinux1_x86_64") in ranks(Target(python="3.8.18"))


def test_the_old_names_of_platforms_exist_only_where_they_did() -> None:
    assert "manylinux2014_aarch64" in set(platform_tags(Target(python="3.8.18", machine="aarch64")))
    assert "manylinux1_aarch64" not in set(platform_tags(Target(python="3.8.18", machine="aarch64")))
