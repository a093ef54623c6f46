"""A run at level `complete` goes on whatever happens to the supervisor, its guardian and `reproof run` itself."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

import hatch_build

from .conftest import SEARCH_PATH, Project, Recording, compiled

STORM = """
    #define _GNU_SOURCE
    #include <errno.h>
    #include <pthread.h>
    #include <signal.h>
    #include <stdlib.h>
    #include <sys/prctl.h>
    #include <sys/wait.h>
    #include "table.h"
    #include <stdio.h>
    #include <unistd.h>
    static volatile int failed, error, done;
    static void *open_all(void *first) {  /* by calls that nobody marks */
        char name[512];
        for (long i = (long)first; i < 10000; i += 4) {
            snprintf(name, sizeof name, "MANY/%ld", i);
            long file = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY);
            if (file < 0) failed++, error = errno;
            close(file);
        }
        done++;
        return NULL;
    }
    int main(int argc, char **argv) {
        pthread_t threads[4];
        long file = open(getenv("REPROOF_TABLE"), O_RDWR);
        table = (struct header *)mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        for (long i = 0; i < 4; i++) pthread_create(&threads[i], NULL, open_all, (void *)i);
        for (int round = 0; round < 5 && done < 4; round++) {
            usleep(3000);
            for (int i = 1; i + 1 < argc; i += 2) {
                int process = argv[i][0] == 's' ? table->supervisor : table->guardian;
                if (process > 1) kill(process, atoi(argv[i + 1]));
            }
            if (argc > 2 && atoi(argv[2]) == SIGSTOP) usleep(1000000);
        }
        for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
        printf("%d %s\\n", failed, failed ? strerrorname_np(error) : "");
        close(open("finished", O_WRONLY | O_CREAT, 0644));
        return failed != 0;
    }
"""


@pytest.fixture
def level() -> str:
    return "complete"


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 10,000 files."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(10_000):
        (folder / str(number)).touch()
    return folder


@pytest.fixture
def storm(project: Project, many: Path) -> Path:
    """A program that opens 10,000 files in four threads, and sends signals to the protectors meanwhile."""
    return compiled(project, STORM.replace("MANY", str(many)), "-pthread", "-I", str(hatch_build.NATIVE))


def opened(recording: Recording, many: Path) -> set[str]:
    """Return which of the files are in a recording."""
    return {Path(entry["path"]).name for entry in recording["read"] if Path(entry["path"]).parent == many}


def protectors(recorder: int) -> list[int]:
    """Return the protectors of runs that a process recorded: they have its table mapped, whose name has its id."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_one = (process / "comm").read_text() == "reproof-watch\n"
            if is_one and f"/memfd:reproof-{recorder} " in (process / "maps").read_text():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def assert_none_stays(recorder: int | None = None) -> None:
    deadline = time.monotonic() + 10
    while protectors(recorder or os.getpid()):
        assert time.monotonic() < deadline, "a protector outlives its run"
        time.sleep(0.05)


@pytest.mark.parametrize("signal", [9, 11, 6, 15, 1])
@pytest.mark.parametrize("who", [["s"], ["g"]])
def test_every_open_succeeds_and_is_noted_when_a_protector_is_ended(
    project: Project, storm: Path, many: Path, who: list[str], signal: int
) -> None:
    recording = project.record([str(storm), *who, str(signal)])
    assert (recording["level"], recording["command"]["exit_code"], recording.stdout) == ("complete", 0, "0 \n")
    assert opened(recording, many) == {str(number) for number in range(10_000)}
    assert_none_stays()


@pytest.mark.parametrize("who", ["s", "g"])
def test_every_open_succeeds_when_a_protector_is_stopped(project: Project, storm: Path, many: Path, who: str) -> None:
    recording = project.record([str(storm), who, "19"])
    assert (recording["command"]["exit_code"], recording.stdout) == (0, "0 \n")
    missed = 10_000 - len(opened(recording, many))
    told = [what for what, why in recording.gaps().items() if why == "the supervisor ended or hung just then"]
    assert missed <= 5
    assert told or not missed
    assert_none_stays()


def test_opens_wait_no_longer_than_a_second_for_a_supervisor_that_is_stopped(project: Project, storm: Path) -> None:
    start = time.monotonic()
    project.record([str(storm), "s", "19"])
    assert time.monotonic() - start < 20  # five stops


def test_if_both_are_ended_at_once_calls_that_nobody_marks_are_refused(project: Project, storm: Path) -> None:
    """The reason why this level is on request; the library's own calls go on, and nothing hangs."""
    recording = project.record([str(storm), "g", "9", "s", "9"])
    assert recording.stdout.split()[-1] in ("0", "ENOSYS")
    assert recording.names("written") == ["finished"]


def test_the_command_goes_on_when_reproof_itself_is_killed(project: Project, storm: Path) -> None:
    project.script(
        f"""
        import os, subprocess, time
        os.kill(os.getppid(), 9)
        time.sleep(0.2)
        null = open(os.devnull, "w")
        code = subprocess.run([{str(storm)!r}], stdout=null).returncode
        open("code", "w").write(str(code))
        """
    )
    command = project.spec([project.python, "main.py"])
    recorder = subprocess.Popen(command, env=project.environ)
    assert recorder.wait() == -9
    deadline = time.monotonic() + 60
    while not (project.root / "code").exists() or not (project.root / "code").read_text():
        assert time.monotonic() < deadline, "the command hangs"
        time.sleep(0.05)
    assert (project.root / "code").read_text() == "0"
    assert_none_stays(recorder.pid)


def test_a_process_that_outlives_the_run_is_still_answered(project: Project) -> None:
    code = "sleep 1; cat main.py > late; echo done >> late"
    recording = project.run(f"import subprocess; subprocess.Popen(['/bin/sh', '-c', {code!r}], stdout=-3, stderr=-3)")
    assert recording["command"]["exit_code"] == 0
    deadline = time.monotonic() + 20
    while not (project.root / "late").exists() or "done" not in (project.root / "late").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert_none_stays()


def test_a_terminal_signal_to_the_group_does_not_reach_the_protectors(project: Project) -> None:
    project.script("import os, signal; os.killpg(0, signal.SIGINT)")
    command = project.spec([project.python, "main.py"])
    environ = {**project.environ, "PATH": SEARCH_PATH}
    recorder = subprocess.Popen(command, env=environ, start_new_session=True)
    assert (recorder.wait(), project.recorded()["level"]) == (130, "complete")
    assert_none_stays(recorder.pid)


def test_the_supervisor_needs_no_c_library_and_can_be_read() -> None:
    printed = subprocess.run(
        ["readelf", "-lW", hatch_build.SUPERVISOR], capture_output=True, text=True, check=True
    ).stdout
    assert "INTERP" not in printed and hatch_build.newest_libc(hatch_build.SUPERVISOR.read_bytes()) == (0, 0)
    assert os.access(hatch_build.SUPERVISOR, os.X_OK)
