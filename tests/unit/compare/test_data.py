"""What changed in the data, told from profiles and listings."""

from __future__ import annotations

import json
import math
import random
import statistics
from typing import Any

import pytest

from reproof.compare.data import change_words, data_changes
from reproof.compare.stability import of_counts, of_quantiles, stability
from reproof.errors import StoreError
from reproof.model.snapshot import Column
from tests.factories import blob, digest, make_snapshot


def quantiles(values: list[float]) -> tuple[float, ...]:
    """Return the 21 quantiles of values, as a profile holds them."""
    ordered = sorted(values)
    return tuple(ordered[round(place * (len(ordered) - 1) / 20)] for place in range(21))


def numbers(name: str, values: list[float], **fields: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": "DOUBLE",
        "mean": statistics.fmean(values),
        "deviation": statistics.stdev(values),
        "quantiles": quantiles(values),
        **fields,
    }


def table(letter: str, rows: int, *columns: dict[str, Any], **fields: Any) -> dict[str, Any]:
    profile = {"format": "csv", "rows": rows, "columns": columns, **fields}
    return {"path": "/data/train.csv", "role": "data", "profile": profile, **blob(letter)}


def told(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[str]:
    """Return the changes between two lists of inputs, in words."""
    changes = data_changes(make_snapshot(inputs=before), make_snapshot(inputs=after))
    return [change_words(change) for change in changes]


def sample(seed: int) -> list[float]:
    generator = random.Random(seed)
    return [generator.gauss(37.1, 12) for _ in range(5000)]


AGES = sample(1)


def test_rows_and_a_moved_mean_are_told_as_one_would_say_it() -> None:
    older = [age + 2.7 for age in AGES]
    words = told([table("a", 8800, numbers("age", AGES))], [table("b", 10000, numbers("age", older))])
    assert words[0] == "1,200 rows added (8,800 → 10,000)"
    assert words[1].startswith("`age` mean 37.1 → 39.8 (population stability index 0.0")


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (4399.5, 4999.5, "4,400 → 5,000"),
        (0.5, 0.50001, "0.5 → 0.50001"),
        (0.0, 1e-9, "0 → 1e-09"),
        (1e12, 2e12, "1e+12 → 2e+12"),
    ],
)
def test_means_are_written_with_the_digits_that_tell_them_apart(a: float, b: float, expected: str) -> None:
    before, after = ({"name": "x", "type": "DOUBLE", "mean": mean} for mean in (a, b))
    assert told([table("a", 9, before)], [table("b", 9, after)]) == [f"`x` mean {expected}"]


def test_the_same_bytes_are_no_change_whatever_their_profiles_say() -> None:
    assert told([table("a", 10)], [table("a", 11)]) == []


def test_other_bytes_without_a_profile_are_told_by_size() -> None:
    plain = {"path": "/data/weights.bin", "role": "model", **blob("a", 10)}
    assert told([plain], [{**plain, **blob("b", 12)}]) == ["other bytes (10 → 12 bytes)"]


def test_other_bytes_of_the_same_profile_are_told() -> None:
    same = numbers("age", AGES)
    assert told([table("a", 5000, same)], [table("b", 5000, same)]) == [
        "other bytes, with the same profile (10 bytes in both)"
    ]


def test_an_unknown_digest_is_never_taken_for_equal() -> None:
    unknown = {**table("a", 5000), "digest": None}
    assert told([unknown], [unknown]) == ["its bytes are not known in both runs"]


def test_columns_types_and_missing_values_are_told() -> None:
    before = table("a", 100, {"name": "a", "type": "BIGINT"}, {"name": "b", "type": "VARCHAR"})
    after = table("b", 100, {"name": "a", "type": "DOUBLE", "missing": 20}, {"name": "c", "type": "VARCHAR"})
    assert told([before], [after]) == [
        "`a` BIGINT → DOUBLE",
        "`a` missing 0.0 % → 20.0 %",
        "`b` column removed",
        "`c` column added",
    ]


def test_reordered_columns_are_told() -> None:
    a, b = ({"name": name, "type": "BIGINT"} for name in "ab")
    assert told([table("a", 1, a, b)], [table("b", 1, b, a)]) == ["the columns are in another order"]


