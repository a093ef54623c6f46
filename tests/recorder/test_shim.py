"""What the preloaded library sees, alone and beside a supervisor: real processes, some of them compiled here."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reproof.recorder import level as levels

from .conftest import Project, compiled


@pytest.fixture(params=["shim", "complete"])
def level(request: pytest.FixtureRequest) -> str:
    return str(request.param)


# ---- what is seen ----


def test_files_that_native_code_opens_are_seen(project: Project) -> None:
    (project.root / "in.bin").write_bytes(b"native")
    recording = project.run(
        """
        import ctypes, sqlite3
        libc = ctypes.CDLL(None)
        libc.fopen.restype = ctypes.c_void_p
        for name, mode in ((b"in.bin", b"rb"), (b"out.bin", b"wb")):
            libc.fclose(ctypes.c_void_p(libc.fopen(name, mode)))
        connection = sqlite3.connect("runs.sqlite")
        connection.execute("create table runs (name)")
        connection.commit()
        """
    )
    assert (recording["level"], recording["command"]["exit_code"]) == (project.level, 0)
    assert recording.names("read") == ["in.bin"]
    assert recording.names("written") == ["out.bin", "runs.sqlite"]
    assert "files that native code opens" not in recording.gaps()


def test_every_way_to_open_or_place_a_file_is_seen(project: Project) -> None:
    helper = compiled(
        project,
        """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/stat.h>
        #include <unistd.h>
        int main(void) {
            int flags = getpid() ? O_RDONLY : 0, folder = open("folder", O_RDONLY | O_DIRECTORY);
            open("r1", flags); open64("r2", flags); openat(AT_FDCWD, "r3", flags); openat64(folder, "r4", flags);
            fopen("r5", "r"); fopen64("r6", "r"); freopen("r7", "r", stdin); open("./r8", flags);
            open("w1", O_WRONLY | O_CREAT, 0644); open64("w2", O_RDWR | O_CREAT | O_EXCL, 0644);
            openat(folder, "w3", O_WRONLY | O_CREAT, 0644); creat("w4", 0644); creat64("w5", 0644);
            fopen("w6", "w"); fopen64("w7", "a"); freopen("w8", "w", stdin);
            char made[] = "w9-XXXXXX", suffixed[] = "w10-XXXXXX.bin";
            mkstemp(made); mkostemps(suffixed, 4, O_CLOEXEC);
            rename(made, "p1"); renameat(AT_FDCWD, suffixed, folder, "p2"); link("w1", "p3");
            creat("passing", 0644); renameat2(AT_FDCWD, "passing", AT_FDCWD, "p4", RENAME_NOREPLACE);
            mkdir("d1", 0755); mkdirat(folder, "d2", 0755);
            return 0;
        }
        """,
        "-D_FORTIFY_SOURCE=2",
        "-O2",
    )
    (project.root / "folder").mkdir()
    for name in ("r1", "r2", "r3", "folder/r4", "r5", "r6", "r7", "r8"):
        (project.root / name).write_text(name)
    recording = project.record([str(helper)])
    assert recording.names("read") == ["folder/r4", "r1", "r2", "r3", "r5", "r6", "r7", "r8"]
    assert recording.names("written") == [
        "folder/p2", "folder/w3", "p1", "p3", "p4", "w1", "w2", "w4", "w5", "w6", "w7", "w8",
    ]  # fmt: skip
    assert [str(project.root / "d1"), str(project.root / "folder/d2")] == recording["created_dirs"]


def test_outputs_outside_the_working_directory_are_seen(project: Project) -> None:
    (project.root.parent / "elsewhere").mkdir()
    recording = project.run("import os; os.system('echo 1 > ../elsewhere/model.bin')")
    assert f"{project.root.parent}/elsewhere/model.bin" in [entry["path"] for entry in recording["written"]]


def test_a_folder_that_is_filled_and_then_renamed_is_written_under_its_last_name(project: Project) -> None:
    recording = project.run(
        """
        import os
        os.mkdir("../tmp-checkpoint")
        open("../tmp-checkpoint/weights.bin", "w").close()
        os.rename("../tmp-checkpoint", "../checkpoint-1")
        """
    )
    assert f"{project.root.parent}/checkpoint-1/weights.bin" in [entry["path"] for entry in recording["written"]]


@pytest.mark.parametrize("ending", ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_a_worker_that_ends_hard_is_seen(project: Project, ending: str) -> None:
    (project.root / "data.bin").write_text("1")
    recording = project.run(
        f"""
        import os, resource
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        if not os.fork():
            open("data.bin").read()
            open("out.bin", "w").close()
            {ending}
        os.wait()
        """
    )
    assert (recording.names("read"), recording.names("written")) == (["data.bin"], ["out.bin"])
    told = "the native libraries of 1 of 2 processes" in recording.gaps()
    assert told is ("_exit" not in ending and project.level == "shim")


def test_native_libraries_of_a_worker_that_ends_by_os_exit_are_listed(project: Project) -> None:
    recording = project.run(
        """
        import os
        if not os.fork():
            import _bisect, _ctypes
            os._exit(0)
        os.wait()
        """
    )
    kinds = {Path(entry["path"]).name.split(".")[0]: entry["kind"] for entry in recording["loaded"]}
    assert kinds["_ctypes"] == "library"


@pytest.mark.parametrize(
    "start",
    [
        "subprocess.run(['cat', 'data.bin'], env={}, executable='/bin/cat')",
        "subprocess.run(['/bin/cat', 'data.bin'], env={})",
        "subprocess.run(['/bin/cat', 'data.bin'], env=dict(os.environ))",
        "os.system('cat data.bin > /dev/null')",
        "os.spawnve(os.P_WAIT, '/bin/cat', ['cat', 'data.bin'], {'LC_ALL': 'C'})",
        "os.waitpid(os.posix_spawn('/bin/cat', ['cat', 'data.bin'], {}), 0)",
        "os.execve('/bin/cat', ['cat', 'data.bin'], {})",
        "os.execlp('env', 'env', '-i', '/bin/cat', 'data.bin')",
        "subprocess.run([sys.executable, '-I', '-S', '-c', 'open(\"data.bin\")'], env={})",
        "os.environ.clear(); subprocess.run(['/bin/sh', '-c', 'exec /bin/cat data.bin'])",
    ],
)
def test_children_are_seen_whatever_their_environment(project: Project, start: str) -> None:
    (project.root / "data.bin").write_text("1")
    recording = project.run(f"import os, subprocess, sys\n{start}", "x", keep=False)
    assert recording["command"]["exit_code"] == 0
    assert recording.names("read") == ["data.bin"]
    expected = {"the packages that own system libraries", "the numerics settings of 1 of 1 Python processes"}
    assert set(recording.gaps()) <= expected


def test_a_descriptor_that_was_handed_down_reaches_the_command(project: Project) -> None:
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    os.write(writing, b"from the shell")
    os.close(writing)
    try:
        recording = project.record(["/bin/sh", "-c", f"cat /dev/fd/{reading}"])
    finally:
        os.close(reading)
    assert recording["command"]["exit_code"] == 0
    assert (project.folder / "stdout").read_bytes() == b"from the shell"


def test_a_child_that_asks_for_an_empty_environment_has_none_of_the_users(project: Project) -> None:
    recording = project.run("import subprocess; subprocess.run(['/usr/bin/env'], env={})")
    names = {line.partition("=")[0] for line in recording.stdout.splitlines()}
    assert names == {"LD_PRELOAD", "REPROOF_TABLE"}


@pytest.mark.parametrize("level", ["shim"])
def test_a_static_program_is_a_gap(project: Project) -> None:
    helper = compiled(project, '#include <stdio.h>\nint main(void) { return !fopen("data.bin", "r"); }', "-static")
    (project.root / "data.bin").write_text("1")
    (project.root / "after.bin").write_text("1")
    why = "they are statically linked: nothing can be loaded into them"
    recording = project.run(f"import subprocess; subprocess.run([{str(helper)!r}], check=True); open('after.bin')")
    assert (recording.gaps()["what these programs used: helper"], recording.names("read")) == (why, ["after.bin"])
    recording = project.record([str(helper)])
    assert (recording.gaps()["what these programs used: helper"], recording["level"]) == (why, "shim")
    assert recording["command"]["exit_code"] == 0


@pytest.mark.parametrize("level", ["shim"])
def test_a_program_with_the_address_sanitizer_runs_and_is_a_gap(project: Project) -> None:
    helper = compiled(project, '#include <stdio.h>\nint main(void) { return puts("fine") < 0; }', "-fsanitize=address")
    why = "they are built with the address sanitizer, which lets no library come before it"
    for recording in (
        project.record([str(helper)]),
        project.run(f"import subprocess; subprocess.run([{str(helper)!r}], check=True)"),
    ):
        assert (recording["command"]["exit_code"], recording.stdout, recording.stderr) == (0, "fine\n", "")
        assert recording.gaps()["what these programs used: helper"] == why


def test_a_program_of_another_architecture_is_not_troubled(project: Project) -> None:
    """Its loader would complain about ours on stderr. This one cannot start here: it is told by its file."""
    foreign = bytearray(Path("/bin/true").read_bytes()[:4096])
    foreign[18:20] = b"\xf3\0"  # RISC-V
    program = project.root.parent / "foreign"
    program.write_bytes(foreign)
    program.chmod(0o755)
    recording = project.run(
        f"""
        import os
        try: os.execve({str(program)!r}, ["foreign"], dict(os.environ, LD_PRELOAD="/nowhere.so:{levels.LIBRARY}"))
        except OSError as error: print(type(error).__name__)
        """
    )
    assert recording.stdout == "OSError\n"
    assert recording.gaps()["what these programs used: foreign"] == "they are of another architecture than the recorder"


# ---- paths ----


def test_relative_paths_are_taken_from_where_the_process_was_then(project: Project) -> None:
    recording = project.run(
        """
        import os
        os.makedirs("one/two")
        for folder in ("one", "two"):
            os.chdir(folder)
            os.system("echo 1 > here.txt; cat < here.txt > copy.txt")
        descriptor = os.open("..", os.O_RDONLY)
        os.close(os.open("by-folder.txt", os.O_WRONLY | os.O_CREAT, dir_fd=descriptor))
        """
    )
    names = ["one/by-folder.txt", "one/copy.txt", "one/here.txt", "one/two/copy.txt", "one/two/here.txt"]
    assert names == recording.names("written")


def test_a_path_that_is_too_long_is_a_gap(project: Project) -> None:
    recording = project.run(
        """
        import os
        for _ in range(20):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)
        open("deep.txt", "w").close()
        """
    )
    assert recording["command"]["exit_code"] == 0
    assert any(why.startswith("their folder has no path, or one") for why in recording.gaps().values())


@pytest.mark.parametrize("name", ["été 数据.bin", "two\nlines.bin", "not-utf8-\udcff.bin", "x" * 250])
def test_names_may_hold_anything(project: Project, name: str) -> None:
    (project.root / name).write_text("x")
    recording = project.run(f"import os; os.spawnlp(os.P_WAIT, 'cp', 'cp', {name!r}, 'copy')")
    assert (recording.names("read"), recording.names("written")) == ([name], ["copy"])


# ---- files that do not stay ----


@pytest.mark.parametrize("level", ["shim"])
def test_an_input_that_is_replaced_by_an_equal_looking_file_has_changed(project: Project) -> None:
    """Same size and same time: only the inode tells. A file that was only read is as it was."""
    folder = project.root.parent / "inputs"
    folder.mkdir()
    for name in ("data.bin", "other.bin", "steady.bin"):
        (folder / name).write_text(name[:4])
        os.utime(folder / name, ns=(1, 10**18))
    helper = compiled(
        project,
        """
        #include <stdio.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        int main(void) {
            fclose(fopen("../inputs/data.bin", "r"));
            fclose(fopen("../inputs/steady.bin", "r"));
            return syscall(SYS_renameat, -100, "../inputs/other.bin", -100, "../inputs/data.bin") != 0;
        }
        """,
    )
    recording = project.record([str(helper)])
    assert recording["command"]["exit_code"] == 0
    changed = {Path(entry["path"]).name: entry["changed"] for entry in recording["read"] if "inputs" in entry["path"]}
    assert changed == {"data.bin": True, "steady.bin": False}


def test_temporary_files_are_told_apart_from_results(project: Project) -> None:
    (project.root / "old.bin").write_text("1")
    recording = project.run(
        """
        import os, tempfile
        with tempfile.NamedTemporaryFile(dir="."): pass
        for name in ("scratch", "partial", "old.bin"): open(name, "w").close()
        os.remove("scratch"), os.remove("old.bin"), os.replace("partial", "final")
        """
    )
    names = [os.path.relpath(path, project.root) for path in recording["temporaries"]]
    assert (names[:2], [name[:3] for name in names[2:]]) == (["partial", "scratch"], ["tmp"])
    assert recording.names("written") == ["final"]


def test_of_many_temporary_files_the_first_thousand_are_named(project: Project) -> None:
    recording = project.run("import os\nfor i in range(1300): open(f'{i:04}', 'w').close(); os.remove(f'{i:04}')")
    assert [Path(path).name for path in recording["temporaries"]] == [f"{number:04}" for number in range(1000)]
    assert recording.gaps()["the names of 300 temporary files"] == "there were 1,300, and 1,000 are listed"
