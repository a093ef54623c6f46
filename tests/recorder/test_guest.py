"""What the guest notes inside Python processes, and that it disturbs nobody there."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from .conftest import Project, works

SEARCH_PATH = os.environ["PATH"]


def test_files_are_read_written_and_made(project: Project) -> None:
    (project.root / "data.csv").write_text("1,2")
    (project.root / "old.txt").write_text("before")
    recording = project.run(
        """
        import os
        text = open("data.csv").read()
        os.makedirs("out/deep", exist_ok=True)
        with open("out/deep/result.txt", "w") as file:
            file.write(text)
        with open("old.txt", "w") as file:
            file.write("after!")
        open("out/deep/result.txt").read()
        """
    )
    assert recording.names("loaded") == ["main.py"]
    assert recording.names("read") == ["data.csv"]
    assert {name: recording.entry("written", name)["existed"] for name in recording.names("written")} == {
        "old.txt": True,
        "out/deep/result.txt": False,
    }
    assert [str(project.root / "out"), str(project.root / "out/deep")] == recording["created_dirs"]
    digest = "sha256:" + hashlib.sha256(b"1,2").hexdigest()
    entry = recording.entry("read", "data.csv")
    assert (digest, 3, 0o644, False, None) == tuple(
        entry[key] for key in ("digest", "size", "mode", "changed", "owner")
    )


def test_a_relative_path_is_taken_from_where_the_process_was_then(project: Project) -> None:
    for folder in ("one", "two"):
        (project.root / folder).mkdir()
        (project.root / folder / "same.txt").write_text(folder)
    recording = project.run(
        """
        import os
        for folder in ("one", "../two"):
            os.chdir(folder)
            open("same.txt").read()
        descriptor = os.open("../one", os.O_RDONLY)
        os.rename("../one/same.txt", "moved.txt", dst_dir_fd=descriptor)
        """
    )
    assert recording.names("read") == ["two/same.txt"]
    assert recording.names("written") == ["one/moved.txt"]
    assert f"{project.root}/one/same.txt is gone" in recording.gaps()


def test_code_that_is_gone_at_the_end_is_a_gap(project: Project) -> None:
    project.script("", "code.py")
    project.script("", "kept.py")
    recording = project.run(
        """
        import os, shutil
        open("kept.py").close()
        open("code.py").close()
        shutil.copy2("kept.py", "passing.py")
        open("passing.py").close()
        os.remove("passing.py")
        os.remove("code.py")
        os.remove(__file__)
        """
    )
    gone = {f"{project.root}/{name} is gone" for name in ("main.py", "code.py")}
    assert gone == {what for what in recording.gaps() if what.endswith(" is gone")}
    assert recording.names("read") == []
    assert "kept.py" in recording.names("loaded")


@pytest.mark.parametrize("name", ["été 数据.txt", "two\nlines.txt", "tab\t'quote\".txt", "not-utf8-\udcff.txt"])
def test_names_may_hold_anything(project: Project, name: str) -> None:
    (project.root / name).write_text("x")
    recording = project.run(
        f"""
        open({name!r}).read()
        open({"out-" + name!r}, "w").close()
        """
    )
    assert [name] == recording.names("read")
    assert ["out-" + name] == recording.names("written")


def test_temporary_files_leave_no_trace_and_renamed_ones_are_known_by_their_last_name(project: Project) -> None:
    recording = project.run(
        """
        import os
        open("scratch", "w").close()
        os.remove("scratch")
        for number in (1, 2):
            with open("model.tmp", "w") as file:
                file.write(str(number))
            os.replace("model.tmp", f"model-{number}.bin")
        """
    )
    assert recording.names("written") == ["model-1.bin", "model-2.bin"]
    assert recording.names("read") == []


def test_what_a_file_held_before_it_was_appended_to_counts_as_read(project: Project) -> None:
    (project.root / "log.txt").write_text("first\n")
    recording = project.run("open('log.txt', 'a').write('second')")
    assert recording.names("read") == ["log.txt"]
    assert recording.entry("written", "log.txt")["existed"] is True


def test_an_input_that_somebody_else_changes_is_told(project: Project) -> None:
    (project.root / "data.csv").write_text("1")
    (project.root / "steady.csv").write_text("1")
    ready, changed = project.root.parent / "ready", project.root.parent / "changed"

    def change() -> None:
        while not ready.exists():
            time.sleep(0.01)
        (project.root.parent / "elsewhere").write_text("22")
        (project.root / "data.csv").unlink()
        (project.root / "data.csv").symlink_to("../elsewhere")
        changed.touch()

    somebody = threading.Thread(target=change)
    somebody.start()
    recording = project.run(
        """
        import os, time
        open("data.csv").read(), open("steady.csv").read()
        open("../ready", "w").close()
        while not os.path.exists("../changed"): time.sleep(0.01)
        """
    )
    somebody.join()
    assert recording.entry("read", "data.csv")["changed"] is True
    assert recording.entry("read", "steady.csv")["changed"] is False


@pytest.mark.parametrize("level", ["hooks"])
def test_a_program_that_is_no_python_is_a_gap_where_only_hooks_listen(project: Project) -> None:
    recording = project.run("import os; os.system('true')")
    assert "what these programs used: sh" in recording.gaps()


def test_what_native_programs_write_is_found_by_looking(project: Project) -> None:
    (project.root / "kept.txt").write_text("same")
    recording = project.run("import os; os.system('mkdir made; echo 1 > made/a; echo 2 > b')")
    assert recording.names("written") == ["b", "made/a"]
    assert [str(project.root / "made")] == recording["created_dirs"]


def test_notes_outlive_a_hard_end(project: Project) -> None:
    (project.root / "data.csv").write_text("1")
    recording = project.run("import os, helper; open('data.csv').read(); open('r', 'w').close(); os._exit(4)")
    assert recording["command"]["exit_code"] == 1
    project.script("", "helper.py")
    recording = project.run("import os, helper; open('data.csv').read(); open('r', 'w').close(); os._exit(4)")
    assert recording["command"]["exit_code"] == 4
    assert recording.names("loaded") == ["helper.py", "main.py"]
    assert (recording.names("read"), recording.names("written")) == (["data.csv"], ["r"])
    missing = {"hooks": "native libraries", "shim": "numerics settings"}[project.level]
    assert f"the {missing} of 1 of 1 Python processes" in recording.gaps()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_children_of_multiprocessing_are_followed(project: Project, method: str) -> None:
    project.script("VALUE = 1", "late.py")
    (project.root / "data.csv").write_text("1")
    recording = project.run(
        f"""
        import multiprocessing, os
        def work():
            import late, _bisect
            open("data.csv").read()
            open("out.txt", "w").close()
        if __name__ == "__main__":
            process = multiprocessing.get_context({method!r}).Process(target=work)
            process.start()
            process.join()
            raise SystemExit(process.exitcode)
        """
    )
    assert (recording["command"]["exit_code"], recording.stderr) == (0, "")
    assert recording.names("loaded") == ["late.py", "main.py"]
    assert (recording.names("read"), recording.names("written")) == (["data.csv"], ["out.txt"])
    expected = {"hooks": ["files that native code opens"], "shim": []}[project.level]
    assert expected == [what for what in recording.gaps() if "system libraries" not in what]


def test_children_by_subprocess_are_followed(project: Project) -> None:
    project.script("import helper; open('out.txt', 'w').close()", "child.py")
    project.script("", "helper.py")
    recording = project.run("import subprocess, sys; subprocess.run([sys.executable, 'child.py'])")
    assert recording.names("loaded") == ["child.py", "helper.py", "main.py"]
    assert os.path.realpath(sys.executable) in [e["path"] for e in recording["loaded"] if e["kind"] == "program"]


@pytest.mark.parametrize("level", ["hooks"])
@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("subprocess.run([sys.executable, '-I', '-c', ''])", "it was started with -I"),
        ("subprocess.run([sys.executable, '-uE', '-c', ''])", "it was started with -E"),
        ("subprocess.run([sys.executable, '-c', ''], env={})", "it was started with an environment of its own"),
        ("os.spawnve(os.P_WAIT, sys.executable, ['python', '-S', '-c', ''], os.environ)", "it was started with -S"),
    ],
)
def test_a_python_that_hides_from_us_is_a_gap(project: Project, start: str, why: str) -> None:
    recording = project.run(f"import os, subprocess, sys; {start}")
    assert why in recording.gaps().values()


def test_a_command_that_is_no_python_or_hides_has_no_interpreter(project: Project) -> None:
    what = {
        "hooks": "what the command loaded, read and wrote elsewhere",
        "shim": "the interpreter, its packages and settings",
    }[project.level]
    recording = project.record(["/bin/sh", "-c", "echo 1 > out.txt"])
    assert (recording["interpreter"], recording.names("written")) == (None, ["out.txt"])
    assert recording.gaps()[what].startswith("no Python process ")
    recording = project.record([project.python, "-I", "-c", "pass"])
    assert recording["interpreter"] is None
    assert recording.gaps()[what].startswith("Python was started with -I, which keeps the recorder")


def test_the_users_own_sitecustomize_runs_and_nothing_of_ours_shows(project: Project) -> None:
    project.script("import os; os.environ['GREETING'] = 'hello'", "site/sitecustomize.py")
    text = """
        import os, sys
        print(os.environ.get("GREETING"), sys.modules["sitecustomize"].__file__)
        print([entry for entry in sys.path if "guest" in entry], [name for name in sys.modules if "hook" in name])
        """
    project.script(text)
    recording = project.record([project.python, "main.py"], environ={"PYTHONPATH": str(project.root / "site")})
    assert f"hello {project.root}/site/sitecustomize.py\n[] []\n" == recording.stdout
    assert recording.names("loaded") == ["main.py", "site/sitecustomize.py"]


def test_an_error_in_the_users_sitecustomize_is_told_as_ever(project: Project) -> None:
    project.script("raise ValueError('of the user')", "site/sitecustomize.py")
    path = {"PYTHONPATH": str(project.root / "site")}
    without = subprocess.run(
        [project.python, "-c", ""], env={**project.environ, **path}, capture_output=True, text=True, check=True
    )
    recording = project.record([project.python, "-c", ""], environ=path)
    assert without.stderr == recording.stderr


def test_a_users_module_that_is_called_like_one_of_ours_or_of_the_library_is_not_imported(project: Project) -> None:
    for name in ("hook", "ending", "numerics", "ctypes", "hashlib", "struct", "json"):
        project.script("print('imported', __name__)", f"{name}.py")
    recording = project.run("import random; random.random()")
    assert (recording.stdout, recording.stderr) == ("", "")


def test_results_and_descriptors_are_what_they_would_be(project: Project) -> None:
    text = """
        import os, random, sys
        random.seed(1)
        print(random.random(), os.open("main.py", os.O_RDONLY), sys.flags, sys.getrecursionlimit(), sys.argv)
        os.closerange(3, 2000)
        print(os.open("main.py", os.O_RDONLY), len(open("main.py").read()))
        """
    recording = project.run(text)
    bare = subprocess.run(
        [project.python, "main.py"], cwd=project.root, env=project.environ, capture_output=True, text=True, check=True
    )
    assert bare.stdout == recording.stdout
    assert [entry["state"][:7] for entry in recording["randomness"] if entry["name"] == "random"] == ["sha256:"]
    assert recording["numerics"]["settings"]["python.hash_seed"] == "random"


def test_an_exception_of_the_users_signal_handler_is_not_swallowed(project: Project) -> None:
    recording = project.run(
        """
        import signal, time
        def late(*_): raise TimeoutError("in time")
        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            while True: open("main.py").close()
        except TimeoutError as error:
            print(error)
        """
    )
    assert recording.stdout == "in time\n"


def test_other_versions_of_python_are_recorded_too(project: Project) -> None:
    names = [f"python3.{minor}" for minor in range(6, 16)]
    found = [path for name in names if (path := shutil.which(name, path=SEARCH_PATH)) and works(path)]
    for program in {*found, sys.executable}:
        project.script("open('out.txt', 'w').close(); print('fine')")
        shutil.rmtree(project.folder, ignore_errors=True)
        recording = project.record([program, "main.py"])
        version = subprocess.run([program, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
        assert (version, "fine\n", "") == (recording["interpreter"]["version"], recording.stdout, recording.stderr)
        assert (recording.names("loaded"), recording.names("written")) == (["main.py"], ["out.txt"])
        assert Path(recording["interpreter"]["stdlib"], "os.py").is_file()


def test_copies_are_kept_of_what_would_be_lost_with_a_container(project: Project) -> None:
    (project.root / "data.csv").write_text("input")
    recording = project.run("open('out.txt', 'w').write(open('data.csv').read() + '!')", keep=True)
    entries = [recording.entry("written", "out.txt"), recording.entry("read", "data.csv")]
    kept = [project.folder / "kept" / entry["digest"].removeprefix("sha256:") for entry in entries]
    assert [path.read_text() for path in kept] == ["input!", "input"]
