"""A recording and what the host knows become a snapshot."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from reproof.adapters.working_tree import Tracked, WorkingTree
from reproof.capture.assemble import Circumstances, assemble, read_recording
from reproof.capture.keeping import in_place
from reproof.errors import CaptureError
from reproof.model.snapshot import Snapshot
from reproof.store.store import Store


def entry(path: Path, **fields: Any) -> dict[str, Any]:
    data = path.read_bytes()
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    return {"path": str(path), "digest": digest, "size": len(data), **fields}


class Run:
    """A project on disk and the recording of a run in it, to be changed by each test."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root / "project", root / "record"
        self.root.mkdir()
        self.folder.mkdir()
        (self.folder / "stdout").write_text("token=abcdef123456\naccuracy 0.9\n")
        (self.folder / "stderr").write_text("")
        self.store = Store(root / "store")
        self.recording: dict[str, Any] = {
            "format": 1,
            "level": "hooks",
            "command": {
                "argv": ["python", "train.py"], "cwd": str(self.root), "exit_code": 0,
                "signal": None, "interrupted": False, "started": 0.0, "duration_s": 1.0, "stdout": "stdout",
                "stderr": "stderr", "terminals": [], "user": "ada", "uid": 1, "gid": 1, "umask": 18, "home": "/",
            },
            "interpreter": None, "distributions": [], "loaded": [], "read": [], "written": [], "created_dirs": [],
            "temporaries": [],
            "system": {"os": "debian", "os_version": "12", "codename": "bookworm", "kernel": "6", "libc": "glibc 2.36",
                       "architecture": "x86_64", "locale": "C", "timezone": "UTC", "packages": []},
            "hardware": {"cpu_model": "x", "cpu_flags": [], "cpu_count": 1, "cpus": [0], "memory": 1},
            "accelerator": {"present": False}, "numerics": {}, "randomness": [], "gaps": [],
        }  # fmt: skip

    def file(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def snapshot(self, **around: Any) -> Snapshot:
        circumstances = Circumstances(environ={}, salt="salt", **around)
        return assemble(self.recording, self.folder, circumstances, self.store.blobs, in_place)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


def test_code_that_was_loaded_is_carried(run: Run) -> None:
    path = run.file("train.py", "import random\nrandom.random()\n")
    run.recording["loaded"] = [entry(path, kind="module", owner=None)]
    snapshot = run.snapshot()
    assert [file.path for file in snapshot.source.files] == [str(path)]
    assert run.store.blobs.get(snapshot.source.files[0].digest) == path.read_bytes()
    assert [(use.line, use.seeded) for use in snapshot.seeds] == [(2, False)]


def test_a_file_that_was_read_is_an_input_and_a_small_one_is_kept(run: Run) -> None:
    path = run.file("data.csv", "1,2\n")
    run.recording["read"] = [entry(path, mode=0o644, changed=False, owner=None)]
    snapshot = run.snapshot()
    assert [(item.path, item.kept) for item in snapshot.inputs] == [(str(path), True)]


def test_a_private_input_is_not_kept(run: Run) -> None:
    path = run.file(".env", "KEY=1")
    run.recording["read"] = [entry(path, mode=0o600, changed=False, owner=None)]
    snapshot = run.snapshot()
    assert [item.kept for item in snapshot.inputs] == [False]
    assert snapshot.inputs[0].digest not in run.store.blobs


def test_data_of_a_package_belongs_to_the_closure_not_to_the_inputs(run: Run) -> None:
    path = run.file("site/digits.csv", "1")
    run.recording["read"] = [entry(path, mode=0o644, changed=False, owner="dist:scikit-learn")]
    snapshot = run.snapshot()
    assert snapshot.inputs == ()
    assert [(file.kind, file.owner) for file in snapshot.loaded] == [("data", "dist:scikit-learn")]


def test_files_of_the_operating_system_are_no_inputs(run: Run) -> None:
    fields = {
        "path": "/etc/hosts",
        "digest": "sha256:" + "0" * 64,
        "size": 1,
        "mode": 0o644,
        "changed": False,
        "owner": None,
    }
    run.recording["read"] = [fields]
    assert run.snapshot().inputs == ()


def test_outputs_are_named_from_the_working_directory_and_metrics_read(run: Run) -> None:
    path = run.file("out/metrics.json", '{"accuracy": 0.9}')
    run.recording["written"] = [entry(path, mode=0o644, existed=False)]
    snapshot = run.snapshot()
    assert [output.name for output in snapshot.outputs] == ["out/metrics.json"]
    assert [(metric.name, metric.source) for metric in snapshot.metrics] == [("accuracy", "out/metrics.json")]
    assert [(one.name, one.source, one.values) for one in snapshot.series] == [("accuracy", "stdout", (0.9,))]


def test_an_output_that_is_gone_leaves_a_gap(run: Run) -> None:
    path = run.file("model.bin", "x")
    run.recording["written"] = [entry(path, mode=0o644, existed=False)]
    path.unlink()
    snapshot = run.snapshot()
    assert [output.kept for output in snapshot.outputs] == [False]
    assert [gap.what for gap in snapshot.gaps] == [f"{path} is not kept"]


def test_an_output_that_the_recorder_cannot_read_is_a_gap(run: Run) -> None:
    path = run.file("sealed.bin", "x")
    run.recording["written"] = [{**entry(path, mode=0, existed=False), "digest": None}]
    snapshot = run.snapshot()
    assert snapshot.outputs == ()
    assert [gap.what for gap in snapshot.gaps] == [f"the output {path}"]


@pytest.mark.parametrize(
    ("existed", "what"),
    [(True, "was loaded as code, and the run wrote to it"), (False, "was written and then loaded as code by the run")],
)
def test_code_that_the_run_wrote_is_a_gap_that_claims_no_order_it_did_not_see(
    run: Run, existed: bool, what: str
) -> None:
    path = run.file("train.py", "pass\n")
    run.recording["loaded"] = [entry(path, kind="module", owner=None)]
    run.recording["written"] = [entry(path, mode=0o644, existed=existed)]
    assert [gap.what for gap in run.snapshot().gaps] == [f"{path} {what}"]


def test_a_file_read_and_then_written_in_place_is_a_gap(run: Run) -> None:
    path = run.file("state.txt", "2")
    run.recording["read"] = [entry(path, mode=0o644, changed=True, owner=None)]
    run.recording["written"] = [entry(path, mode=0o644, existed=True)]
    snapshot = run.snapshot()
    assert snapshot.inputs == ()
    assert "was read and then written" in snapshot.gaps[0].what


def test_an_input_that_changed_during_the_run_is_said(run: Run) -> None:
    path = run.file("data.csv", "1")
    run.recording["read"] = [entry(path, mode=0o644, changed=True, owner=None)]
    assert [gap.what for gap in run.snapshot().gaps] == [f"{path} changed during the run"]


def test_tracked_files_are_carried_and_untracked_used_ones_named(run: Run) -> None:
    train, helper, notes = run.file("train.py", "1"), run.file("helper.py", "2"), run.file("notes.txt", "3")
    run.recording["loaded"] = [entry(train, kind="module", owner=None), entry(helper, kind="module", owner=None)]
    tree = WorkingTree(
        root=run.root, commit="c" * 40, branch="main", remote="https://ada:s3cret@host/x",
        dirty=True,
        diff=b"+api_key = 'abcdef12345'\n",
        tracked=(Tracked(str(train), 0o100644, "a" * 40), Tracked(str(notes), 0o100644, "b" * 40)),
    )  # fmt: skip
    snapshot = run.snapshot(tree=tree)
    git = snapshot.source.git
    assert git is not None
    assert [Path(file.path).name for file in snapshot.source.files] == ["helper.py", "notes.txt", "train.py"]
    assert (git.dirty, git.untracked_used, git.remote) == (True, ("helper.py",), "https://<redacted>@host/x")
    assert git.diff is not None
    assert b"abcdef12345" not in run.store.blobs.get(git.diff.digest)


def test_secrets_are_redacted_from_words_and_streams(run: Run) -> None:
    run.recording["command"]["argv"] += ["--token", "hunter22"]
    snapshot = run.snapshot()
    command = snapshot.command
    assert command.argv == ("python", "train.py", "--token", "<redacted>")
    assert run.store.blobs.get(command.stdout.digest) == b"token=<redacted>\naccuracy 0.9\n"
    assert [gap.what for gap in snapshot.gaps] == ["a secret in word 3 of the command"]


def test_a_missing_recording_is_told(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="left no recording"):
        read_recording(tmp_path)


def test_a_recording_of_another_form_is_told(run: Run) -> None:
    run.recording["hardware"] = {"cpu": "x"}
    with pytest.raises(CaptureError, match="unknown form"):
        run.snapshot()


def test_a_replay_has_the_code_folders_of_the_original(run: Run) -> None:
    assert run.snapshot(roots=("/home/ada/project", "/home/ada/tabkit")).source.roots == (
        "/home/ada/project",
        "/home/ada/tabkit",
    )
