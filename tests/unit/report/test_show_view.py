"""What `show` prints: a whole text that was reviewed, the warnings one by one, and how much of a list there is."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from factories import blob, make_snapshot
from rich.console import Console, RenderableType
from rich_run import HOME, RICH, SITE, distribution, make_rich_snapshot

from reproof.model.snapshot import Snapshot
from reproof.report.show import SECTIONS, list_warnings
from reproof.report.show.machine import ranges
from reproof.report.show.run import POINTS, sparkline
from reproof.report.terminal_show import NAMED, show_view

GOLDEN = Path(__file__).parent / "golden"


def printed(view: RenderableType, width: int = 120) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(view)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize(("name", "width"), [("show", 120), ("show-narrow", 60)])
def test_a_rich_run_reads_as_reviewed(name: str, width: int, request: pytest.FixtureRequest) -> None:
    path, snapshot = GOLDEN / f"{name}.txt", make_rich_snapshot()
    text = printed(show_view(snapshot), width).replace(snapshot.id[:12], "a" * 12)
    if request.config.getoption("--update-golden"):
        path.write_text(text)
    assert path.read_text() == text


def warned(**changes: Any) -> list[str]:
    return [entry.name for entry in list_warnings(make_snapshot(**changes))]


def test_a_run_that_can_be_repeated_has_no_warnings() -> None:
    assert warned() == []
    assert "warnings" not in printed(show_view(make_snapshot()))


def generator(name: str, **changes: Any) -> dict[str, Any]:
    return {"randomness": [{"name": name, "used": True, "seeded": False, **changes}]}


TREE = {"root": HOME, "commit": "c" * 40}
WARNINGS: dict[str, tuple[dict[str, Any], str]] = {
    "a generator": (generator("numpy"), "numpy's global generator was used and never seeded"),
    "another generator": (
        generator("torch.cuda:0"), "the generator torch.cuda:0 was used and never seeded"
    ),
    "code without a seed": (
        {"seeds": [{"path": f"{HOME}/a.py", "line": n, "call": "random.random", "seeded": False} for n in range(5)]},
        "random.random() has no seed: a.py:0, a.py:1, a.py:2 and 2 more",
    ),
    "a failure": ({"command": {"exit_code": 3}}, "the run failed: exit code 3"),
    "a signal": ({"command": {"exit_code": None, "signal": 9}}, "the run failed: ended by signal 9"),
    "an interrupt": ({"command": {"exit_code": None, "signal": 2, "interrupted": True}}, "the run was interrupted"),
    "uncommitted changes": ({"source": {"git": {**TREE, "dirty": True}}}, "there were uncommitted changes"),
    "commits that are here alone": (
        {"source": {"git": {**TREE, "unpushed": ["c" * 40]}}},
        "no remote is known to have 1 commit, the newest cccccccccccc",
    ),
    "files that a clone lacks": (
        {"source": {"git": {**TREE, "untracked_used": ["a.py", "b.py"]}}},
        "2 files that the run used are not tracked by git: a.py, b.py",
    ),
    "a file that git ignores": (
        {"source": {"git": {**TREE, "ignored_used": ["a.py"]}}}, "1 file that the run used is ignored by git: a.py"
    ),
    "a dirty submodule": (
        {"source": {"git": {**TREE, "submodules": [{"path": "lib", "commit": None, "dirty": True}]}}},
        "the submodule lib had uncommitted changes",
    ),
    "a package that was edited": (
        {"distributions": [distribution("numpy", "2.1.0", modified=["numpy/core.py"])]},
        "numpy: 1 installed file not as published: numpy/core.py",
    ),
    "an input that changed": (
        {"inputs": [{"path": f"{HOME}/x.csv", "changed": True, "kept": True, **blob("7")}]},
        "changed during the run: x.csv",
    ),
    "an input that could not be read": (
        {"inputs": [{"path": "/x.csv", "digest": None, "size": 0}]}, "read by the run, but not by the recorder: /x.csv"
    ),
    "an input that is not kept": (
        {"inputs": [{"path": "/x.csv", **blob("7", 3_000_000)}]}, "1 input of 3.0 MB kept by hash alone: /x.csv"
    ),
    "a clock": (
        {"hazards": [{"path": f"{HOME}/a.py", "line": 4, "kind": "clock", "code": "time()", "effect": "e"}]},
        "the code reads the clock: a.py:4",
    ),
    "sets in an order by chance": (
        {"hazards": [{"path": f"{HOME}/a.py", "line": 4, "kind": "set order", "code": "set()", "effect": "e"}]},
        "the code iterates over a set, and PYTHONHASHSEED is not set: a.py:4",
    ),
    "an output that is not kept": (
        {"outputs": [{"name": "m.pt", "path": f"{HOME}/m.pt", "kept": False, **blob("8")}]},
        "1 output kept by hash alone: m.pt",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WARNINGS)
def test_what_would_surprise_whoever_repeats_the_run_is_a_warning(case: str) -> None:
    changes, expected = WARNINGS[case]
    assert warned(**changes) == [expected]
    assert f"! {expected}" in printed(show_view(make_snapshot(**changes)), 400)


@pytest.mark.parametrize(
    "changes",
    [
        generator("numpy", used=False), generator("numpy", seeded=True, seed="0"), generator("numpy", used=None),
        generator("numpy", seeded=None),
        {"seeds": [{"path": "a.py", "line": 1, "call": "random.seed", "seeded": True}]},
        {"distributions": [distribution("numpy", "2.1.0", modified=["../../../bin/f2py"])]},
        {"distributions": [distribution("numpy", "2.1.0", modified=["numpy/core.py"], imported=False, loaded=0)]},
        {"distributions": [distribution("own", "1", modified=["own.pth"], origin="editable")]},
        {"source": {"git": None}},
        {"source": {"git": TREE}},
        {"kind": "capture", "command": {"exit_code": None}},
        {"inputs": [{"path": "/x", **blob("7"), "pointer": {"manager": "dvc", "identity": "a"}}]},
        {"hazards": [{"path": "a.py", "line": 4, "kind": "set order", "code": "set()", "effect": "e"}],
         "numerics": {"settings": {"python.hash_seed": "0"}}},
    ],
)  # fmt: skip
def test_what_is_well_or_unknown_is_no_warning(changes: dict[str, Any]) -> None:
    assert warned(**changes) == []


def test_only_the_sections_that_were_asked_for_are_shown_and_whole() -> None:
    many = [distribution(f"package-{n:02}", "1.0") for n in range(NAMED + 8)]
    snapshot = make_snapshot(distributions=many)
    text = printed(show_view(snapshot))
    assert f"and 9 more: reproof show {snapshot.id[:12]} --section packages" in text
    assert "package-19" not in text
    only = printed(show_view(snapshot, ("packages",)))
    assert "package-19" in only
    assert "/data/train.npz" not in only
    assert "package-19" in printed(show_view(snapshot, everything=True))


def test_a_section_that_was_asked_for_and_is_empty_says_so() -> None:
    assert "parameters  none" in printed(show_view(make_snapshot(), ("parameters",)))


def test_every_section_takes_a_record_in_which_everything_is_unknown() -> None:
    bare = make_snapshot(
        interpreter=None, source={"roots": [], "git": None, "files": []}, distributions=[], loaded=[], inputs=[],
        outputs=[], metrics=[], hardware={"cpu_model": "", "cpu_flags": [], "cpus": []}, kind="capture",
        environment={"variables": {}, "withheld": {}}, system={"packages": []},
    )  # fmt: skip
    text = printed(show_view(bare, [section.name for section in SECTIONS]))
    assert "nothing was run" in text
    assert "None" not in text


def test_packages_that_the_run_imported_come_first() -> None:
    text = printed(show_view(make_rich_snapshot(), ("packages",)))
    assert text.index("torch") < text.index("wheel")
    assert "wheel    0.44.0       not used" in text


def test_what_is_withheld_is_shown_by_its_name_alone() -> None:
    text = printed(show_view(make_snapshot(), everything=True))
    assert "API_TOKEN" in text
    assert "f" * 8 not in text


def test_text_of_the_user_is_not_markup() -> None:
    snapshot = make_snapshot(command={"argv": ["python", "[bold]x[/bold]"]})
    assert "[bold]x[/bold]" in printed(show_view(snapshot))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.0, 1.0], "▁█"),
        ([1.0, 1.0, 1.0], "▁▁▁"),
        ([0.0, float("nan"), 7.0], "▁ █"),
        ([float("inf"), float("inf")], "  "),
        ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "▁▂▃▄▅▆▇█"),
    ],
)
def test_a_curve_is_drawn_between_its_least_and_greatest_value(values: list[float], expected: str) -> None:
    assert sparkline(values) == expected


def test_a_long_curve_ends_with_its_last_value() -> None:
    drawn = sparkline([*range(10_000), -1.0])
    assert (len(drawn) <= POINTS + 1, drawn[-1]) == (True, "▁")


@pytest.mark.parametrize(
    ("cpus", "expected"), [((), ""), ((3,), "3"), ((0, 1, 2, 5, 7, 8), "0-2, 5, 7-8"), ((2, 1, 0), "0-2")]
)
def test_neighbouring_cpus_are_joined(cpus: tuple[int, ...], expected: str) -> None:
    assert ranges(cpus) == expected


def test_files_below_the_project_are_named_from_there() -> None:
    snapshot: Snapshot = make_rich_snapshot()
    text = printed(show_view(snapshot, ("code", "data")))
    assert f"{HOME}/train.py" not in text
    assert RICH["inputs"][0]["path"] in text
    assert SITE not in text


def test_a_name_that_a_terminal_would_obey_is_spelled_out_in_one_row() -> None:
    odd = "a\nb\x1b[31m\u202e.csv"
    snapshot = make_snapshot(
        command={"argv": ["sh", "-c", "a\nb\tc"]},
        outputs=[{"name": odd, "path": f"{HOME}/{odd}", **blob("8")}],
        gaps=[{"what": odd, "why": "w\r", "effect": "e"}],
    )
    text = printed(show_view(snapshot))
    assert r"a\nb\x1b[31m\u202e.csv  10 B  output" in " ".join(text.split("\n"))
    assert r"? a\nb\x1b[31m\u202e.csv: w\r; e" in text
    assert r"sh -c 'a\nb\tc'" in text
    assert not [letter for letter in text if letter != "\n" and not letter.isprintable()]


@pytest.mark.parametrize(("level", "told"), [("shim", 1), ("hooks", 1), ("complete", 0)])
def test_what_a_level_cannot_see_whatever_happens_is_told_once(level: str, told: int) -> None:
    text = printed(show_view(make_snapshot(level=level)))
    assert text.count("not seen") == told
