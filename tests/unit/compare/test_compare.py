"""Whole snapshots: results by name, loaded files by logical path, settings by field."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from factories import digest, make_snapshot

from reproof.compare import compare
from reproof.compare.closure import compare_closure
from reproof.compare.fields import compare_fields
from reproof.errors import StoreError
from reproof.model.comparison import Comparison, Result
from reproof.model.policy import Policy, Tolerance
from reproof.model.snapshot import Snapshot


class Runs:
    """Makes snapshots whose bytes can be read back."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def blob(self, data: bytes) -> dict[str, Any]:
        identity = "sha256:" + hashlib.sha256(data).hexdigest()
        self.blobs[identity] = data
        return {"digest": identity, "size": len(data)}

    def run(self, outputs: dict[str, bytes], stdout: bytes = b"", stderr: bytes = b"", **changes: Any) -> Snapshot:
        command = {"stdout": self.blob(stdout), "stderr": self.blob(stderr), **changes.pop("command", {})}
        files = [{"name": name, "path": f"/x/{name}", **self.blob(data)} for name, data in outputs.items()]
        return make_snapshot(command=command, outputs=files, **{"metrics": [], **changes})

    def read(self, identity: str) -> bytes:
        if identity not in self.blobs:
            raise StoreError(f"the store lacks {identity[:12]}", "record it again")
        return self.blobs[identity]

    def compare(self, a: Snapshot, b: Snapshot, policy: Policy | None = None) -> dict[str, Result]:
        return {result.name: result for result in self.whole(a, b, policy).results}

    def whole(self, a: Snapshot, b: Snapshot, policy: Policy | None = None) -> Comparison:
        return compare(a, b, self.read, policy or Policy())


@pytest.fixture
def runs() -> Runs:
    return Runs()


def test_the_comparison_names_both_snapshots(runs: Runs) -> None:
    a, b = runs.run({"m.txt": b"1"}), runs.run({"m.txt": b"2"})
    comparison = runs.whole(a, b)
    assert (comparison.original, comparison.replayed) == (a.id, b.id)
    assert Comparison.parse(comparison.canonical()) == comparison


def test_equal_digests_are_identical_without_reading(runs: Runs) -> None:
    a, b = runs.run({"m.json": b"{}"}), runs.run({"m.json": b"{}"})
    runs.blobs.clear()
    assert {result.status for result in runs.compare(a, b).values()} == {"identical"}


def test_missing_and_extra_outputs_are_named(runs: Runs) -> None:
    found = runs.compare(runs.run({"a": b"1", "b": b"1"}), runs.run({"b": b"1", "c": b"1"}))
    assert [found[name].status for name in "abc"] == ["missing", "identical", "extra"]


def test_bytes_that_the_store_lacks_are_not_compared(runs: Runs) -> None:
    a, b = runs.run({"a": b"1"}), runs.run({"a": b"2"})
    del runs.blobs[b.outputs[0].digest]
    found = runs.compare(a, b)["a"]
    assert (found.status, found.detail) == ("not compared", f"the store lacks {b.outputs[0].digest[:12]}")


def test_bytes_that_were_not_kept_are_not_compared(runs: Runs) -> None:
    a = runs.run({"a": b"1"})
    b = runs.run({"a": b"2"})
    b = b.model_copy(update={"outputs": (b.outputs[0].model_copy(update={"kept": False}),)})
    found = runs.compare(a, b)["a"]
    assert (found.status, found.detail) == ("not compared", "the bytes of the other run were not kept")


def test_only_declared_results_count(runs: Runs) -> None:
    found = runs.compare(runs.run({"a.csv": b"1", "b": b"1"}), runs.run({"a.csv": b"1"}), Policy(results=("*.csv",)))
    assert list(found) == ["a.csv", "stdout", "stderr", "exit code"]


def test_ignored_results_do_not_count(runs: Runs) -> None:
    policy = Policy(ignore=("b", "stdout"))
    found = runs.compare(runs.run({"a": b"1", "b": b"1"}, b"x"), runs.run({"a": b"1"}, b"y"), policy)
    assert list(found) == ["a", "stderr", "exit code"]


def test_a_declared_result_that_nobody_wrote_is_told(runs: Runs) -> None:
    found = runs.compare(runs.run({}), runs.run({}), Policy(results=("model.bin",)))
    assert found["model.bin"].status == "not compared"


def metric(value: float, name: str = "accuracy", source: str = "metrics.json") -> dict[str, Any]:
    return {"name": name, "value": value, "source": source}


