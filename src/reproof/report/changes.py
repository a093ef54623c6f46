"""What changed between two runs, section by section, as rows. Pure; how they look is for the terminal to say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import NamedTuple, get_args

from reproof.model.comparison import Comparison, FieldDifference, Result, Section
from reproof.model.snapshot import Snapshot
from reproof.report.rows import Mark, Row
from reproof.report.words import generator_text, short, size, spelled

SECTIONS: tuple[Section, ...] = get_args(Section)
FIELD_MARKS: Mapping[str, Mark] = {"added": "+", "removed": "-", "changed": "~"}
RESULT_MARKS: Mapping[str, Mark] = {
    "missing": "-", "extra": "+", "different": "~", "tolerated": "≈", "not compared": "?", "identical": "·",
}  # fmt: skip
Runs = tuple[Snapshot, Snapshot]
BYTES = frozenset({"hardware.memory", "hardware.memory_limit", "hardware.shm"})


class Changes(NamedTuple):
    """The rows of one section, what counts first."""

    section: Section
    rows: tuple[Row, ...]

    @property
    def counted(self) -> int:
        """How many of them count."""
        return sum(row.counts for row in self.rows)

    @property
    def unknown(self) -> list[str]:
        """What could not be compared."""
        return [row.name for row in self.rows if row.mark == "?"]


def list_changes(comparison: Comparison, runs: Runs, only: Collection[str]) -> list[Changes]:
    """Return the chosen sections in their order, those without a difference too."""
    found = []
    for section in SECTIONS:
        if section in only:
            rows = READERS.get(section, field_rows)(comparison, runs, section)
            found.append(Changes(section, tuple(sorted(map(legible, rows), key=lambda row: not row.counts))))
    return found


def legible(row: Row) -> Row:
    """Return a row of which a name or value is one line; a detail may have more."""
    name, old, new = map(spelled, (row.name, row.old, row.new))
    return row._replace(name=name, old=old, new=new, detail=spelled(row.detail, but="\n"))


def field_rows(comparison: Comparison, _: Runs, section: Section) -> Iterator[Row]:
    """Yield the rows of what is recorded by name."""
    fields = [field for field in comparison.fields if field.section == section]
    given = any(field.field.startswith("parameters.argv:") for field in fields)
    for field in fields:
        if not (given and field.field == "command.argv"):  # the parameters say it
            yield field_row(field)


def field_row(field: FieldDifference) -> Row:
    """Return the row of one difference."""
    old, new = (value_text(field, value) for value in (field.original, field.replayed))
    return Row(
        mark=FIELD_MARKS[field.kind],
        name=field.name or field.field,
        old="" if field.kind == "added" else old,
        new="" if field.kind == "removed" else new,
        detail=field.detail,
        counts=field.counts,
    )


def value_text(field: FieldDifference, value: str) -> str:
    """Return a value for people; nothing where only the detail says something to them: of digests of files."""
    if field.section == "data" or field.field.startswith("source.files."):
        return ""
    if field.field == "source.git.commit":
        return short(value)
    if field.field in BYTES and value.isdecimal():
        return size(int(value))
    return value


def result_rows(comparison: Comparison, runs: Runs, _: Section) -> Iterator[Row]:
    """Yield the results that are not identical. What is printed on stderr does not count."""
    numbers = tuple(metric_values(run) for run in runs)
    for result in comparison.results:
        if result.status != "identical":
            yield result_row(result, tuple(values.get(result.name) for values in numbers))


def result_row(result: Result, numbers: tuple[float | None, ...]) -> Row:
    """Return the row of one result; of a metric with its values and their difference."""
    counts = result.kind != "stderr" and result.status in ("different", "missing", "extra")
    row = Row(RESULT_MARKS[result.status], result.name, detail=result.detail, counts=counts)
    if result.kind != "metric":
        return row
    old, new = numbers
    told = f"{new - old:+.4g}" if old is not None and new is not None else ""
    if result.status == "tolerated":
        told += ", within the declared tolerance" if result.max_absolute is not None else ", changes with every run"
    return row._replace(old=number(old), new=number(new), detail=told)


def generator_rows(comparison: Comparison, runs: Runs, section: Section) -> Iterator[Row]:
    """Yield one row for each generator that was used or seeded otherwise, or that merely ended in another state."""
    fields = {field.field: field for field in comparison.fields if field.section == section}
    left, right = ({generator.name: generator for generator in run.randomness} for run in runs)
    for name in dict.fromkeys([*left, *right]):
        differing = [word for word in ("used", "seeded", "seed") if f"randomness.{name}.{word}" in fields]
        if differing:
            yield Row("~", name, generator_text(left.get(name)), generator_text(right.get(name)))
        elif f"randomness.{name}.state" in fields:
            yield Row("~", f"{name} state at the end", counts=False)


def metric_values(run: Snapshot) -> dict[str, float]:
    """Return metrics by the names that a comparison gives them."""
    return {name: metric.value for metric in run.metrics for name in (metric.name, f"{metric.source}:{metric.name}")}


def number(value: float | None) -> str:
    """Return a metric in six digits; nothing for none."""
    return "" if value is None else f"{value:.6g}"


READERS: Mapping[Section, Callable[[Comparison, Runs, Section], Iterator[Row]]] = {
    "randomness": generator_rows,
    "results": result_rows,
}
"""Sections whose rows are more than one field each."""
