"""Releases on indexes without upload times have a date, and those that belong together have the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from packaging.version import Version

from reproof.facts.frameworks import torch_builds
from reproof.facts.release_dates import TorchCompanions, release_date
from reproof.facts.tables import read_table


@pytest.mark.parametrize(
    ("project", "version", "day"),
    [
        ("torch", "1.9.0+cu111", (2021, 6, 15)),
        ("torchvision", "0.10.0+cpu", (2021, 6, 15)),
        ("torchaudio", "2.11.0", (2026, 3, 23)),
    ],
)
def test_a_build_is_of_the_day_of_its_release(project: str, version: str, day: tuple[int, int, int]) -> None:
    assert release_date(project, Version(version)) == datetime(*day, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(("project", "version"), [("torch", "99.0"), ("torch", "1.8.2"), ("numpy", "1.9.0")])
def test_what_no_table_knows_has_no_date(project: str, version: str) -> None:
    assert release_date(project, Version(version)) is None


def test_each_release_of_torch_has_one_row_and_later_ones_came_later() -> None:
    rows = read_table("torch_companions", TorchCompanions)
    assert [row.torch for row in rows] == list(torch_builds())
    for column in ("torch", "torchvision"):
        known = [
            (Version(v), d) for row in rows if (v := getattr(row, column)) and (d := release_date(column, Version(v)))
        ]
        assert known == sorted(known)
        assert [date for _, date in known] == sorted(date for _, date in known)
