"""The tables that the bench prints, from the results of its trials."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from resolve_bench.failures import classify
from resolve_bench.trial import Result
from tests.corpus.sets import RequirementSet


def lines(
    sets: Sequence[RequirementSet], tools: Sequence[str], results: Sequence[Result], times: Sequence[Result]
) -> Iterator[str]:
    """Yield Markdown: successes by year and tool, times, failure classes. Only sets that all tools have tried count."""
    tried = {(result["set"], result["tool"]): result for result in results}
    whole = [one for one in sets if all((one.id, tool) in tried for tool in tools)]
    yield f"{len(whole)} of {len(sets)} sets were tried with all tools. Resolved / installed / imported:"
    yield ""
    yield f"| year | sets | {' | '.join(tools)} |"
    yield f"| --- |{' ---: |' * (len(tools) + 1)}"
    for label, chosen in _groups(whole):
        cells = (_passed([tried[one.id, tool] for one in chosen]) for tool in tools)
        yield f"| {label} | {len(chosen)} | {' | '.join(cells)} |"
    yield ""
    yield from _further(tools, [[tried[one.id, tool] for one in whole] for tool in tools])
    yield from _times(tools, [[one for one in times or results if one["tool"] == tool] for tool in tools])
    yield ""
    yield from _classes(tools, [[tried[one.id, tool] for one in whole] for tool in tools])


def _groups(sets: Sequence[RequirementSet]) -> Iterator[tuple[str, list[RequirementSet]]]:
    for year in sorted({one.year for one in sets}):
        yield str(year), [one for one in sets if one.year == year]
    yield "machine learning", [one for one in sets if one.machine_learning]
    yield "all", list(sets)


def _passed(results: Sequence[Result]) -> str:
    stages = [result["stage"] for result in results]
    resolved = len(stages) - stages.count("resolve")
    installed = resolved - stages.count("install")
    return f"{resolved} / {installed} / {stages.count(None)}"


def _further(tools: Sequence[str], by_tool: Sequence[Sequence[Result]]) -> Iterator[str]:
    """Yield what it took besides the first answer, for tools that go on when something fails."""
    for tool, results in zip(tools, by_tool, strict=True):
        done = [result["tries"] for result in results if result["stage"] is None and "tries" in result]
        if done:
            moved = sum(len(tries) > 1 for tries in done)
            added = sum(bool(tries[-1]["also"]) for tries in done)
            yield f"{tool}: {moved} of these at a date some weeks away, {added} with a package that an import lacked."
            yield ""


def _times(tools: Sequence[str], by_tool: Sequence[Sequence[Result]]) -> Iterator[str]:
    yield "| seconds to resolve, of sets it can | cold: median | 95 % | warm: median | 95 % | again the same |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for tool, results in zip(tools, by_tool, strict=True):
        done = [result for result in results if "warm" in result]
        if done:
            times = (_middle_and_high([result[key] for result in done]) for key in ("cold", "warm"))
            yield f"| {tool} | {' | '.join(times)} | {sum(result['again'] for result in done)} of {len(done)} |"


def _middle_and_high(seconds: Sequence[float]) -> str:
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"{statistics.median(ordered):.2f} | {high:.2f}"


def _classes(tools: Sequence[str], by_tool: Sequence[Sequence[Result]]) -> Iterator[str]:
    counts = [Counter(classify(r["stage"], r["failure"]) for r in results if r["stage"]) for results in by_tool]
    yield f"| failures | {' | '.join(tools)} |"
    yield f"| --- |{' ---: |' * len(tools)}"
    for name in sorted({name for count in counts for name in count}):
        yield f"| {name} | {' | '.join(str(count[name]) for count in counts)} |"
