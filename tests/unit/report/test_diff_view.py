"""What `diff` prints: whole texts that were reviewed, and what must hold at any width."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from factories import blob, make_snapshot
from rich.console import Console, RenderableType
from rich_run import HOME, SITE, distribution, make_rich_snapshot

from reproof.compare import compare
from reproof.errors import StoreError
from reproof.model.snapshot import Snapshot
from reproof.report.changes import SECTIONS, list_changes
from reproof.report.patch import unified
from reproof.report.terminal_diff import NAMED, Difference, diff_view

GOLDEN = Path(__file__).parent / "golden"
FOLDER = "/srv/bob/digits-2"
BLOBS = {
    blob("3")["digest"]: b"import numpy\nlr = 0.1\nprint(lr)\n",
    blob("4")["digest"]: b"noise = 1\n",
    blob("5")["digest"]: b"key = 1\n",
    blob("c")["digest"]: b"import numpy\nlr = 0.2\nclip = 1.0\nprint(lr)",
    blob("1")["digest"]: b"epoch 1\n",
    blob("e")["digest"]: b"epoch 2\n",
    blob("f")["digest"]: b'{"accuracy": 0.9644}',
}


def read(identity: str) -> bytes:
    if identity not in BLOBS:
        raise StoreError("the store has no such blob")
    return BLOBS[identity]


OTHER: dict[str, Any] = {
    "command": {"argv": ["python", "train.py", "--lr", "0.2", "--epochs", "20"], "cwd": FOLDER, "duration_s": 80.5,
                "started": "2026-01-05T03:04:05.000+00:00", "stdout": blob("e")},
    "source": {
        "roots": [FOLDER],
        "git": {"root": FOLDER, "commit": "d00d" * 10, "branch": "main", "dirty": False},
        "files": [{"path": f"{FOLDER}/train.py", **blob("c")}, {"path": f"{FOLDER}/noise.py", **blob("4", 800)}],
    },
    "distributions": [
        distribution("numpy", "2.2.0"),
        distribution("torch", "2.4.1+cu121", origin="vcs", direct_url="git+https://host/torch", commit="abc123"),
        distribution("scipy", "1.14.1"),
        distribution("wheel", "0.44.0", imported=False, loaded=0),
    ],
    "loaded": [{"path": "/usr/lib/x86_64-linux-gnu/libc.so.6", "kind": "library", "owner": "deb:libc6",
                "build_id": "61657f818beb", **blob("5")}],
    "hardware": {"cpu_model": "Intel(R) Xeon(R) Platinum 8358 CPU @ 2.60GHz", "cpu_flags": ["avx2", "avx512f", "fma"],
                 "memory_limit": None},
    "accelerator": {"driver": "560.28"},
    "numerics": {"pools": [{"library": f"{SITE}/numpy.libs/libopenblas64.so", "api": "openblas", "kernel": "SkylakeX",
                            "threads": 4, "version": "0.3.27"}]},
    "environment": {"variables": {"OMP_NUM_THREADS": "4", "PWD": FOLDER, "PYTHONPATH": "/shared/lab/" + "code/" * 12}},
    "parameters": [
        {"name": "lr", "value": 0.2, "source": "argv"}, {"name": "epochs", "value": 20, "source": "argv"},
        {"name": "lr", "value": 0.05, "source": f"{FOLDER}/config.yaml"},
        {"name": "model.hidden", "value": 256, "source": f"{FOLDER}/config.yaml"},
        {"name": "schedule", "value": "cosine", "source": f"{FOLDER}/config.yaml"},
    ],
    "inputs": [
        {"path": "/data/train.csv", **blob("0", 156_000),
         "profile": {"format": "csv", "rows": 5200, "columns": [
             {"name": "age", "type": "BIGINT", "mean": 39.8, "deviation": 11.2, "missing": 12,
              "quantiles": [float(value) for value in range(21, 63, 2)]},
             {"name": "city", "type": "VARCHAR", "distinct": 3, "counts": {"Oslo": 3250, "Rome": 1300, "Bern": 650}}]}},
        {"path": f"{FOLDER}/config.yaml", "role": "configuration", **blob("9", 90)},
        {"path": "/data/extra.csv", **blob("2", 5000)},
    ],
    "outputs": [{"name": "metrics.json", "path": f"{FOLDER}/metrics.json", **blob("f")},
                {"name": "new.pt", "path": f"{FOLDER}/new.pt", **blob("1")}],
    "metrics": [{"name": "accuracy", "value": 0.9644, "source": "metrics.json"},
                {"name": "loss", "value": 0.0512, "source": "stdout"}],
    "randomness": [{"name": "numpy", "used": True, "seeded": True, "seed": "7"},
                   {"name": "torch", "used": True, "seeded": True, "seed": "42", "state": "sha256:dd"}],
}  # fmt: skip


def view(
    a: Snapshot, b: Snapshot, only: tuple[str, ...] = SECTIONS, patch: bool = False, everything: bool = False
) -> RenderableType:
    comparison = compare(a, b, read, a.policy)
    lines = tuple(unified(comparison.fields, read)) if patch else ()
    return diff_view(Difference((a, b), list_changes(comparison, (a, b), only), lines), everything)


def printed(view: RenderableType, width: int = 120) -> str:
    out = io.StringIO()
    Console(file=out, width=width).print(view)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


@pytest.mark.parametrize(("name", "width", "patch"), [("diff", 120, False), ("diff-narrow", 60, True)])
def test_a_rich_difference_reads_as_reviewed(
    name: str, width: int, patch: bool, request: pytest.FixtureRequest
) -> None:
    path = GOLDEN / f"{name}.txt"
    a, b = make_rich_snapshot(), make_rich_snapshot(**OTHER)
    text = printed(view(a, b, patch=patch), width).replace(a.id[:12], "a" * 12).replace(b.id[:12], "b" * 12)
    if request.config.getoption("--update-golden"):
        path.write_text(text)
    assert path.read_text() == text


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = printed(view(make_rich_snapshot(), make_rich_snapshot(**OTHER), patch=True, everything=True), width)
    assert max(len(line) for line in text.splitlines()) <= width


def test_runs_that_are_the_same_say_so_in_a_line() -> None:
    text = printed(view(make_rich_snapshot(), make_rich_snapshot()), 200)
    assert "nothing that counts differs" in text
    assert len(text.splitlines()) == 6


def test_what_does_not_count_is_named_and_listed_only_on_request() -> None:
    a, b = make_snapshot(), make_snapshot(environment={"variables": {"PWD": "/elsewhere"}})
    text = printed(view(a, b))
    assert "differs, does not count: PWD" in text
    assert "/elsewhere" not in text
    assert "/elsewhere" in printed(view(a, b, everything=True))


def test_sections_that_were_not_asked_for_are_silent() -> None:
    text = printed(view(make_rich_snapshot(), make_rich_snapshot(**OTHER), ("parameters", "data")))
    titles = [line for line in text.splitlines() if line in SECTIONS]
    assert titles == ["parameters", "data"]
    assert "numpy" not in text


def test_a_long_list_is_cut_and_counted() -> None:
    many = [{"path": f"/data/{n}.csv", **blob("7")} for n in range(NAMED + 5)]
    a, b = make_snapshot(inputs=[]), make_snapshot(inputs=many)
    assert "and 5 more; --all lists them" in printed(view(a, b))
    assert "/data/24.csv" in printed(view(a, b, everything=True))


def test_what_could_not_be_compared_is_told_and_is_no_difference() -> None:
    a, b = make_snapshot(), make_snapshot(outputs=[{"name": "metrics.json", "path": "/m", **blob("b")}])
    text = printed(view(a, b))
    assert "? metrics.json  the store has no such blob" in text
    assert "nothing that counts differs" in text
    assert "could not be compared: metrics.json" in text


def test_the_results_of_a_project_that_was_only_captured_are_not_missing() -> None:
    captured = make_snapshot(kind="capture", outputs=[], metrics=[])
    text = printed(view(captured, make_snapshot()))
    assert "results were not compared: one of them was captured, not run" in text
    assert "nothing that counts differs" in text


def test_text_of_the_user_is_neither_markup_nor_obeyed() -> None:
    BLOBS[blob("b")["digest"]] = b"\x1b[31mred = '[bold]'\n"
    files = {"files": [{"path": f"{HOME}/train.py", **blob("b")}]}
    text = printed(view(make_snapshot(), make_snapshot(source=files), patch=True))
    assert "+\\x1b[31mred = '[bold]'" in text


def test_a_patch_of_bytes_that_are_gone_or_no_text_says_so() -> None:
    BLOBS[blob("0")["digest"]] = b"a\0b"
    a = make_snapshot(source={"files": [{"path": f"{HOME}/a.py", **blob("0")}, {"path": f"{HOME}/b.py", **blob("9")}]})
    b = make_snapshot(source={"files": [{"path": f"{HOME}/a.py", **blob("3")}, {"path": f"{HOME}/b.py", **blob("3")}]})
    text = printed(view(a, b, patch=True))
    assert "Binary files a/a.py and b/a.py differ" in text
    assert "b.py: the store has no such blob" in text


def test_a_name_that_a_terminal_would_obey_is_spelled_out_in_one_row() -> None:
    odd = "a\nb\x1b[31m.csv"
    a = make_snapshot(command={"argv": ["x\ny"]}, inputs=[{"path": f"{HOME}/{odd}", **blob("7")}])
    b = make_snapshot(command={"argv": ["x\nz"]}, inputs=[])
    lines = printed(view(a, b)).splitlines()
    assert [line for line in lines if r"- a\nb\x1b[31m.csv" in line]
    assert [line for line in lines if line.endswith(r"'x\nz'")]
    assert all(line.isprintable() for line in lines)
