"""What is printed: the answer first, user's text never as markup."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

import pytest
import report_samples as samples
from factories import make_snapshot
from rich.console import Console, RenderableType

from reproof.report import terminal, words
from reproof.report.markdown import plain, render_markdown
from reproof.report.recorded import recorded_line


def printed(view: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=160).print(view)
    return out.getvalue()


def test_a_verdict_begins_with_the_answer() -> None:
    text = printed(terminal.verdict_view(samples.reproduced().verdict))
    assert text.split("\n")[1].startswith(" REPRODUCED   bit for bit")
    assert "1,412 of 1,412 loaded files identical" in text


def test_a_difference_names_results_causes_and_the_next_step() -> None:
    text = printed(terminal.verdict_view(samples.different().verdict))
    assert "✗ different" in text
    assert "1. train.py:12 draws from numpy.random.default_rng() without a seed" in text
    assert "next: start with the first cause" in text
    assert text.index("✗ different") < text.index("✓ identical")


def test_a_failed_stage_is_no_difference() -> None:
    text = printed(terminal.verdict_view(samples.failed().verdict))
    assert "COULD NOT BUILD" in text
    assert "ERROR: no such file" in text
    assert "DIFFERENT" not in text


def test_runs_are_a_table_and_a_damaged_one_is_a_row() -> None:
    row: dict[str, Any] = {
        "id": "a" * 64, "created": "2026-01-02T03:04:05+00:00", "command": ["python", "a b.py"], "exit_code": 0,
        "duration_s": 2.5, "status": "REPRODUCED", "metrics": {"acc": 0.971234},
    }  # fmt: skip
    damaged = {
        "id": "b" * 64,
        "created": "",
        "command": "damaged",
        "exit_code": None,
        "status": "damaged",
        "metrics": {},
    }
    lines = printed(terminal.runs_table([row, damaged])).splitlines()
    assert len(lines) == 3
    for expected in ("aaaaaaaaaaaa", "2026-01-02 03:04 UTC", "REPRODUCED", "2.5 s", "python 'a b.py'", "acc 0.9712"):
        assert expected in lines[1]
    assert "damaged" in lines[2]


def test_a_recorded_run_says_what_to_type_next() -> None:
    snapshot = make_snapshot()
    line = recorded_line(snapshot)
    assert line.startswith(f"recorded {snapshot.id[:12]}: 2 loaded files, 1 package, 1 input, 1 output")
    assert line.endswith(f"reproof verify {snapshot.id[:12]}")


def test_a_plan_gives_each_choice_its_reason() -> None:
    plan = samples.reproduced().plan
    assert plan is not None
    text = printed(terminal.plan_view(plan))
    assert text.count("because ") == len(plan.decisions)


def test_other_documents_have_a_view() -> None:
    story = samples.different()
    assert story.image and story.execution
    assert "421.0 MB" in printed(terminal.image_view(story.image))
    assert "reproof diff" in printed(terminal.execution_view(story.execution))


class Check(NamedTuple):
    subject: str
    state: str
    detail: str
    effect: str = ""
    remedy: str = ""


def test_a_check_that_fails_says_what_to_do() -> None:
    checks = [Check("engine", "ok", "Docker 20"), Check("disk", "warning", "1 GB", "a build may stop", "free some")]
    text = printed(terminal.checks_view(checks))
    assert "✓ engine" in text
    assert "free some" in text


def test_markdown_is_short_and_escapes_what_the_run_printed() -> None:
    text = render_markdown(samples.different().verdict)
    assert text.startswith("### DIFFERENT: 3 results not as recorded\n")
    assert "default\\_rng" in text
    assert plain("a|b\n<x>") == "a\\|b \\<x\\>"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (75, "1 min 15 s"), (7325, "2 h 02 min")]
)
def test_durations_are_for_people(seconds: float, expected: str) -> None:
    assert words.duration(seconds) == expected


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (8_000_000_000_000, "8000.0 GB")]
)
def test_sizes_are_for_people(count: int, expected: str) -> None:
    assert words.size(count) == expected


def test_what_a_terminal_would_obey_is_spelled_out_in_rows_of_runs_and_results() -> None:
    odd = "a\nb\x1b]0;title\x07"
    row: dict[str, Any] = {"id": "a" * 64, "created": "", "command": ["sh", odd], "exit_code": 0, "status": "recorded",
                           "metrics": {odd: 1.0}}  # fmt: skip
    runs = printed(terminal.runs_table([row]))
    verdict = samples.different().verdict
    result = verdict.results[0].model_copy(update={"name": odd})
    told = printed(terminal.verdict_view(verdict.model_copy(update={"results": (result,), "reasons": (odd,)})))
    assert len(runs.splitlines()) == 2
    for text in (runs, told):
        assert text.count(r"a\nb\x1b]0;title\x07") == 2
        assert all(line.isprintable() for line in text.splitlines())


def test_letters_of_any_script_are_not_spelled_out() -> None:
    text = "é 数据\u00a0\u3000👩\u200d🔬 می\u200cخواهم"
    assert words.spelled(text) == text


def test_a_command_of_thousands_of_words_is_cut_in_rows_and_titles() -> None:
    argv = ["python", "train.py", *(f"{n}.png" for n in range(20_000))]
    assert words.command_title(argv).endswith("… (20,002 words)")
    row: dict[str, Any] = {"id": "a" * 64, "created": "", "command": argv, "exit_code": 0, "status": "recorded",
                           "metrics": {}}  # fmt: skip
    assert len(printed(terminal.runs_table([row])).splitlines()) < 10
    assert words.command_title(["python", "a b.py"]) == "python 'a b.py'"
