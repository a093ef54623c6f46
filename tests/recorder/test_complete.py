"""What the supervisor adds to the preloaded library at level `complete`, and that it changes nothing else."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

import hatch_build
from reproof.recorder import launch, start, table

from .conftest import SEARCH_PATH, Project, compiled

EXPECTED = {"the packages that own system libraries", "the interpreter, its packages and settings"}
"""Gaps that say nothing of files."""


@pytest.fixture
def level() -> str:
    return "complete"


def test_what_a_static_program_reads_makes_and_starts_is_seen(project: Project) -> None:
    helper = compiled(
        project,
        """
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <sys/stat.h>
        #include <unistd.h>
        int main(void) {
            int folder = open("folder", O_RDONLY | O_DIRECTORY);
            if (!fopen("r1", "r") || openat(folder, "r2", O_RDONLY) < 0) return 1;
            chdir("folder");
            if (open("../r3", O_RDONLY) < 0 || open("missing", O_RDONLY) >= 0) return 2;
            chdir("..");
            fclose(fopen("w1", "w"));
            close(openat(folder, "w2", O_WRONLY | O_CREAT, 0644));
            rename("w1", "p1"); linkat(folder, "w2", folder, "p2", 0); truncate("p3", 1); mkdir("d1", 0755);
            if (open("p1", O_WRONLY | O_CREAT | O_EXCL, 0644) >= 0) return 3;
            return system("/bin/cat r4 > /dev/null");
        }
        """,
        "-static",
    )
    (project.root / "folder").mkdir()
    for name in ("r1", "folder/r2", "r3", "r4", "p3"):
        (project.root / name).write_text("long")
    recording = project.record([str(helper)])
    assert (recording["level"], recording["command"]["exit_code"]) == ("complete", 0)
    assert recording.names("read") == ["folder/r2", "r1", "r3", "r4"]
    assert recording.names("written") == ["folder/p2", "folder/w2", "p1", "p3"]
    assert recording["created_dirs"] == [str(project.root / "d1")]
    assert {"cat", "dash"} <= {Path(entry["path"]).name for entry in recording["loaded"]}
    assert set(recording.gaps()) <= EXPECTED


def test_raw_calls_and_libraries_that_are_closed_again_are_seen(project: Project) -> None:
    library = compiled(project, "int answer = 42;", "-shared", "-fPIC", name="closed.so")
    helper = compiled(
        project,
        f"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdint.h>
        #include <sys/syscall.h>
        #include <unistd.h>
        int main(void) {{
            uint64_t how[3] = {{O_RDONLY, 0, 0}};
            if (syscall(SYS_openat, AT_FDCWD, "raw.bin", O_RDONLY) < 0) return 1;
            if (syscall(SYS_openat2, AT_FDCWD, "raw2.bin", how, sizeof how) < 0) return 2;
            void *library = dlopen("{library}", RTLD_NOW);
            return !library || dlclose(library);
        }}
        """,
    )
    for name in ("raw.bin", "raw2.bin"):
        (project.root / name).touch()
    recording = project.record([str(helper)])
    assert (recording["command"]["exit_code"], recording.names("read")) == (0, ["raw.bin", "raw2.bin"])
    kinds = {entry["path"]: entry["kind"] for entry in recording["loaded"]}
    assert kinds[str(library)] == "library"


def test_files_that_the_c_library_opens_for_itself_are_seen(project: Project) -> None:
    helper = compiled(
        project,
        "#include <time.h>\n#include <pwd.h>\nint main(void) { tzset(); return !getpwuid(0); }",
    )
    zone = Path("/usr/share/zoneinfo/Europe/Paris")
    zone = zone if zone.exists() else Path("/etc/localtime")
    recording = project.record([str(helper)], environ={"TZ": f":{zone}"})
    read = {entry["path"] for entry in recording["read"]}
    assert {str(zone), "/etc/passwd", "/etc/nsswitch.conf"} <= read | {os.path.realpath(path) for path in read}


def test_a_program_with_the_address_sanitizer_is_seen(project: Project) -> None:
    helper = compiled(project, '#include <stdio.h>\nint main(void) { return !fopen("a", "r"); }', "-fsanitize=address")
    (project.root / "a").touch()
    recording = project.record([str(helper)], environ={"ASAN_OPTIONS": "detect_leaks=0"})
    assert (recording["command"]["exit_code"], recording.names("read"), recording.stderr) == (0, ["a"], "")
    assert set(recording.gaps()) <= EXPECTED


def test_a_setuid_program_gains_no_rights_and_the_record_says_so(project: Project) -> None:
    helper = project.root.parent / "gaining"
    shutil.copy("/bin/true", helper)
    if os.getuid() != 0:
        pytest.skip("needs root to make a setuid program of another user")
    os.chown(helper, 65534, 65534)
    helper.chmod(0o4755)
    recording = project.run(f"import subprocess; subprocess.run([{str(helper)!r}], check=True)")
    why = recording.gaps()["the rights that these programs would have gained: gaining"]
    assert why == "a run that is watched at level complete can gain none"


