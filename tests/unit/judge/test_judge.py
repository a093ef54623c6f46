"""The verdict matrix, and the sentences that it rests on."""

from __future__ import annotations

from typing import Any

import pytest
from factories import blob, digest, make_snapshot
from hypothesis import given
from hypothesis import strategies as st

from reproof.judge import Judgement, judge
from reproof.model.base import Gap
from reproof.model.comparison import Closure, Comparison, FieldDifference, Result
from reproof.model.policy import Policy

ENDED = Result(name="exit code", kind="exit code", status="identical", comparator="exact", detail="0")
STATUSES = ("identical", "tolerated", "different", "missing", "extra", "not compared")


def result(status: str, name: str = "m.json", kind: str = "output", **fields: Any) -> Result:
    return Result.model_validate({"name": name, "kind": kind, "status": status, "comparator": "json", **fields})


def comparison(*results: Result, fields: tuple[FieldDifference, ...] = ()) -> Comparison:
    closure = Closure(total=1412, identical=1412)
    return Comparison(original="a", replayed="b", results=results, closure=closure, fields=fields)


def judged(*results: Result, policy: Policy | None = None, **changes: Any) -> Judgement:
    run = make_snapshot(**changes)
    return judge(run, make_snapshot(), comparison(*results, ENDED), policy or Policy())


NEAR = result("tolerated", max_absolute=0.01, where="loss")
TIMES = result(
    "tolerated", "stdout", "stdout", detail="identical except for 3 volatile texts", volatile=("a", "b", "c")
)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([result("identical")], ("REPRODUCED", "bitwise")),
        ([result("identical"), TIMES], ("REPRODUCED", "bitwise")),
        ([result("identical"), NEAR], ("REPRODUCED", "tolerance")),
        ([NEAR, TIMES], ("REPRODUCED", "tolerance")),
        ([result("tolerated", max_absolute=0.0)], ("REPRODUCED", "tolerance")),
        ([result("different")], ("DIFFERENT", None)),
        ([result("missing")], ("DIFFERENT", None)),
        ([result("extra")], ("DIFFERENT", None)),
        ([result("identical"), result("different", "stdout", "stdout")], ("DIFFERENT", None)),
        ([result("identical"), result("different", "accuracy", "metric")], ("DIFFERENT", None)),
        ([result("identical"), result("different", "exit code", "exit code")], ("DIFFERENT", None)),
        ([result("identical"), result("different", "stderr", "stderr")], ("REPRODUCED", "bitwise")),
        ([result("identical"), result("not compared", "stderr", "stderr")], ("REPRODUCED", "bitwise")),
        ([result("not compared")], ("INCONCLUSIVE", None)),
        ([result("identical"), result("not compared", "b")], ("INCONCLUSIVE", None)),
        ([result("different"), result("not compared", "b")], ("DIFFERENT", None)),
    ],
)
def test_the_verdict_matrix(results: list[Result], expected: tuple[str, str | None]) -> None:
    judgement = judged(*results)
    assert (judgement.outcome, judgement.exactness) == expected


@pytest.mark.parametrize("status", STATUSES)
def test_an_interrupted_run_proves_nothing(status: str) -> None:
    judgement = judged(result(status), command={"interrupted": True})
    assert judgement.outcome == "INCONCLUSIVE"
    assert judgement.reasons[0] == "the recorded run was interrupted, so its results are partial"


def test_a_run_that_left_nothing_is_inconclusive_and_told_what_to_declare() -> None:
    silent = make_snapshot(command={"stdout": blob("2", 0)})
    results = (result("identical", "stdout", "stdout"), ENDED)
    judgement = judge(silent, silent, comparison(*results), Policy())
    assert judgement.outcome == "INCONCLUSIVE"
    assert "results: [metrics.json]" in judgement.reasons[1]


def test_printed_text_alone_is_a_result() -> None:
    assert judged(result("identical", "stdout", "stdout")).outcome == "REPRODUCED"


def test_a_run_that_fails_in_the_same_way_is_reproduced() -> None:
    ending = ENDED.model_copy(update={"detail": "1"})
    failed = make_snapshot(command={"exit_code": 1, "stdout": blob("2", 0)})
    judgement = judge(failed, failed, comparison(ending), Policy())
    assert judgement.outcome == "REPRODUCED"
    assert "the run failed when it was recorded, and its replay failed too: exit code 1" in judgement.reasons


def test_reasons_carry_counts() -> None:
    judgement = judged(
        result("identical"), TIMES, result("different", "stderr", "stderr", detail="1 of 2 lines differ")
    )
    assert judgement.reasons == (
        "3 of 3 results identical",
        "both runs ended with exit code 0",
        "stdout identical except for 3 volatile texts",
        "1,412 of 1,412 loaded files identical",
        "note: stderr differs: 1 of 2 lines differ",
    )


def test_the_largest_tolerated_error_is_told_with_its_place() -> None:
    assert judged(NEAR).reasons[1] == "1 result within the declared tolerance, the largest error 0.01 in m.json (loss)"


def test_many_differences_are_named_up_to_five() -> None:
    reasons = judged(*(result("different", f"r{n}", detail="x") for n in range(7))).reasons
    assert reasons[:2] == ("1 of 8 results identical", "r0 differs: x")
    assert "2 more results not as recorded" in reasons
    assert sum(reason.endswith("differs: x") for reason in reasons) == 5


def test_another_cpu_is_said() -> None:
    fields = (FieldDifference(field="hardware.cpu_model", original="A", replayed="B"),)
    judgement = judge(make_snapshot(), make_snapshot(), comparison(NEAR, ENDED, fields=fields), Policy())
    assert "bit-for-bit equality is not expected here: another CPU (A -> B)" in judgement.reasons


def test_outputs_that_do_not_count_are_named() -> None:
    judgement = judged(result("identical", "a.csv"), policy=Policy(results=("*.csv",)))
    assert judgement.reasons[-1] == "1 output not judged, as declared: metrics.json"


def test_what_tools_keep_for_themselves_is_no_result_unless_it_is_declared() -> None:
    cache = {"name": "/home/ada/.cache/matplotlib/fonts.json", "path": "/home/ada/.cache/matplotlib/fonts.json",
             "digest": digest("a"), "size": 1}  # fmt: skip
    run = make_snapshot(outputs=[cache])
    reasons = judge(run, run, comparison(result("identical")), Policy()).reasons
    assert reasons[-1] == f"1 output not judged, files that tools keep for themselves: {cache['name']}"
    assert not Policy().counts(str(cache["name"]))
    assert Policy(results=("*fonts.json",)).counts(str(cache["name"]))


def test_gaps_of_both_runs_travel_on_once() -> None:
    gap = {"what": "x", "why": "y", "effect": "z"}
    run = make_snapshot(gaps=[gap])
    assert judge(run, run, comparison(result("identical")), Policy()).gaps == (Gap(**gap),)


def test_causes_are_given_only_when_there_is_something_to_explain() -> None:
    assert judged(result("identical"), TIMES).causes == ()
    assert judged(NEAR).causes != ()
    assert judged(result("different")).causes != ()
    assert judged(result("not compared")).causes == ()


@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=6))
def test_a_difference_always_wins_over_doubt_and_doubt_over_success(statuses: list[str]) -> None:
    outcome = judged(*(result(status, f"r{n}") for n, status in enumerate(statuses))).outcome
    if {"different", "missing", "extra"} & set(statuses):
        assert outcome == "DIFFERENT"
    else:
        assert outcome == ("INCONCLUSIVE" if "not compared" in statuses else "REPRODUCED")
