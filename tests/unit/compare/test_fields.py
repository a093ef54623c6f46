"""What is recorded by name, section by section: each difference is told once, and what is equal is silent."""

from __future__ import annotations

from typing import Any

import pytest
from factories import blob, digest, make_snapshot
from rich_run import RICH, SITE, distribution, make_rich_snapshot

from reproof.compare import compare
from reproof.compare.fields import compare_fields
from reproof.model.comparison import FieldDifference
from reproof.model.policy import Policy
from reproof.model.snapshot import Snapshot


def found(section: str, a: Snapshot, b: Snapshot) -> list[FieldDifference]:
    return [field for field in compare_fields(a, b) if field.section == section]


def told(section: str, **changes: Any) -> list[tuple[str, str, str, str]]:
    """Return how a change of the rich run is told in a section, and check that nothing else is told."""
    a, b = make_rich_snapshot(), make_rich_snapshot(**changes)
    assert {field.section for field in compare_fields(a, b)} <= {section}
    return [(field.kind, field.name, field.original, field.replayed) for field in found(section, a, b)]


def test_equal_runs_have_no_differences() -> None:
    assert compare_fields(make_rich_snapshot(), make_rich_snapshot()) == ()


def test_what_changes_with_every_run_is_no_difference() -> None:
    later = {"started": "2026-09-09T09:09:09.000+00:00", "duration_s": 99.0, "peak_memory": 1, "cpu_s": 0.1}
    other = make_rich_snapshot(command=later, environment={"salt": "other", "withheld": {"API_TOKEN": "0" * 64}})
    assert compare_fields(make_rich_snapshot(), other) == ()


def parameters(**changes: Any) -> list[dict[str, Any]]:
    """Return the rich run's parameters with other values: `argv_lr` is `lr` from argv."""
    given = []
    for entry in RICH["parameters"]:
        key = ("argv_" if entry["source"] == "argv" else "") + entry["name"].replace(".", "_")
        given.append({**entry, "value": changes.get(key, entry["value"])})
    return given


@pytest.mark.parametrize(
    ("changes", "name", "values", "source"),
    [
        ({"argv_lr": 0.2}, "lr", ("0.1", "0.2"), "argv"),
        ({"lr": 0.2}, "lr", ("0.05", "0.2"), "config.yaml"),
        ({"model_hidden": 256}, "model.hidden", ("128", "256"), "config.yaml"),
        ({"augment": False}, "augment", ("true", "false"), "config.yaml"),
        ({"augment": None}, "augment", ("true", "null"), "config.yaml"),
    ],
)
def test_a_parameter_that_changed_is_named_with_both_values_and_where_it_was_given(
    changes: dict[str, Any], name: str, values: tuple[str, str], source: str
) -> None:
    [field] = found("parameters", make_rich_snapshot(), make_rich_snapshot(parameters=parameters(**changes)))
    assert (field.name, (field.original, field.replayed), field.detail) == (name, values, source)


def test_parameters_that_only_one_run_was_given_are_added_or_removed() -> None:
    fewer = RICH["parameters"][:-1]
    new = {"name": "schedule", "value": "absent", "source": "argv"}
    assert told("parameters", parameters=[*fewer, new]) == [
        ("removed", "augment", "true", "absent"), ("added", "schedule", "absent", "absent"),
    ]  # fmt: skip


def test_arguments_are_compared_as_they_were_typed_too() -> None:
    [field] = told("parameters", command={"argv": ["python", "train.py", "--lr=0.1", "--epochs", "20"]})
    assert field == ("changed", "arguments", "train.py --lr 0.1 --epochs 20", "train.py --lr=0.1 --epochs 20")


@pytest.mark.parametrize("program", ["python3", "/usr/bin/python3.11", "/srv/.venv/bin/python"])
def test_another_name_of_python_is_the_same_program(program: str) -> None:
    assert told("parameters", command={"argv": [program, *RICH["command"]["argv"][1:]]}) == []


def test_another_program_is_a_difference() -> None:
    assert told("parameters", command={"argv": ["torchrun", *RICH["command"]["argv"][1:]]}) == [
        ("changed", "program", "python", "torchrun")
    ]


def test_packages_differ_by_version_and_by_where_they_come_from() -> None:
    packages = [
        distribution("numpy", "2.2.0"),
        distribution("torch", "2.4.1+cu121", origin="vcs", direct_url="git+https://host/torch", commit="abc123"),
        distribution("scipy", "1.14.1", imported=False, loaded=0),
        distribution("wheel", "0.44.0"),
    ]
    assert told("packages", distributions=packages) == [
        ("changed", "numpy", "2.1.0", "2.2.0"),
        ("removed", "tabkit", "0.3", "absent"),
        ("added", "scipy", "absent", "1.14.1"),
        ("changed", "torch origin", "index", "vcs git+https://host/torch"),
        ("removed", "torch modified files", "torch/nn/modules/loss.py", "absent"),
        ("added", "torch commit", "absent", "abc123"),
    ]


