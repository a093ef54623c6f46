"""What the preloaded library sees, and that it disturbs nobody: real processes, some of them compiled here."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import hatch_build
from reproof.recorder import level as levels
from reproof.recorder import table

from .conftest import Project

SEARCH_PATH = os.environ["PATH"]


@pytest.fixture
def level() -> str:
    return "shim"


def compiled(project: Project, text: str, *flags: str, name: str = "helper") -> Path:
    """Compile a C program into the project's parent and return its path."""
    source = project.root.parent / f"{name}.c"
    source.write_text(text)
    target = project.root.parent / name
    command = ["cc", "-w", "-o", str(target), str(source), *flags]
    subprocess.run(command, check=True, env={**os.environ, "PATH": SEARCH_PATH})
    return target


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
    assert (recording["level"], recording["command"]["exit_code"]) == ("shim", 0)
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
    killed = "the native libraries of 1 of 2 processes" in recording.gaps()
    assert killed is ("_exit" not in ending)


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


def test_a_child_that_asks_for_an_empty_environment_has_none_of_the_users(project: Project) -> None:
    recording = project.run("import subprocess; subprocess.run(['/usr/bin/env'], env={})")
    names = {line.partition("=")[0] for line in recording.stdout.splitlines()}
    assert names == {"LD_PRELOAD", "REPROOF_TABLE"}


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


# ---- many at once, and no room ----

CROWD = """
    #include <fcntl.h>
    #include <pthread.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <unistd.h>
    static int wrong, number;
    static void *work(void *seed) {
        char name[64];
        for (int i = 0; i < number; i++) {
            snprintf(name, sizeof name, "many/%d", (i * 7 + (int)(long)seed * 131) % number);
            int file = open(name, O_RDONLY);
            if (file < 0) __atomic_add_fetch(&wrong, 1, __ATOMIC_RELAXED);
            close(file);
        }
        return NULL;
    }
    int main(int argc, char **argv) {
        pthread_t threads[64];
        number = atoi(argv[1]);
        fork(); fork();
        for (long i = 0; i < 64; i++) pthread_create(&threads[i], NULL, work, (void *)i);
        for (int i = 0; i < 64; i++) pthread_join(threads[i], NULL);
        return wrong != 0;
    }
"""


