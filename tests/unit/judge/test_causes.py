"""One thing is changed between two runs; the ranking must name it first, and blame nothing that is innocent."""

from __future__ import annotations

from typing import Any

import pytest
from factories import digest, make_snapshot

from reproof.compare.closure import compare_closure
from reproof.compare.fields import compare_fields
from reproof.judge import rank_causes
from reproof.judge.causes import HONEST
from reproof.model.comparison import Comparison, Result
from reproof.model.snapshot import Snapshot

SITE = "/home/ada/digits/.venv/lib/python3.11/site-packages"
LARGE = Result(name="m.json", kind="output", status="different", comparator="json", max_absolute=0.1, max_relative=0.1)
TINY = LARGE.model_copy(update={"max_absolute": 1e-9, "max_relative": 1e-9})


def loaded(train: str = "3", numpy: str = "5", libc: str = "6", os: str = "7") -> list[dict[str, Any]]:
    files = (
        ("/home/ada/digits/train.py", train, "source"),
        (f"{SITE}/numpy/core.so", numpy, "dist:numpy"),
        ("/usr/lib/x86_64-linux-gnu/libc.so.6", libc, "deb:libc6"),
        ("/opt/python/3.11.7/lib/python3.11/os.py", os, "stdlib"),
    )
    return [{"path": p, "kind": "module", "digest": digest(d), "size": 1, "owner": o} for p, d, o in files]


def pool(kernel: str = "Haswell", threads: int = 2) -> dict[str, Any]:
    return {"pools": [{"library": "/x/libopenblas.so", "api": "openblas", "kernel": kernel, "threads": threads}]}


def use(call: str, line: int, seeded: bool) -> dict[str, Any]:
    return {"path": "/home/ada/digits/train.py", "line": line, "call": call, "seeded": seeded}


def dist(version: str) -> list[dict[str, Any]]:
    entry = {"name": "numpy", "version": version, "location": SITE, "dist_info": "numpy.dist-info", "origin": "index"}
    return [entry]


BASE: dict[str, Any] = {"loaded": loaded(), "numerics": pool(), "distributions": dist("2.1.0"),
                        "seeds": [use("numpy.random.seed", 3, True)]}  # fmt: skip