def test_metrics_are_compared_by_name_with_tolerances(runs: Runs) -> None:
    a = runs.run({}, metrics=[metric(0.97), metric(0.5, "loss"), metric(1.0, "gone")])
    b = runs.run({}, metrics=[metric(0.96), metric(0.5, "loss"), metric(1.0, "new")])
    policy = Policy(tolerances=(("accuracy", Tolerance(absolute=0.1)),))
    found = runs.compare(a, b, policy)
    assert {name: found[name].status for name in ("accuracy", "loss", "gone", "new")} == {
        "accuracy": "tolerated", "loss": "identical", "gone": "missing", "new": "extra",
    }  # fmt: skip
    assert found["accuracy"].detail == "0.97 -> 0.96"
    assert runs.compare(a, b)["accuracy"].status == "different"


def test_a_metric_that_measures_time_is_volatile(runs: Runs) -> None:
    a, b = (runs.run({}, metrics=[metric(value, "fit_seconds")]) for value in (1.5, 2.5))
    found = runs.compare(a, b)["fit_seconds"]
    assert (found.status, found.max_absolute, found.volatile) == ("tolerated", None, ("fit_seconds: 1.5 -> 2.5",))


def test_metrics_of_an_ignored_file_do_not_count(runs: Runs) -> None:
    a, b = runs.run({}, metrics=[metric(1.0)]), runs.run({}, metrics=[metric(2.0)])
    assert "accuracy" not in runs.compare(a, b, Policy(ignore=("metrics.json",)))


def test_the_last_of_a_series_and_a_printed_number_are_results_only_if_they_are_declared(runs: Runs) -> None:
    def report(value: float) -> list[dict[str, Any]]:
        return [{**metric(value, "loss", "log.csv"), "step": 9}, metric(value, "auc", "stdout")]

    a, b = (runs.run({}, metrics=report(value)) for value in (1.0, 2.0))
    assert not {"loss", "auc"} & runs.compare(a, b).keys()
    declared = runs.compare(a, b, Policy(results=("loss", "auc")))
    assert [declared[name].status for name in ("loss", "auc")] == ["different", "different"]


def test_metrics_of_one_name_from_two_files_are_told_apart(runs: Runs) -> None:
    both = [metric(1.0, source="a.json"), metric(2.0, source="b.json")]
    found = runs.compare(runs.run({}, metrics=both), runs.run({}, metrics=both))
    assert {"a.json:accuracy", "b.json:accuracy"} <= set(found)


def test_another_exit_code_is_told_with_the_last_words(runs: Runs) -> None:
    a = runs.run({})
    b = runs.run({}, stderr=b"Traceback\nModuleNotFoundError: No module named 'x'\n", command={"exit_code": 1})
    found = runs.compare(a, b)["exit code"]
    assert (found.status, found.detail) == ("different", "0 -> 1: ModuleNotFoundError: No module named 'x'")


def test_a_run_that_fails_must_fail_in_the_same_way(runs: Runs) -> None:
    failed = {"exit_code": 1}
    a = runs.run({}, stderr=b"at 0x7f12ab34cd56\nValueError: bad row 3\n", command=failed)
    same = runs.run({}, stderr=b"at 0x7f99ab34cd56\nValueError: bad row 3\n", command=failed)
    other = runs.run({}, stderr=b"KeyError: 'x'\n", command=failed)
    assert runs.compare(a, same)["last line of stderr"].status == "identical"
    assert runs.compare(a, other)["last line of stderr"].status == "different"
    assert runs.compare(a, other)["last line of stderr"].kind == "exit code"


def test_a_signal_is_an_ending_too(runs: Runs) -> None:
    a, b = (runs.run({}, command={"exit_code": None, "signal": number}) for number in (9, 11))
    assert runs.compare(a, b)["exit code"].detail == "signal 9 -> signal 11"


def loaded(path: str, letter: str = "a", owner: str | None = None) -> dict[str, Any]:
    return {"path": path, "kind": "module", "digest": digest(letter), "size": 1, "owner": owner}


def test_loaded_files_are_counted_and_differences_named() -> None:
    site = "/home/ada/digits/.venv/lib/python3.11/site-packages"
    a = make_snapshot(loaded=[loaded(f"{site}/x.py"), loaded(f"{site}/y.py", owner="dist:y"), loaded("/gone.py")])
    b = make_snapshot(loaded=[loaded(f"{site}/x.py"), loaded(f"{site}/y.py", "b", "dist:y"), loaded("/new.py")])
    closure = compare_closure(a, b)
    assert (closure.total, closure.identical) == (3, 1)
    named = [(d.path, d.original is None, d.replayed is None) for d in closure.differences]
    assert named == [("/gone.py", False, True), ("{site}/y.py", False, False)]
    assert [d.path for d in closure.extra] == ["/new.py"]


