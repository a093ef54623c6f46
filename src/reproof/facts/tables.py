"""Reads the tables beside this module. A table is read when it is first asked for, and never by `reproof run`."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TypeVar

from reproof.model.base import Frozen

Row = TypeVar("Row", bound=Frozen)


def read_table(name: str, row: type[Row]) -> tuple[Row, ...]:
    """Return the rows of `tables/<name>.json`, in their order, checked against the type of a row.

    Raises:
        pydantic.ValidationError: a row has another column, or a value of another type: the package is damaged.
    """
    table = json.loads((files(__package__) / "tables" / f"{name}.json").read_text(encoding="utf-8"))
    columns = table["columns"]
    return tuple(row.model_validate(dict(zip(columns, values, strict=True))) for values in table["rows"])
