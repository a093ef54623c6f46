"""Numbers with the steps at which they were reported, and the series that they make."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reproof.facts.volatile_names import is_volatile_name
from reproof.model.snapshot import Metric, Series

STEPS = (
    "global_step", "trainer/global_step", "train/global_step", "_step", "step", "steps", "iteration", "iterations",
    "iter", "itr", "num_timesteps", "total_timesteps", "timesteps", "timestep", "update", "batch", "round",
    "boost_round", "episode", "generation", "epoch", "epochs",
)  # fmt: skip
"""Names of columns that count the steps of a run, the finest first."""
MOST_POINTS = 10_000
"""Points of one series; of a longer one as many are kept, evenly spread, the last among them."""

LARGEST_STEP = 1 << 53
"""Up to here a float tells whole numbers apart."""


class Point(NamedTuple):
    """One number of one metric. `step` is None when the report does not say where in the run it was."""

    name: str
    step: int | None
    value: float


@dataclass(frozen=True, slots=True)
class Reported:
    """What was read of one log. `damage` says why it is not all of it; it is empty when nothing was found before."""

    points: tuple[Point, ...]
    damage: str = ""


def gather_series(points: Iterable[Point], source: str) -> tuple[Series, ...]:
    """Return the series of each metric, in the order in which the metrics appeared. What measures time is none.

    Values without a step count from 0.
    """
    found: dict[str, list[tuple[int, float]]] = {}
    for name, step, value in points:
        if not is_volatile_name(name):
            values = found.setdefault(name, [])
            values.append((len(values) if step is None else step, value))
    return tuple(
        Series(name=name, source=source, steps=tuple(at for at, _ in kept), values=tuple(value for _, value in kept))
        for name, kept in ((name, thinned(values)) for name, values in found.items())
    )


def thinned(values: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Return at most as many points as are kept."""
    stride = -(-len(values) // MOST_POINTS)
    return values[::-1][::stride][::-1] if stride > 1 else values


def last_values(series: Iterable[Series]) -> tuple[Metric, ...]:
    """Return the last value of each series as a metric."""
    return tuple(Metric(name=one.name, value=one.values[-1], source=one.source, step=one.steps[-1]) for one in series)


def step_name(names: Iterable[str]) -> str | None:
    """Return the one of these names that counts the steps; None if none does."""
    lower = {name.lower(): name for name in names}
    return next((lower[step] for step in STEPS if step in lower), None)


def record_points(record: Mapping[str, float]) -> list[Point]:
    """Return the numbers of one record of a log, at its step; none if the record has no step."""
    counter = step_name(record)
    if counter is None:
        return []
    count = record[counter]
    step = int(count) if count == count // 1 and abs(count) < LARGEST_STEP else None
    return [Point(name, step, value) for name, value in record.items() if name.lower() not in STEPS]