def test_shares_of_categories_that_moved_are_told() -> None:
    before, after = ({"name": "label", "type": "VARCHAR", "counts": counts}
                     for counts in ({"cat": 50, "dog": 50}, {"cat": 90, "dog": 10}))  # fmt: skip
    (change,) = data_changes(
        make_snapshot(inputs=[table("a", 100, before)]), make_snapshot(inputs=[table("b", 100, after)])
    )
    expected = 0.4 * math.log(0.9 / 0.5) - 0.4 * math.log(0.1 / 0.5)
    assert change.stability == pytest.approx(expected)
    assert change_words(change) == f"`label` other shares (population stability index {expected:.2f})"


def test_the_shape_of_an_array_is_told() -> None:
    before, after = ({"name": "images", "type": "float32", "shape": shape} for shape in ((60000, 28, 28), (100, 28)))
    assert told([table("a", 0, before)], [table("b", 0, after)])[0] == (
        "`images` float32 [60,000 × 28 × 28] → float32 [100 × 28]"
    )


def test_inputs_of_one_run_alone_are_told() -> None:
    assert told([table("a", 1)], []) == ["only the original run read it"]
    assert told([], [table("a", 1)]) == ["only the other run read it"]


def test_equal_distributions_have_an_index_of_nothing_and_resampled_ones_next_to_it() -> None:
    again = sample(2)
    assert of_quantiles(quantiles(AGES), quantiles(AGES)) == 0
    assert of_quantiles(quantiles(AGES), quantiles(again)) < 0.02


@pytest.mark.parametrize("shift", [3.0, 6.0, 12.0, -12.0])
def test_the_index_from_quantiles_is_near_the_one_from_the_values(shift: float) -> None:
    moved = [age + shift for age in AGES]
    cuts = quantiles(AGES)[2:-1:2]
    pairs = []
    for low, high in zip((-math.inf, *cuts), (*cuts, math.inf), strict=True):
        pairs.append(tuple(sum(low < value <= high for value in values) / 5000 for values in (AGES, moved)))
    exact = sum((b - a) * math.log(max(b, 1e-4) / max(a, 1e-4)) for a, b in pairs)
    assert of_quantiles(quantiles(AGES), quantiles(moved)) == pytest.approx(exact, rel=0.1)


def test_a_constant_that_became_another_is_a_large_change_in_either_direction() -> None:
    assert of_quantiles((5.0,) * 21, (7.0,) * 21) > 1
    assert of_quantiles((5.0,) * 21, (3.0,) * 21) > 1
    assert of_quantiles((5.0,) * 21, (5.0,) * 21) == 0


def test_a_column_of_few_values_is_compared_by_their_shares() -> None:
    balanced, skewed = (0.0,) * 11 + (1.0,) * 10, (0.0,) * 19 + (1.0,) * 2
    assert of_quantiles(balanced, skewed) > 0.5


def test_categories_that_are_new_or_gone_are_finite() -> None:
    assert of_counts({"a": 1}, {"b": 1}) == pytest.approx(2 * (1 - 1e-4) * math.log(1e4))
    assert of_counts({"a": 1}, {}) is None
    assert stability(Column(name="a", type="BLOB"), Column(name="a", type="BLOB")) is None


def dataset(letter: str, files: int) -> dict[str, Any]:
    fields = {"path": "/data/images", "files": files, "size": 100 * files, "digest": digest(letter)}
    return {**fields, "listing": blob(letter)}


def listing(files: dict[str, str]) -> bytes:
    return b"".join(json.dumps([name, value, 1, 0o644]).encode() + b"\n" for name, value in files.items())


def test_the_files_of_a_folder_that_changed_are_named() -> None:
    before = {f"{number:03}.png": "x" for number in range(200)}
    after = {**before, "007.png": "y", **{f"new-{number}.png": "z" for number in range(5)}}
    del after["100.png"]
    blobs = {digest("a"): listing(before), digest("b"): listing(after)}
    first, second = make_snapshot(datasets=[dataset("a", 200)]), make_snapshot(datasets=[dataset("b", 204)])
    assert [change.what for change in data_changes(first, second, blobs.__getitem__)] == [
        "5 of 204 files added: new-0.png, new-1.png, new-2.png, …",
        "1 of 204 files removed: 100.png",
        "1 of 204 files changed: 007.png",
    ]
    assert data_changes(first, first, blobs.__getitem__) == ()


def test_a_listing_that_is_lost_leaves_the_count() -> None:
    def lost(_: str) -> bytes:
        raise StoreError("the store has no blob")

    first, second = make_snapshot(datasets=[dataset("a", 200)]), make_snapshot(datasets=[dataset("b", 204)])
    assert [change.what for change in data_changes(first, second, lost)] == ["other files (200 → 204)"]