def test_io_uring_is_a_gap(project: Project) -> None:
    recording = project.run(
        """
        import ctypes, platform
        number = 425  # io_uring_setup, on all architectures
        ctypes.CDLL(None).syscall(number, 1, ctypes.create_string_buffer(256))
        """
    )
    why = "files that are opened through io_uring are reported to nobody"
    assert recording.gaps()["what 1 io_uring instances opened"] == why


def test_inside_a_run_at_this_level_another_one_is_watched_by_the_library_alone(project: Project) -> None:
    (project.root / "data.bin").touch()
    project.script("open('data.bin')", "inner.py")
    inner = project.spec([project.python, "inner.py"])
    folder = project.root.parent / "inner-record"
    inner[inner.index(str(project.folder))] = str(folder)
    recording = project.record(inner)
    assert (recording["level"], recording["command"]["exit_code"]) == ("complete", 0)
    assert "data.bin" in recording.names("read")
    project.folder = folder
    lower = project.recorded()
    why = "the kernel does not take the filter (Device or resource busy)"
    assert (lower["level"], lower.gaps()["the level complete"]) == ("shim", why)
    assert lower.names("read") == ["data.bin"]


def test_a_program_that_cannot_be_run_is_refused_as_at_every_level(project: Project) -> None:
    program = project.root / "nonsense"
    program.write_bytes(b"\x7fELF and no more")
    program.chmod(0o755)
    with pytest.raises(launch.LaunchError, match="nonsense cannot be run: Exec format error"):
        project.record([str(program)])


def test_without_the_supervisor_the_level_is_lowered_and_told(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reproof.recorder.level.SUPERVISOR", str(project.root / "none"))
    recording = project.run("pass")
    why = "the package was built without its supervisor"
    assert (recording["level"], recording.gaps()["the level complete"]) == ("shim", why)


def test_a_supervisor_that_cannot_be_started_lowers_the_level(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = project.root.parent / "broken"
    broken.write_bytes(b"no program")
    broken.chmod(0o755)
    monkeypatch.setattr(start, "SUPERVISOR", str(broken))
    recording = project.run("print(1)")
    assert (recording["level"], recording.stdout) == ("shim", "1\n")
    assert recording.gaps()["the level complete"].endswith("broken cannot be run: Exec format error")


def test_opening_can_be_cancelled_and_interrupted_as_before(project: Project) -> None:
    """Both while it waits for the other end of a pipe."""
    helper = compiled(
        project,
        """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <pthread.h>
        #include <signal.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/stat.h>
        #include <unistd.h>
        static void *wait_for_it(void *unused) { open("pipe", O_RDONLY); return NULL; }
        static void handle(int number) {}
        int main(void) {
            pthread_t thread;
            void *end;
            mkfifo("pipe", 0644);
            pthread_create(&thread, NULL, wait_for_it, NULL);
            usleep(50000);
            pthread_cancel(thread);
            pthread_join(thread, &end);
            struct sigaction once = {.sa_handler = handle};
            sigaction(SIGALRM, &once, NULL);
            ualarm(50000, 0);
            int file = open("pipe", O_RDONLY);
            printf("%s %d %s\\n", end == PTHREAD_CANCELED ? "cancelled" : "went on", file, strerror(errno));
            return 0;
        }
        """,
        "-pthread",
    )
    assert project.record([str(helper)]).stdout == "cancelled -1 Interrupted system call\n"


def test_another_library_that_stands_before_the_c_library_is_still_called(project: Project) -> None:
    """It is linked, so it comes after the preloaded ones: a raw call would pass it by."""
    between = compiled(
        project,
        """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        int open(const char *path, int flags, int mode) {
            int (*next)(const char *, int, int) = dlsym(RTLD_NEXT, "open");
            return next(path[0] == '@' ? path + 1 : path, flags, mode);
        }
        """,
        "-shared",
        "-fPIC",
        name="libbetween.so",
    )
    text = '#include <fcntl.h>\nint main(void) { return open("@data.bin", O_RDONLY) < 0; }'
    helper = compiled(project, text, "-Wl,--no-as-needed", str(between))
    (project.root / "data.bin").touch()
    recording = project.record([str(helper)])
    assert (recording["command"]["exit_code"], "data.bin" in recording.names("read")) == (0, True)


def test_reports_of_every_kind_are_noted_cleanly_under_the_sanitizers(tmp_path: Path) -> None:
    """Of paths at the end of memory, endless, unmapped and without a folder, too."""
    driver, path, work = tmp_path / "driver", tmp_path / "table", tmp_path / "work"
    source = Path(__file__).parent / "native" / "reports_driver.c"
    flags = ["-std=gnu11", "-g", "-O1", "-w", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    subprocess.run(["cc", *flags, "-I", str(hatch_build.NATIVE), "-o", str(driver), str(source)], check=True)
    table.create(str(path), "/shim.so")
    work.mkdir()
    environ = {"PATH": SEARCH_PATH, "REPROOF_TABLE": str(path), "ASAN_OPTIONS": "detect_leaks=0"}
    done = subprocess.run([str(driver)], cwd=work, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"unresolved": 5, "rings": 1, "lost": 0}
    noted = {(entry.kind, Path(entry.path).name) for entry in table.read(str(path)).entries}
    assert noted == {("r", "in.bin"), ("w", "out.bin"), ("p", "placed"), ("x", "sh"), ("d", "folder")}