def test_a_package_that_is_there_twice_is_compared_with_both_versions() -> None:
    twice = [*RICH["distributions"], distribution("numpy", "1.26.4")]
    assert told("packages", distributions=twice) == [("changed", "numpy", "2.1.0", "2.1.0, 1.26.4")]


def test_how_a_replay_installed_its_packages_is_no_difference() -> None:
    packages = [{**entry, "origin": "archive", "direct_url": "file:///wheels", "modified": []}
                for entry in RICH["distributions"]]  # fmt: skip
    assert told("packages", distributions=packages, replay_of="f" * 64) == []


def library(path: str, letter: str, owner: str | None = None, build: str | None = None) -> dict[str, Any]:
    return {"path": path, "kind": "library", "owner": owner, "build_id": build, **blob(letter)}


LIBC = "/usr/lib/x86_64-linux-gnu/libc.so.6"


def test_a_library_with_other_bytes_of_the_same_package_is_told_by_its_build() -> None:
    assert told("libraries", loaded=[*RICH["loaded"][:2], library(LIBC, "f", "deb:libc6", "ffff"),
                                     RICH["loaded"][3]]) == [
        ("changed", "libc.so.6", "build ID 51657f818beb", "build ID ffff")
    ]  # fmt: skip


def test_a_library_whose_package_changed_is_told_by_the_package_alone() -> None:
    packages = [{"name": "libc6", "version": "2.41-1", "architecture": "amd64"}]
    loaded = [*RICH["loaded"][:2], library(LIBC, "f", "deb:libc6", "ffff"), RICH["loaded"][3]]
    assert told("libraries", loaded=loaded, system={"packages": packages}) == [
        ("changed", "deb:libc6", "2.36-9", "2.41-1")
    ]


def test_a_library_at_another_path_is_the_same() -> None:
    moved = {**RICH["loaded"][3], "path": "/srv/vendor/libfast.so"}
    assert told("libraries", loaded=[*RICH["loaded"][:3], moved]) == []


@pytest.mark.parametrize(
    ("section", "changes", "expected"),
    [
        ("interpreter", {"interpreter": {"version": "3.11.8"}}, [("changed", "version", "3.11.7", "3.11.8")]),
        ("system", {"system": {"timezone": "Asia/Tokyo"}}, [("changed", "timezone", "UTC", "Asia/Tokyo")]),
        ("hardware", {"hardware": {"cpus": [0, 1]}},
         [("changed", "CPUs", ", ".join(map(str, range(16))), "0, 1")]),
        ("hardware", {"hardware": {"cpu_flags": ["avx2", "avx512f"]}}, [("changed", "CPU flags", "fma", "avx512f")]),
        ("hardware", {"hardware": {"cpu_flags": ["avx2"]}}, [("removed", "CPU flags", "fma", "none more")]),
        ("hardware", {"hardware": {"memory_limit": None}},
         [("removed", "memory limit", str(64 << 30), "absent")]),
        ("accelerator", {"accelerator": {"driver": "560.1"}}, [("changed", "driver", "550.54.15", "560.1")]),
        ("accelerator", {"accelerator": {"gpus": RICH["accelerator"]["gpus"][:1]}},
         [("removed", "GPU 1 name", "NVIDIA A100-SXM4-40GB", "absent"),
          ("removed", "GPU 1 compute capability", "8.0", "absent"),
          ("removed", "GPU 1 memory", str(40 << 30), "absent"), ("removed", "GPU 1 mig", "False", "absent"),
          ("removed", "GPU 1 mig devices", "", "absent")]),
        ("accelerator", {"accelerator": {"libraries": [{**RICH["accelerator"]["libraries"][0], "origin": "conda"},
                                                       RICH["accelerator"]["libraries"][1]]}},
         [("changed", "cudart", "12.1.105 (wheel)", "12.1.105 (conda)")]),
        ("numerics", {"numerics": {"pools": [{**RICH["numerics"]["pools"][0], "kernel": "SkylakeX"}]}},
         [("changed", "libopenblas64.so kernel", "Zen", "SkylakeX")]),
        ("numerics", {"numerics": {"settings": {"torch.deterministic_algorithms": "True"}}},
         [("changed", "torch.deterministic_algorithms", "False", "True")]),
        ("environment", {"environment": {"variables": {"OMP_NUM_THREADS": "4"}}},
         [("changed", "OMP_NUM_THREADS", "2", "4")]),
        ("environment", {"environment": {"withheld": {"API_TOKEN": "0" * 64}}},
         [("changed", "API_TOKEN", "withheld (ffffffff)", "withheld (00000000)")]),
    ],
)  # fmt: skip
def test_a_setting_that_changed_is_told_in_its_section(
    section: str, changes: dict[str, Any], expected: list[tuple[str, str, str, str]]
) -> None:
    assert told(section, **changes) == expected


