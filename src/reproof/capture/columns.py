"""Describes the columns of a table that DuckDB has loaded: types, what is missing, moments, quantiles, categories."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import duckdb

TOGETHER = 25
"""Columns that one query is about."""
LONGEST_NAME = 200
QUANTILES = tuple(step / 20 for step in range(21))
MOST_CATEGORIES = 50
LONGEST_CATEGORY = 64
REPEATED = 10
"""How often a value comes on average before it is a category: what comes once or twice may be somebody's name."""
FEW = 60
"""Distinct values, as estimated, up to which they are counted exactly."""
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT",
           "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL")  # fmt: skip
NESTED = ("STRUCT", "MAP", "UNION", "BLOB", "JSON", "VARIANT")

Answer = dict[str, Any]
"""The fields of a `Profile`, or of a `Column`."""
Facts = tuple[Any, ...]
"""Of one column: missing, distinct, mean, deviation, least, most, the quantiles between."""


def describe(connection: duckdb.DuckDBPyConnection, names: list[tuple[str, str]]) -> list[Answer]:
    """Return the fields of a `Column` for each column of the loaded rows, many of them by one query."""
    columns: list[Answer] = []
    for start in range(0, len(names), TOGETHER):
        asked = [Asked(place, *names[place]) for place in range(start, min(start + TOGETHER, len(names)))]
        columns += (
            column.answer(connection, facts) for column, facts in zip(asked, facts_of(connection, asked), strict=True)
        )
    return columns


class Asked(NamedTuple):
    """A column as it lies in the loaded rows, under the name `c` and its place."""

    place: int
    name: str
    type: str

    @property
    def is_number(self) -> bool:
        return self.type.startswith(NUMBERS) and not self.type.endswith("]")

    @property
    def finite(self) -> str:
        """The expression of its values; of numbers, of those that are finite."""
        held = f"c{self.place}"
        return f"CASE WHEN isfinite({held}::DOUBLE) THEN {held}::DOUBLE END" if self.is_number else held

    def expressions(self, moments: bool) -> tuple[str, ...]:
        """Return the aggregates that are asked of it, in the order of `Facts`; NULL for those that do not apply."""
        nested = self.type.startswith(NESTED) or self.type.endswith("]")
        finite, number = self.finite, self.is_number
        return (
            f"count(*) - count({finite})",
            "NULL" if nested else f"approx_count_distinct(c{self.place})",
            f"avg({finite})" if number and moments else "NULL",
            f"stddev_samp({finite})" if number and moments else "NULL",
            f"min({finite})" if number else "NULL",
            f"max({finite})" if number else "NULL",
            f"approx_quantile({finite}, {list(QUANTILES[1:-1])})" if number else "NULL",
        )

    def answer(self, connection: duckdb.DuckDBPyConnection, facts: Facts) -> Answer:
        """Return the fields of a `Column`."""
        missing, distinct, mean, deviation, least, most, middle = facts
        found: Answer = {"name": self.name[:LONGEST_NAME], "type": self.type[:LONGEST_NAME], "missing": missing}
        if distinct is not None:
            found["distinct"] = distinct
        if distinct is not None and distinct <= FEW:
            found |= categories(connection, f"c{self.place}", self.finite)
        for name, value in (("mean", mean), ("deviation", deviation)):
            if value is not None and math.isfinite(value):
                found[name] = value
        if middle and all(math.isfinite(value) for value in middle):
            found["quantiles"] = [least, *(min(max(value, least), most) for value in middle), most]
        return found


def facts_of(connection: duckdb.DuckDBPyConnection, asked: list[Asked]) -> list[Facts]:
    """Return the aggregates of each column. Where a sum is beyond all numbers, mean and deviation are left out."""
    try:
        return ask(connection, asked, True)
    except duckdb.OutOfRangeException:
        if len(asked) == 1:
            return ask(connection, asked, False)
        return [facts for column in asked for facts in facts_of(connection, [column])]


def ask(connection: duckdb.DuckDBPyConnection, asked: list[Asked], moments: bool) -> list[Facts]:
    """Return the aggregates of columns by one query over the loaded rows."""
    wanted = [column.expressions(moments) for column in asked]
    row = connection.execute(f"SELECT {', '.join(one for each in wanted for one in each)} FROM loaded").fetchone()
    assert row is not None  # aggregates have one row
    size = len(row) // len(asked)
    return [row[place : place + size] for place in range(0, len(row), size)]


def categories(connection: duckdb.DuckDBPyConnection, held: str, finite: str) -> Answer:
    """Return the exact number of distinct values of a column, and how often each comes if they are categories."""
    counted = connection.execute(
        f"SELECT {held}::VARCHAR, count(*) FROM loaded WHERE {finite} IS NOT NULL GROUP BY {held} ORDER BY 2 DESC, 1 "
        f"LIMIT {2 * FEW}"
    ).fetchall()
    found: Answer = {"distinct": len(counted)}
    short = all(len(value) <= LONGEST_CATEGORY for value, _ in counted)
    repeated = sum(count for _, count in counted) >= REPEATED * len(counted)
    if counted and len(counted) <= MOST_CATEGORIES and short and repeated:
        found["counts"] = dict(counted)
    return found
