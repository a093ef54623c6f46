"""reproof's way to an environment whose imports succeed: what is missing is added, and other dates are tried."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from reproof.model.requirements import DateChoice
from reproof.needs.dates import around
from reproof.needs.undeclared import provider_of
from resolve_bench.process import Done, run
from resolve_bench.workplace import Workplace
from tests.corpus.sets import RequirementSet

ROOT = Path(__file__).parent.parent.parent
BUILD_LIMIT_S = 900
ROUNDS = 4
"""How often what an import lacks is added."""
DATES = 3
"""How many dates are tried, as `reproof capture` does for one interpreter."""
NO_DATE_HELPS = re.compile(r"^(?:system library|no compiler|other platform|unreachable|timeout after)")
"""What another date does not change, as obstacles and limits begin."""


def solved(one: RequirementSet, place: Workplace, cache: Path, limit_s: float, *more: str | Path) -> Done:
    """Return how reproof's solver ended for a set."""
    words = [sys.executable, "-m", "resolve_bench.solve_set", one.id, place.pythons[one.python].version, cache, *more]
    words += [f"--also={name}" for module in one.undeclared for name in provider_of(module).distributions[:1]]
    return run(words, {**place.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'scripts'}"}, limit_s)


def dates(one: RequirementSet) -> Iterator[str]:
    """Yield the date of a set, and those that reproof tries after it."""
    best = DateChoice(instant=one.date, reason="the corpus")
    yield from (choice.instant for choice in islice(chain([best], around(best)), DATES))


def with_wheels(one: RequirementSet, place: Workplace, date: str, also: tuple[str, ...]) -> Done:
    """Return the lock of a set with what its source distributions were built into."""
    names = [word for name in also for word in ("--also", name)]
    python = place.pythons[one.python].executable
    return solved(one, place, place.folder / "store", BUILD_LIMIT_S, "--date", date, "--wheels", python, *names)


def lacking(failure: str) -> tuple[str, ...]:
    """Return the distributions of the modules that imports did not find, as far as they are known."""
    modules = dict.fromkeys(re.findall(r"No module named '([\w]+)'", failure))
    providers = [provider_of(module) for module in modules]
    return tuple(one.distributions[0] for one in providers if one.distributions and not one.guessed)


def hopeless(failure: str) -> bool:
    """Say whether another date cannot help."""
    return NO_DATE_HELPS.search(failure) is not None or "cannot open shared object file" in failure
