"""The preloaded library disturbs nobody, whatever happens to it: crowds, no room, damage, other libraries."""

from __future__ import annotations

import json
import platform
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import hatch_build
from reproof.recorder import level as levels
from reproof.recorder import table

from .conftest import SEARCH_PATH, Project, compiled


@pytest.fixture(params=["shim", "complete"])
def level(request: pytest.FixtureRequest) -> str:
    return str(request.param)


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
    monkeypatch.setattr(
        "reproof.recorder.launch.choose", lambda *given, **how: choose(*given, limit=table.SMALLEST + 20_000, **how)
    )
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


@pytest.mark.parametrize("level", ["shim"])
@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda project, library: None, "the package was built without a C compiler"),
        (lambda project, library: library.write_bytes(b"no library"), "the loader does not take it"),
        (
            lambda project, library: compiled(project, "int other;", "-shared", "-fPIC", name=library.name),
            "it was loaded and did not answer",
        ),
    ],
)
def test_a_shim_that_does_not_work_here_is_not_used_and_told(
    project: Project, monkeypatch: pytest.MonkeyPatch, damage: object, why: str
) -> None:
    library = project.root.parent / "shim.so"
    assert callable(damage)
    damage(project, library)
    monkeypatch.setattr(levels, "LIBRARY", str(library))
    (project.root / "data.csv").write_text("1")
    recording = project.run("open('data.csv').read()")
    assert (recording["level"], recording.names("read"), recording.stderr) == ("hooks", ["data.csv"], "")
    assert recording.gaps()["the level shim"].startswith(why)


@pytest.mark.parametrize("level", ["shim"])
def test_the_level_is_asked_for_by_variable_too(project: Project) -> None:
    project.script("pass")
    recording = project.record([project.python, "main.py"], environ={"REPROOF_LEVEL": "hooks"}, level=None)
    assert (recording["level"], "the level shim" in recording.gaps()) == ("hooks", False)


def test_no_table_is_left_behind(project: Project) -> None:
    project.run("pass")
    assert sorted(path.name for path in project.folder.iterdir()) == ["stderr", "stdout"]


# ---- the library itself ----


def test_the_library_asks_for_no_recent_libc_and_its_wheel_says_so() -> None:
    printed = subprocess.run(["objdump", "-T", levels.LIBRARY], capture_output=True, text=True, check=True).stdout
    versions = {tuple(map(int, word[7:-1].split("."))) for word in printed.split() if word.startswith("(GLIBC_")}
    library = Path(levels.LIBRARY).read_bytes()
    assert max(versions) == hatch_build.newest_libc(library) <= hatch_build.OLDEST_LIBC
    machine = platform.machine()
    assert hatch_build.wheel_tag(library) == f"py3-none-manylinux_2_17_{machine}.manylinux2014_{machine}"


def test_a_library_that_asks_for_a_recent_libc_is_for_this_machine_alone() -> None:
    assert hatch_build.wheel_tag(b"\0GLIBC_2.2.5\0GLIBC_2.34\0") == f"py3-none-linux_{platform.machine()}"
    assert hatch_build.newest_libc(b"\0GLIBC_2.9\0GLIBC_2.14\0") == (2, 14)


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


@pytest.mark.skipif(not shutil.which("aarch64-linux-gnu-gcc"), reason="needs Debian's gcc-aarch64-linux-gnu")
@pytest.mark.skipif(not shutil.which("qemu-aarch64"), reason="needs Debian's qemu-user")
def test_on_arm64_the_library_works_and_the_supervisor_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under an emulator, which knows no filters: the supervisor only says so there."""
    monkeypatch.setenv("CC", "aarch64-linux-gnu-gcc")
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    supervisor, driver, path = tmp_path / "supervisor", tmp_path / "driver", tmp_path / "table"
    assert hatch_build.compile_shim(tmp_path / "shim.so") is None
    assert hatch_build.compile_supervisor(supervisor) is None
    assert hatch_build.newest_libc((tmp_path / "shim.so").read_bytes()) <= hatch_build.OLDEST_LIBC
    source = Path(__file__).parent / "native" / "driver.c"
    command = ["aarch64-linux-gnu-gcc", "-std=gnu11", "-O1", "-w", "-pthread", "-I", str(hatch_build.NATIVE)]
    subprocess.run([*command, "-o", str(driver), str(source)], check=True)
    table.create(str(path), levels.LIBRARY)
    emulator = ["qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]
    environ = {"PATH": SEARCH_PATH, "REPROOF_TABLE": str(path)}
    done = subprocess.run(
        [*emulator, str(driver), str(driver)], cwd=tmp_path, env=environ, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == {"kinds": [1, 0], "kept": True, "added": True, "removed": True}
    told = subprocess.run(
        [*emulator, str(supervisor), "1", "/nowhere", "/bin/true", "1", "true", ""], capture_output=True, check=False
    )
    assert (told.returncode, struct.unpack("<2i", told.stdout)) == (125, (1, 2))