def test_threads_and_processes_that_open_the_same_files_at_once_leave_one_note_each(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = compiled(project, CROWD, "-pthread")
    (project.root / "many").mkdir()
    for number in range(500):
        (project.root / "many" / str(number)).touch()
    seen: list[table.Table] = []
    read = table.read
    monkeypatch.setattr(table, "read", lambda path: seen.append(read(path)) or seen[-1])
    recording = project.record([str(helper), "500"])
    assert recording["command"]["exit_code"] == 0
    assert sorted(f"many/{number}" for number in range(500)) == recording.names("read")
    paths = [entry.path for entry in seen[0].entries if entry.kind == "r" and "/many/" in entry.path]
    assert (len(paths), len(set(paths))) == (500, 500)


def test_a_full_table_is_a_gap_and_the_run_goes_on(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    choose = levels.choose
    monkeypatch.setattr("reproof.recorder.launch.choose", lambda *given: choose(*given, limit=table.SMALLEST + 20_000))
    (project.root / "many").mkdir()
    for number in range(1000):
        (project.root / "many" / str(number)).touch()
    recording = project.run("for number in range(1000): open(f'many/{number}').close()")
    assert recording["command"]["exit_code"] == 0
    assert 50 < len(recording.names("read")) < 900
    assert "the table of the run was full, or its disk" in recording.gaps().values()


def test_many_files_go_through_all_levels_of_the_table(tmp_path: Path) -> None:
    """More than the first part holds: later chunks are mapped as they are needed."""
    target = tmp_path / "many"
    target.mkdir()
    path = tmp_path / "table"
    table.create(str(path), levels.LIBRARY)
    environ = {"LD_PRELOAD": levels.LIBRARY, "REPROOF_TABLE": str(path)}
    code = """
import os
open("x", "w")
for number in range(150_000):
    name = f"{number:0150}"
    os.rename("x", name)
    os.rename(name, "x")
"""
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True, env=environ, cwd=target)
    noted = table.read(str(path))
    placed = {entry.path for entry in noted.entries if entry.kind == "p"}
    assert (len(placed), noted.lost, noted.unresolved) == (150_001, 0, 0)


# ---- nothing of ours disturbs ----


@pytest.mark.parametrize(
    "damage", ["shutil.rmtree(record)", "os.chmod(record, 0o500)", "os.truncate(record + '/x', 0)"]
)
def test_a_recorder_folder_that_is_damaged_in_mid_run_does_not_disturb(project: Project, damage: str) -> None:
    project.folder.mkdir()
    (project.folder / "x").touch()
    project.script(
        f"""
        import os, shutil, subprocess, sys
        record = {str(project.folder)!r}
        {damage}
        if os.path.exists(record):
            os.chmod(record, 0o700)
        for number in range(2000):
            open(f"out-{{number}}.txt", "w").close()
        subprocess.run(["/bin/sh", "-c", "echo from a child"], check=True)
        sys.exit(7)
        """
    )
    command = project.spec([project.python, "main.py"])
    done = subprocess.run(command, capture_output=True, text=True, env=project.environ, check=False)
    assert (done.returncode, done.stdout) == (7, "from a child\n")
    assert "Traceback" not in done.stderr


def test_another_preloaded_library_stays_and_ours_does_not_show(project: Project) -> None:
    other = compiled(project, "int getppid(void) { return 4711; }", "-shared", "-fPIC", name="other.so")
    project.script(
        """
        import os, subprocess, sys
        print(os.getppid(), os.environ.get("LD_PRELOAD"), os.environ.get("REPROOF_TABLE"), flush=True)
        sys.argv[1:] or subprocess.run([sys.executable, "main.py", "x"])
        """
    )
    recording = project.record([project.python, "main.py"], environ={"LD_PRELOAD": str(other)})
    assert recording.stdout == f"4711 {other} None\n" * 2
    recording = project.record([project.python, "main.py"])
    assert all(line.endswith(" None None") for line in recording.stdout.splitlines())


def test_failures_are_the_callers_own(project: Project) -> None:
    text = """
        import errno, os
        def code(call, *args):
            try: return call(*args)
            except OSError as error: return errno.errorcode[error.errno]
        print(code(os.open, "missing", os.O_RDONLY), code(os.open, "x" * 300, os.O_RDONLY), code(os.mkdir, "."),
              code(os.rename, "missing", "y"), code(os.execv, "./missing", ["x"]), code(os.open, "", os.O_RDONLY),
              code(os.open, "main.py/x", os.O_RDONLY), code(os.posix_spawn, "./missing", ["x"], {}))
        """
    recording = project.run(text)
    bare = subprocess.run(
        [project.python, "main.py"], cwd=project.root, env=project.environ, capture_output=True, text=True, check=True
    )
    assert bare.stdout == recording.stdout


def test_opens_in_signal_handlers_and_vforks_are_safe(project: Project) -> None:
    helper = compiled(
        project,
        """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <signal.h>
        #include <stdio.h>
        #include <sys/time.h>
        #include <sys/wait.h>
        #include <unistd.h>
        static volatile int caught;
        static void handle(int number) {
            char name[] = "in-handler-0";
            name[11] += caught % 8;
            close(open(name, O_WRONLY | O_CREAT, 0644));
            caught++;
        }
        int main(void) {
            struct itimerval often = {{0, 500}, {0, 500}};
            char name[32];
            signal(SIGALRM, handle);
            setitimer(ITIMER_REAL, &often, 0);
            for (int i = 0; i < 20000; i++) {
                snprintf(name, sizeof name, "data-%d", i % 3000);
                int file = open(name, O_RDWR | O_CREAT, 0644);
                if (file < 0) return 2;
                close(file);
            }
            for (int i = 0; i < 50; i++) {
                if (!vfork()) { execl("/bin/true", "true", (char *)0); _exit(3); }
                int status;
                while (wait(&status) < 0);
                if (status) return 4;
            }
            return caught ? 0 : 5;
        }
        """,
    )
    recording = project.record([str(helper)])
    assert recording["command"]["exit_code"] == 0
    assert {f"data-{number}" for number in range(3000)} <= set(recording.names("written"))
    assert set(recording.gaps()) <= {
        "the packages that own system libraries",
        "the interpreter, its packages and settings",
    }


# ---- the level ----


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda library: None, "the package was built without a C compiler"),
        (lambda library: library.write_bytes(b"no library"), "the loader does not take it"),
        (lambda library: shutil.copy("/lib/x86_64-linux-gnu/libm.so.6", library), "it was loaded and did not answer"),
    ],
)
def test_a_shim_that_does_not_work_here_is_not_used_and_told(
    project: Project, monkeypatch: pytest.MonkeyPatch, damage: object, why: str
) -> None:
    library = project.root.parent / "shim.so"
    assert callable(damage)
    damage(library)
    monkeypatch.setattr(levels, "LIBRARY", str(library))
    (project.root / "data.csv").write_text("1")
    recording = project.run("open('data.csv').read()")
    assert (recording["level"], recording.names("read"), recording.stderr) == ("hooks", ["data.csv"], "")
    assert recording.gaps()["the level shim"].startswith(why)


def test_the_level_is_asked_for_by_variable_too(project: Project) -> None:
    project.script("pass")
    recording = project.record([project.python, "main.py"], environ={"REPROOF_LEVEL": "hooks"}, level=None)
    assert (recording["level"], "the level shim" in recording.gaps()) == ("hooks", False)


def test_no_table_is_left_behind(project: Project) -> None:
    project.run("pass")
    assert sorted(path.name for path in project.folder.iterdir()) == ["recording.json", "stderr", "stdout"]


# ---- the library itself ----


def test_the_library_asks_for_no_recent_libc() -> None:
    printed = subprocess.run(["objdump", "-T", levels.LIBRARY], capture_output=True, text=True, check=True).stdout
    versions = {tuple(map(int, word[7:-1].split("."))) for word in printed.split() if word.startswith("(GLIBC_")}
    assert max(versions) <= (2, 17)


def test_the_library_is_clean_under_the_sanitizers(tmp_path: Path) -> None:
    driver = tmp_path / "driver"
    source = Path(__file__).parent / "native" / "driver.c"
    flags = ["-std=gnu11", "-g", "-O1", "-w", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-pthread"]
    command = ["cc", *flags, "-I", str(hatch_build.NATIVE), "-o", str(driver), str(source)]
    subprocess.run(command, check=True)
    path = tmp_path / "table"
    table.create(str(path), levels.LIBRARY)
    work = tmp_path / "work"
    work.mkdir()
    environ = {"PATH": SEARCH_PATH, "REPROOF_TABLE": str(path), "ASAN_OPTIONS": "detect_leaks=0"}
    done = subprocess.run([str(driver)], cwd=work, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    noted = table.read(str(path))
    written = {entry.path for entry in noted.entries if entry.kind == "w"}
    assert {f"{work}/thread-{number}" for number in range(8)} <= written
    assert json.loads(done.stdout) == {"kinds": [1, 0], "kept": True, "added": True, "removed": True}