def test_an_interpreter_at_another_place_can_match() -> None:
    def run(prefix: str, base: str) -> Snapshot:
        site = f"{prefix}/lib/python3.11/site-packages"
        places = {"prefix": prefix, "base_prefix": base, "purelib": site, "platlib": site}
        places["stdlib"] = f"{base}/lib/python3.11"
        files = [
            f"{base}/lib/python3.11/os.py",
            f"{base}/lib/libpython3.11.so",
            f"{places['purelib']}/numpy/__init__.py",
        ]
        return make_snapshot(interpreter=places, loaded=[loaded(path) for path in files])

    closure = compare_closure(run("/home/ada/.venv", "/opt/python"), run("/usr/local", "/usr/local"))
    assert (closure.identical, closure.total, closure.extra) == (3, 3, ())


def test_libraries_match_across_merged_folders_and_projects_across_roots() -> None:
    a = make_snapshot(loaded=[loaded("/lib/x86_64-linux-gnu/libm.so.6"), loaded("/home/ada/digits/train.py")])
    b = make_snapshot(
        source={"roots": ["/srv/digits"]},
        loaded=[loaded("/usr/lib/x86_64-linux-gnu/libm.so.6"), loaded("/srv/digits/train.py")],
    )
    assert compare_closure(a, b).identical == 2


def test_a_file_that_could_not_be_read_is_not_identical() -> None:
    unread = {**loaded("/x.py"), "digest": None}
    assert compare_closure(make_snapshot(loaded=[unread]), make_snapshot(loaded=[unread])).identical == 0


@pytest.mark.parametrize(
    ("changes", "field", "values"),
    [
        ({"interpreter": {"version": "3.11.8"}}, "interpreter.version", ("3.11.7", "3.11.8")),
        ({"system": {"timezone": "Asia/Tokyo"}}, "system.timezone", ("UTC", "Asia/Tokyo")),
        ({"hardware": {"cpu_model": "X"}}, "hardware.cpu_model", ("CPU", "X")),
        ({"hardware": {"cpus": [0]}}, "hardware.cpus", ("0, 1", "0")),
        ({"hardware": {"cpu_flags": ["avx512f"]}}, "hardware.cpu_flags", ("avx2", "avx512f")),
        ({"accelerator": {"present": True}}, "accelerator.present", ("False", "True")),
        ({"environment": {"variables": {"OMP_NUM_THREADS": "1"}}}, "environment.OMP_NUM_THREADS", ("2", "1")),
        ({"environment": {"withheld": {"API_TOKEN": "e" * 64}}}, "environment.API_TOKEN",
         ("withheld (ffffffff)", "withheld (eeeeeeee)")),
        ({"randomness": [{"name": "numpy", "state": "x"}]}, "randomness.numpy.state", ("absent", "x")),
        ({"numerics": {"settings": {"python.hash_seed": "0"}}}, "numerics.settings.python.hash_seed", ("absent", "0")),
    ],
)  # fmt: skip
def test_a_setting_that_differs_is_named(changes: dict[str, Any], field: str, values: tuple[str, str]) -> None:
    fields = compare_fields(make_snapshot(), make_snapshot(**changes))
    assert [(entry.field, (entry.original, entry.replayed)) for entry in fields] == [(field, values)]


def test_pools_go_by_the_name_of_their_library() -> None:
    def run(folder: str, kernel: str) -> Snapshot:
        pool = {"library": f"{folder}/libopenblas.so", "api": "openblas", "kernel": kernel, "threads": 2}
        return make_snapshot(numerics={"pools": [pool]})

    fields = compare_fields(run("/a", "Haswell"), run("/b", "SkylakeX"))
    assert [field.field for field in fields] == ["numerics.pools.libopenblas.so.kernel"]


def test_inputs_packages_and_arguments_are_settings_too() -> None:
    a = make_snapshot()
    b = make_snapshot(
        command={
            "argv": ["python", "train.py", "--lr", "0.2"],
            "started": "2026-05-01T00:00:00+00:00",
            "duration_s": 9,
        },
        inputs=[{"path": "/data/train.npz", "digest": digest("f"), "size": 1}],
        distributions=[],
    )
    assert [field.field for field in compare_fields(a, b)] == [
        "command.argv", "distributions.numpy", "inputs./data/train.npz",
    ]  # fmt: skip


def test_withheld_variables_of_another_salt_say_nothing() -> None:
    b = make_snapshot(environment={"withheld": {"API_TOKEN": "e" * 64}, "salt": "other"})
    assert compare_fields(make_snapshot(), b) == ()
