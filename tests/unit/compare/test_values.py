"""Numbers, tolerances, types, order and shape."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from compare_cases import pair
from hypothesis import given
from hypothesis import strategies as st

from reproof.compare.csv_tables import CSV
from reproof.compare.evidence import Evidence
from reproof.compare.json_values import JSON
from reproof.compare.numbers import agree, distance, parse_number
from reproof.compare.numpy_arrays import NUMPY
from reproof.model.policy import Tolerance

LOOSE = Tolerance(absolute=0.1)


def json_evidence(a: object, b: object, **tolerances: Tolerance) -> Evidence:
    return JSON.compare(pair("m.json", json.dumps(a).encode(), json.dumps(b).encode(), tolerances))


def saved(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def array_evidence(a: np.ndarray, b: np.ndarray, **tolerances: Tolerance) -> Evidence:
    return NUMPY.compare(pair("w.npy", saved(a), saved(b), tolerances))


@pytest.mark.parametrize(
    ("a", "b", "tolerance", "expected"),
    [
        (float("nan"), float("nan"), Tolerance(), True),
        (float("nan"), 1.0, Tolerance(absolute=9e9), False),
        (float("inf"), float("inf"), Tolerance(), True),
        (float("inf"), float("-inf"), Tolerance(absolute=9e9), False),
        (1.0, 1.1, Tolerance(relative=0.2), True),
        (1.0, 1.1, Tolerance(relative=0.05), False),
        (0.0, -0.0, Tolerance(), True),
        (10**400, 10**400 + 1, Tolerance(), False),
    ],
)
def test_numbers_agree_within_the_declared_tolerance(a: float, b: float, tolerance: Tolerance, expected: bool) -> None:
    assert agree(a, b, tolerance) is expected


def test_the_error_of_a_number_that_became_infinite_is_infinite() -> None:
    assert distance(1.0, float("inf")) == (float("inf"), float("inf"))


def test_an_error_from_zero_has_no_relative_size() -> None:
    assert distance(0.0, 0.5) == (0.5, None)


def test_large_whole_numbers_stay_exact() -> None:
    assert parse_number("9007199254740993") == 9007199254740993
    assert json_evidence({"n": 9007199254740992}, {"n": 9007199254740993}).status == "different"


@pytest.mark.parametrize("text", ["", "1_000", "0x10", "one", "1.2.3", "9" * 5000])
def test_other_text_is_no_number(text: str) -> None:
    assert parse_number(text) is None


def test_a_tolerance_is_found_by_file_by_key_and_by_metric() -> None:
    a, b = {"test": {"accuracy": 0.90}}, {"test": {"accuracy": 0.95}}
    for pattern in ("m.json", "*.json", "m.json:test.accuracy", "m.json:*", "test.accuracy"):
        assert json_evidence(a, b, **{pattern: LOOSE}).status == "tolerated", pattern
    assert json_evidence(a, b, **{"m.json:loss": LOOSE}).status == "different"


def test_the_first_tolerance_that_fits_counts() -> None:
    strict_first = {"m.json:a": Tolerance(), "*": LOOSE}
    assert json_evidence({"a": 1.0}, {"a": 1.05}, **strict_first).status == "different"


def test_errors_within_tolerance_are_measured_and_placed() -> None:
    found = json_evidence({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 2.05}, **{"*": LOOSE})
    assert (found.status, found.where, round(found.max_absolute or 0, 6)) == ("tolerated", "b", 0.05)
    assert found.detail.startswith("1 of 2 values within tolerance; b: 2.0 -> 2.05")


@pytest.mark.parametrize(
    ("a", "b", "detail"),
    [
        ({"a": 1}, {"a": "1"}, 'a: number 1 -> text "1"'),
        ({"a": 1}, {"a": True}, "a: number 1 -> boolean true"),
        ({"a": 1}, {}, "a: missing in the replay"),
        ({}, {"a": {"b": 1}}, "a: only in the replay"),
        ({"a": [1, 2]}, {"a": [1]}, "a: 2 items -> 1 items"),
        ({"a": None}, {"a": 0}, "a: null null -> number 0"),
        ({"a": True}, {"a": False}, "1 of 1 values differ; a: true -> false"),
        ({"a": "x"}, {"a": "y"}, "1 of 1 values differ; a: x -> y"),
    ],
)
def test_changes_of_form_are_named(a: object, b: object, detail: str) -> None:
    found = json_evidence(a, b)
    assert (found.status, found.detail) == ("different", detail)


def test_keys_in_another_order_are_tolerated_and_said() -> None:
    found = json_evidence({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert found == Evidence("tolerated", "the same values, written differently", 0.0, 0.0)


def test_a_duration_under_its_key_is_volatile_and_an_accuracy_is_not() -> None:
    found = json_evidence({"accuracy": 0.9, "train_seconds": 1.5}, {"accuracy": 0.9, "train_seconds": 2.5})
    assert found == Evidence(
        "tolerated", "identical except for 1 volatile text", volatile=("train_seconds: 1.5 -> 2.5",)
    )
    assert json_evidence({"time_accuracy": 0.9}, {"time_accuracy": 0.8}).status == "different"


def test_a_moment_of_the_run_is_volatile_and_another_date_is_data() -> None:
    assert json_evidence({"date": "2026-01-02"}, {"date": "2026-03-04"}).status == "tolerated"
    assert json_evidence({"date": "2019-01-02"}, {"date": "2019-01-03"}).status == "different"
    assert json_evidence({"when": "at 2026-01-02T03:04:06Z"}, {"when": "at 2026-03-04T03:04:07Z"}).status == "tolerated"


@pytest.mark.parametrize(
    ("a", "b", "where", "detail"),
    [
        ("a,b\n1,2\n", "b,a\n2,1\n", "header", "header: columns reordered: a, b -> b, a"),
        ("a,b\n1,2\n", "a\n1\n", "header", "header: column 'b' missing in the replay"),
        ("a,b\n1,2\n", "a,b\n1,2\n3,4\n", "", "1 rows -> 2 rows"),
        ("a,b\n1,x\n", "a,b\n1,y\n", "row 1, column b", "1 of 2 cells differ; row 1, column b: x -> y"),
        ("1,2\n3,4\n", "1,2\n3,5\n", "row 2, column 2", "1 of 4 cells differ; row 2, column 2: 4 -> 5"),
    ],
)
def test_tables_are_compared_by_column_and_row(a: str, b: str, where: str, detail: str) -> None:
    found = CSV.compare(pair("t.csv", a.encode(), b.encode()))
    assert (found.status, found.where, found.detail) == ("different", where, detail)


def test_a_column_of_times_is_volatile() -> None:
    found = CSV.compare(pair("t.csv", b"epoch,loss,elapsed\n1,0.5,1.25\n", b"epoch,loss,elapsed\n1,0.5,1.75\n"))
    assert found.volatile == ("row 1, column elapsed: 1.25 -> 1.75",)
    assert found.max_absolute is None


def test_a_column_has_its_own_tolerance() -> None:
    found = CSV.compare(pair("t.csv", b"a,b\n1.0,1.0\n", b"a,b\n1.05,1.0\n", {"t.csv:a": LOOSE}))
    assert (found.status, found.where) == ("tolerated", "row 1, column a")


@pytest.mark.parametrize(
    ("a", "b", "detail"),
    [
        (np.zeros(2, np.float32), np.zeros(2, np.float64), "dtype float32 -> float64"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "shape (2, 3) -> (3, 2)"),
        (np.array(["x", "y"]), np.array(["x", "z"]), "1 of 2 elements differ; [1]: y -> z"),
    ],
)
def test_arrays_of_another_form_are_named(a: np.ndarray, b: np.ndarray, detail: str) -> None:
    found = array_evidence(a, b)
    assert (found.status, found.detail) == ("different", detail)


def test_another_memory_order_is_tolerated() -> None:
    array = np.arange(6.0).reshape(2, 3)
    found = array_evidence(array, np.asfortranarray(array))
    assert (found.status, found.max_absolute) == ("tolerated", 0.0)


def test_arrays_are_graded_by_tolerance_and_nan_equals_nan() -> None:
    a, b = np.array([[1.0, np.nan], [2.0, np.inf]]), np.array([[1.05, np.nan], [2.0, np.inf]])
    found = array_evidence(a, b, **{"*": LOOSE})
    assert (found.status, found.where, round(found.max_absolute or 0, 6)) == ("tolerated", "[0, 0]", 0.05)
    assert array_evidence(a, np.where(np.isinf(a), 0.0, a), **{"*": LOOSE}).status == "different"


def test_whole_numbers_of_64_bits_are_not_rounded() -> None:
    a = np.array([2**63 - 1, 0], dtype=np.int64)
    found = array_evidence(a, a - 1)
    assert (found.status, found.max_absolute) == ("different", 1.0)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=5), children, max_size=4),
    max_leaves=12,
)


@given(values)
def test_any_json_value_equals_itself(value: object) -> None:
    assert json_evidence(value, value).status == "tolerated"


@given(values, values)
def test_the_status_of_two_json_values_does_not_depend_on_the_side(a: object, b: object) -> None:
    assert json_evidence(a, b).status == json_evidence(b, a).status


@given(st.lists(st.floats(), max_size=8), st.lists(st.floats(), max_size=8))
def test_the_status_of_two_arrays_does_not_depend_on_the_side(a: list[float], b: list[float]) -> None:
    x, y = np.array(a), np.array(b)
    assert array_evidence(x, x).status == "tolerated"
    assert array_evidence(x, y).status == array_evidence(y, x).status