def generators(**changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**entry, **changes.get(entry["name"], {})} for entry in RICH["randomness"]]


def test_another_seed_counts_and_another_state_at_the_end_does_not() -> None:
    a = make_rich_snapshot()
    b = make_rich_snapshot(randomness=generators(torch={"seed": "43"}, numpy={"state": "sha256:ff"}))
    assert [(field.field, field.counts) for field in compare_fields(a, b)] == [
        ("randomness.numpy.state", False), ("randomness.torch.seed", True),
    ]  # fmt: skip


def test_a_generator_from_which_nothing_was_drawn_is_silent() -> None:
    assert told("randomness", randomness=generators(random={"state": "sha256:ff"})) == []


def test_where_a_shell_was_does_not_count() -> None:
    variables = {"environment": {"variables": {"PATH": "/usr/bin", "PWD": "/elsewhere"}}}
    fields = found("environment", make_rich_snapshot(), make_rich_snapshot(**variables))
    assert [(field.name, field.counts) for field in fields] == [("PATH", False), ("PWD", False)]


def test_data_with_other_bytes_is_described_by_what_changed_in_it() -> None:
    inputs = [dict(entry) for entry in RICH["inputs"]]
    profile = inputs[0]["profile"]
    older = {**profile["columns"][0], "mean": 39.8, "quantiles": [value + 3.0 for value in range(18, 60, 2)]}
    inputs[0] |= {
        "digest": digest("f"),
        "profile": {**profile, "rows": 5200, "columns": [older, profile["columns"][1]]},
    }
    a, b = make_rich_snapshot(), make_rich_snapshot(inputs=inputs)
    comparison = compare(a, b, lambda _: b"", Policy())
    [field] = [field for field in comparison.fields if field.section == "data"]
    assert field.detail.splitlines()[0] == "1,200 rows added (4,000 → 5,200)"
    assert field.detail.splitlines()[1].startswith("`age` mean 37.1 → 39.8 (population stability index 0.")
    assert {change.path for change in comparison.data} == {"/data/train.csv"}


def test_a_data_set_is_one_thing() -> None:
    other = {**RICH["datasets"][0], "digest": digest("c"), "files": 20_001}
    assert [(kind, name) for kind, name, *_ in told("data", datasets=[other])] == [("changed", "/data/tiles")]
    assert [(kind, name) for kind, name, *_ in told("data", datasets=[])] == [("removed", "/data/tiles")]


def test_two_clones_of_a_project_are_the_same() -> None:
    """Each has its own folder, environment, interpreter and home; everything below them is at the same place."""

    def text(value: Any) -> Any:
        if isinstance(value, str):
            return value.replace("/home/ada/digits", "/srv/bob/clone").replace("/home/ada", "/srv/bob") \
                .replace("/opt/python/3.11.7", "/opt/pythons/a")  # fmt: skip
        if isinstance(value, dict):
            return {key: text(item) for key, item in value.items()}
        return [text(item) for item in value] if isinstance(value, (list, tuple)) else value

    a = make_rich_snapshot(interpreter={"prefix": f"{SITE.partition('/lib/')[0]}"},
                           environment={"variables": {"DATA": "/home/ada/data", "HOME": "/home/ada"}})  # fmt: skip
    b = Snapshot.model_validate(text(a.model_dump()))
    assert b.source.roots == ("/srv/bob/clone",)
    assert compare(a, b, lambda _: b"", Policy()).fields == ()


def test_a_folder_whose_name_begins_alike_is_another_one() -> None:
    a = make_snapshot(inputs=[{"path": "/home/ada/digits/x.csv", **blob("7")}])
    b = make_snapshot(
        command={"cwd": "/srv/digits"},
        source={"roots": ["/srv/digits"]},
        inputs=[{"path": "/srv/digits-2/x.csv", **blob("7")}],
    )
    fields = [field.field for field in compare(a, b, lambda _: b"", Policy()).fields if field.section == "data"]
    assert fields == ["inputs./home/ada/digits/x.csv", "inputs./srv/digits-2/x.csv"]


def test_two_inputs_that_fall_on_one_path_are_both_compared() -> None:
    a = make_snapshot(inputs=[{"path": "/home/ada/digits/x.csv", **blob("7")}])
    b = make_snapshot(
        command={"cwd": "/srv/digits"},
        source={"roots": ["/srv/digits"]},
        inputs=[{"path": "/home/ada/digits/x.csv", **blob("8")}, {"path": "/srv/digits/x.csv", **blob("7")}],
    )
    [field] = [field for field in compare(a, b, lambda _: b"", Policy()).fields if field.section == "data"]
    assert field.replayed == f"{digest('8')}, {digest('7')}"
