"""Executed notebooks: what a cell showed counts, how Jupyter wrote it down does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from compare_cases import pair

from reproof.compare.evidence import Evidence
from reproof.compare.notebooks import NOTEBOOK
from reproof.model.policy import Tolerance


def stream(*parts: str, name: str = "stdout") -> list[dict[str, Any]]:
    return [{"output_type": "stream", "name": name, "text": part} for part in parts]


def result(**data: Any) -> dict[str, Any]:
    return {"output_type": "execute_result", "execution_count": 1, "metadata": {},
            "data": {name.replace("_", "/"): value for name, value in data.items()}}  # fmt: skip


def code(*outputs: dict[str, Any], source: str = "fit()", count: int | None = 1, **fields: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": source, "execution_count": count,
            "outputs": list(outputs), **fields}  # fmt: skip


def notebook(*cells: dict[str, Any]) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}).encode()


def compare(a: bytes, b: bytes, **tolerances: Tolerance) -> Evidence:
    return NOTEBOOK.compare(pair("fit.ipynb", a, b, {name.replace("_", "."): t for name, t in tolerances.items()}))


def test_ids_times_and_the_parts_of_a_stream_are_no_results() -> None:
    first = notebook(code(*stream("a\n", "b\n"), id="1", metadata={"execution": {"iopub.status.busy": "2026-01-02"}}))
    second = notebook(code(*stream("a\nb\n"), id="2", metadata={"execution": {"iopub.status.busy": "2026-03-04"}}))
    assert compare(first, second).status == "tolerated"


@pytest.mark.parametrize(
    ("a", "b", "where", "detail"),
    [
        (code(*stream("n 1\n")), code(*stream("n 2\n")), "cell 1, stdout, line 1", "1 -> 2"),
        (code(result(text_plain="3")), code(result(text_plain="4")), "cell 1, text/plain, line 1", "3 -> 4"),
        (code(result(image_png="aaa")), code(result(image_png="bbb")), "cell 1, image/png", "other bytes"),
        (
            code(result(application_json={"x": [1]})),
            code(result(application_json={"x": [2]})),
            "cell 1, application/json: x[0]",
            "1 -> 2",
        ),
        (code(source="fit()"), code(source="fit(1)"), "cell 1", "the code or text of the cell is another"),
        (code(count=1), code(count=2), "cell 1", "executed as 1 -> 2"),
        (code(*stream("x\n")), code(), "cell 1", "its outputs are others: stdout -> nothing"),
        (
            code({"output_type": "error", "ename": "ValueError", "evalue": "no", "traceback": ["1"]}),
            code({"output_type": "error", "ename": "ValueError", "evalue": "yes", "traceback": ["2"]}),
            "cell 1, error, line 1",
            "'ValueError: no' -> 'ValueError: yes'",
        ),
        (code(), {"cell_type": "markdown", "metadata": {}, "source": "fit()"}, "cell 1", "code -> markdown"),
    ],
)
def test_a_difference_is_told_with_its_cell(a: dict[str, Any], b: dict[str, Any], where: str, detail: str) -> None:
    found = compare(notebook(a), notebook(b))
    assert (found.status, found.where) == ("different", where)
    assert detail in found.detail


def test_a_cell_that_was_added_is_told() -> None:
    assert "1 cells -> 2 cells" in compare(notebook(code()), notebook(code(), code())).detail


def test_a_declared_tolerance_holds_inside_a_cell() -> None:
    pairs = notebook(code(*stream("loss 0.50\n"))), notebook(code(*stream("loss 0.51\n")))
    assert compare(*pairs, fit_ipynb=Tolerance(absolute=0.1)).status == "tolerated"
    assert compare(*pairs, fit_ipynb=Tolerance(absolute=0.001)).status == "different"


def test_the_address_of_an_object_is_volatile() -> None:
    texts = ["[<matplotlib.lines.Line2D at 0x7f11>]", "[<matplotlib.lines.Line2D at 0x7f22>]"]
    found = compare(*(notebook(code(result(text_plain=text))) for text in texts))
    assert (found.status, len(found.volatile)) == ("tolerated", 1)


def test_an_older_notebook_is_left_to_another_comparator() -> None:
    assert not NOTEBOOK.recognizes("old.ipynb", b'{"nbformat": 3, "worksheets": []}')