def causes(original: Snapshot, replayed: Snapshot, result: Result = LARGE) -> list[str]:
    comparison = Comparison(
        original="a", replayed="b", results=(result,), closure=compare_closure(original, replayed),
        fields=compare_fields(original, replayed),
    )  # fmt: skip
    return [cause.what for cause in rank_causes(original, replayed, comparison)]


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "a byte of data": (
        {"inputs": [{"path": "/data/train.npz", "digest": digest("f"), "size": 10}]},
        "the input /data/train.npz has other bytes",
    ),
    "a line of code": ({"loaded": loaded(train="f")}, "{project}/train.py is not the code that was recorded"),
    "an argument": ({"command": {"argv": ["python", "train.py", "--lr", "0.2"]}}, "the command has other arguments"),
    "a package's version": ({"distributions": dist("2.1.1"), "loaded": loaded(numpy="f")}, "numpy 2.1.0 -> 2.1.1"),
    "a package's bytes": ({"loaded": loaded(numpy="f")}, "files of numpy are not the recorded ones"),
    "the interpreter": ({"interpreter": {"version": "3.11.8"}}, "Python 3.11.7 -> 3.11.8"),
    "the standard library": ({"loaded": loaded(os="f")}, "files of the standard library are not the recorded ones"),
    "a system library": (
        {"loaded": loaded(libc="f"),
         "system": {"packages": [{"name": "libc6", "version": "2.36-10", "architecture": "amd64"}]}},
        "the system package libc6 2.36-9 -> 2.36-10",
    ),
    "a kernel": ({"numerics": pool("SkylakeX")}, "libopenblas.so: another kernel is used"),
    "a thread count": ({"numerics": pool(threads=1)}, "libopenblas.so: another number of threads is used"),
    "a mode of torch": ({"numerics": {**pool(), "settings": {"torch.x": "1"}}}, "the setting torch.x differs"),
    "the CPU": ({"hardware": {"cpu_model": "X"}}, "the CPU is another model"),
    "fewer CPUs": ({"hardware": {"cpus": [0]}}, "the run may use other CPUs"),
    "a variable of threads": (
        {"environment": {"variables": {"OMP_NUM_THREADS": "1"}}}, "the variable OMP_NUM_THREADS differs"
    ),
    "the time zone": ({"system": {"timezone": "Asia/Tokyo"}}, "system timezone differs"),
    "the locale": ({"system": {"locale": "de_DE.UTF-8"}}, "system locale differs"),
    "the hash seed": (
        {"numerics": {**pool(), "settings": {"python.hash_seed": "7"}}},
        "the hash seed differs: sets of text are ordered otherwise",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_the_one_thing_that_was_changed_ranks_first(fault: str) -> None:
    changes, expected = FAULTS[fault]
    assert causes(make_snapshot(**BASE), make_snapshot(**{**BASE, **changes}))[0] == expected


def test_code_without_a_seed_ranks_before_everything_that_was_changed_by_the_rebuild() -> None:
    seeds = [use("numpy.random.default_rng", 12, False), use("numpy.random.permutation", 19, False)]
    original = make_snapshot(**{**BASE, "seeds": seeds})
    replayed = make_snapshot(**{**BASE, "seeds": seeds, "loaded": loaded(numpy="f"), "numerics": pool("SkylakeX")})
    assert causes(original, replayed)[0] == "train.py:12 draws from numpy.random.default_rng() without a seed"


def test_a_seed_that_is_set_is_not_blamed() -> None:
    ended = [{"randomness": [{"name": "numpy", "state": state}]} for state in ("a", "b")]
    found = causes(*(make_snapshot(**{**BASE, **entry}) for entry in ended))
    assert found == [HONEST.what]


def chance(**facts: Any) -> dict[str, Any]:
    return {"randomness": [{"name": "numpy", **facts}]}


def test_a_generator_that_was_seen_to_be_used_unseeded_ranks_before_the_rebuild() -> None:
    original = make_snapshot(**{**BASE, "seeds": [], **chance(used=True, seeded=False, state="a")})
    replayed = make_snapshot(
        **{**BASE, "seeds": [], **chance(used=True, seeded=False, state="b"), "loaded": loaded(numpy="f")}
    )
    assert causes(original, replayed)[0] == "numpy's global generator was used and never seeded"
    assert len([cause for cause in causes(original, replayed) if "global generator" in cause]) == 1


@pytest.mark.parametrize("facts", [{"used": False, "seeded": False}, {"used": True, "seeded": True, "seed": "1"}])
def test_what_was_seen_refutes_what_the_code_suggests(facts: dict[str, Any]) -> None:
    seeds = [use("numpy.random.permutation", 19, False)]
    ended = [make_snapshot(**{**BASE, "seeds": seeds, **chance(**facts, state=state)}) for state in ("a", "b")]
    assert causes(*ended) == [HONEST.what]


def test_the_line_that_the_code_shows_goes_before_the_generator_without_a_line() -> None:
    seeds = [use("numpy.random.permutation", 19, False)]
    ended = [
        make_snapshot(**{**BASE, "seeds": seeds, **chance(used=True, seeded=False, state=state)})
        for state in ("a", "b")
    ]
    assert causes(*ended)[:2] == [
        "train.py:19 draws from numpy.random.permutation() without a seed",
        "numpy's global generator was used and never seeded",
    ]


def test_a_seed_that_was_another_one_is_named_with_its_line() -> None:
    ended = [
        make_snapshot(**{**BASE, **chance(used=True, seeded=True, seed=seed, where="train.py:3", state=seed)})
        for seed in ("17", "18")
    ]
    assert causes(*ended)[0] == "numpy was seeded with 17, and with 18 in the replay"


def test_seeding_a_generator_of_its_own_does_not_seed_the_global_one() -> None:
    seeds = [use("numpy.random.default_rng", 3, True)]
    ended = [{"randomness": [{"name": "numpy", "state": state}], "seeds": seeds} for state in ("a", "b")]
    found = causes(*(make_snapshot(**{**BASE, **entry}) for entry in ended))
    assert found[0] == "the global generator of numpy was not seeded by any code that was read"


@pytest.mark.parametrize(
    ("result", "first"), [(LARGE, "the global generator"), (TINY, "libopenblas.so: another kernel")]
)
def test_a_generator_explains_a_large_error_and_a_kernel_a_tiny_one(result: Result, first: str) -> None:
    original = make_snapshot(**{**BASE, "seeds": [], "randomness": [{"name": "numpy", "state": "a"}]})
    replayed = make_snapshot(
        **{**BASE, "seeds": [], "numerics": pool("SkylakeX"), "randomness": [{"name": "numpy", "state": "b"}]}
    )
    assert causes(original, replayed, result)[0].startswith(first)


def test_names_made_by_chance_rank_below_changed_data() -> None:
    seeds = [use("uuid.uuid4", 5, False)]
    data = {"inputs": [{"path": "/data/train.npz", "digest": digest("f"), "size": 10}]}
    found = causes(make_snapshot(**{**BASE, "seeds": seeds}), make_snapshot(**{**BASE, "seeds": seeds, **data}))
    assert found == ["the input /data/train.npz has other bytes", "train.py:5 draws from uuid.uuid4() without a seed"]


def test_when_nothing_recorded_differs_that_is_said() -> None:
    assert causes(make_snapshot(**BASE), make_snapshot(**BASE)) == [HONEST.what]


def test_a_random_hash_seed_and_a_moved_folder_explain_nothing_by_themselves() -> None:
    hashed = {"numerics": {**pool(), "settings": {"python.hash_seed": "random"}}}
    moved = {"environment": {"variables": {"PATH": "/usr/bin"}}}
    found = causes(make_snapshot(**{**BASE, **hashed}), make_snapshot(**{**BASE, **hashed, **moved}))
    assert found[-1] == HONEST.what
    assert found[0].startswith("PYTHONHASHSEED is not set")


def test_a_replay_that_broke_off_comes_first() -> None:
    ending = Result(
        name="exit code", kind="exit code", status="different", comparator="exact", detail="0 -> 1: KeyError: 'x'"
    )
    found = causes(make_snapshot(**BASE), make_snapshot(**{**BASE, "loaded": loaded(numpy="f")}), ending)
    assert found[0] == "the replay ended differently: 0 -> 1: KeyError: 'x'"


def test_a_tool_that_was_not_installed_again_explains_nothing() -> None:
    original = make_snapshot(**{**BASE, "distributions": [*dist("2.1.0"), {**dist("1")[0], "name": "pip"}]})
    assert causes(original, make_snapshot(**BASE)) == ["pip 1 -> absent", HONEST.what]
