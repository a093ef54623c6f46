"""Whatever breaks around the recorder, the command's output and exit code are as without it, and a gap tells."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from reproof.recorder import level as levels
from reproof.recorder import table

from .conftest import SEARCH_PATH, Project, Recording, compiled

WORK = """
    import os, subprocess, sys
    for number in range(3000):
        open(f"out-{number}", "w").close()
    subprocess.run(["/bin/sh", "-c", "echo from a child; cat data.bin > copy.bin"], check=True)
    sys.exit(7)
"""


@pytest.fixture(params=["shim", "complete"])
def level(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table lies in the record's folder, as where the system has no files in memory."""

    def refuse(library: str, limit: int) -> None:
        raise OSError("no files in memory")

    monkeypatch.setattr(table, "create_hidden", refuse)


@pytest.fixture
def small_disk(project: Project) -> Iterator[Path]:
    """A file system of 6 MB as the record's folder."""
    project.folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(project.folder)]
    if subprocess.run(command, env={"PATH": SEARCH_PATH}, capture_output=True, check=False).returncode != 0:
        pytest.skip("a file system cannot be mounted here")
    yield project.folder
    subprocess.run(["umount", "-l", str(project.folder)], env={"PATH": SEARCH_PATH}, check=True)


def assert_as_without(project: Project, text: str, before: str = "") -> Recording:
    """Run a script without and with the recorder; `before` is Python that limits the process."""
    (project.root / "data.bin").write_text("1")
    project.script(text)
    program = f"{before}\nimport os, sys\nos.execv(sys.argv[1], sys.argv[1:])"
    limited = [project.python, "-c", program, project.python, "main.py"]
    bare = subprocess.run(limited, cwd=project.root, env=project.environ, capture_output=True, text=True, check=False)
    recording = project.record(limited)
    assert recording.stdout == bare.stdout
    assert recording.stderr == bare.stderr
    command = recording["command"]
    assert (command["exit_code"], command["signal"]) == (
        (bare.returncode, None) if bare.returncode >= 0 else (None, -bare.returncode)
    )
    return recording


@pytest.mark.usefixtures("in_a_file")
def test_a_disk_that_is_full_from_the_first_chunk_on_is_a_gap(project: Project, small_disk: Path) -> None:
    filler = small_disk / "filler"
    fill = f"""
    try: open({str(filler)!r}, "wb").write(bytes(8 << 20))
    except OSError: pass
    """
    many = "for number in range(30_000): open(f'{number:0150}', 'w').close(); os.remove(f'{number:0150}')"
    recording = assert_as_without(project, f"{fill}\n    import os\n    {many}\n    os.remove({str(filler)!r})")
    assert "the table of the run was full, or its disk" in recording.gaps().values()


@pytest.mark.parametrize(
    "damage",
    [
        "os.truncate(table, 0)",
        "os.unlink(table)",
        "os.chmod(table, 0)",
        "shutil.rmtree(record, ignore_errors=True)",
        "os.chmod(record, 0)",
    ],
)
def test_damage_to_the_record_in_mid_run_does_not_reach_the_run(project: Project, damage: str) -> None:
    find = """
    import os, shutil
    variables = open(f"/proc/{os.getpid()}/environ").read().split("\\0")
    table = next(word[14:] for word in variables if word.startswith("REPROOF_TABLE="))
    """
    do = f"""
    record = {str(project.folder)!r}
    try: {damage}
    except OSError: pass
    """
    project.script(find + do + WORK)
    (project.root / "data.bin").write_text("1")
    command = project.spec([project.python, "main.py"])
    done = subprocess.run(command, capture_output=True, text=True, env=project.environ, check=False)
    if project.folder.exists():
        project.folder.chmod(0o700)
    assert (done.returncode, done.stdout) == (7, "from a child\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "limit",
    ["NOFILE, (8, 8)", "FSIZE, (4096, 4096)", "AS, (150 << 20, 150 << 20)", "STACK, (1 << 20, 1 << 20)"],
)
def test_limits_that_the_command_sets_itself_hold_and_do_not_disturb(project: Project, limit: str) -> None:
    text = WORK.replace("import os", f"import os, resource; resource.setrlimit(resource.RLIMIT_{limit})\n    import os")
    recording = assert_as_without(project, text)
    assert "out-7" in recording.names("written")


@pytest.mark.parametrize("limit", ["NOFILE, (24, 24)", "FSIZE, (8 << 20, 8 << 20)", "CPU, (60, 60)"])
def test_limits_that_hold_for_the_recorder_too_do_not_disturb(project: Project, limit: str) -> None:
    project.script(WORK)
    (project.root / "data.bin").write_text("1")
    limiting = (
        f"import os, sys, resource; resource.setrlimit(resource.RLIMIT_{limit}); os.execv(sys.argv[1], sys.argv[1:])"
    )
    command = [project.python, "-c", limiting, *project.spec([project.python, "main.py"])]
    done = subprocess.run(command, capture_output=True, text=True, env=project.environ, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "from a child\n", "")
    assert "out-7" in project.recorded().names("written")


def test_a_program_that_closes_every_descriptor_goes_on_and_is_seen(project: Project) -> None:
    recording = assert_as_without(project, "    import os\n    os.closerange(0, 1000)\n    open('after.bin', 'w')")
    assert recording.names("written") == ["after.bin"]


def test_workers_that_are_killed_and_forks_in_threads_are_seen(project: Project) -> None:
    recording = assert_as_without(
        project,
        """
        import os, signal, threading
        def work(number):
            if not os.fork():
                open(f"w-{number}", "w").close()
                os.kill(os.getpid(), signal.SIGKILL)
            os.wait()
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        """,
    )
    assert recording.names("written") == [f"w-{number}" for number in range(8)]


@pytest.mark.parametrize("name", ["malloc", "open"])
def test_a_library_that_the_user_preloads_keeps_its_effect(project: Project, name: str) -> None:
    """An allocator of its own, and one that opens another file than was asked for."""
    sources = {
        "malloc": """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <unistd.h>
            #include <stdlib.h>
            void *malloc(size_t size) {
                static void *(*next)(size_t);
                if (!next) next = dlsym(RTLD_NEXT, "malloc");
                return next(size);
            }
            __attribute__((destructor)) static void end(void) { write(1, "own malloc\\n", 11); }
        """,
        "open": """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <string.h>
            int open64(const char *path, int flags, int mode) {
                int (*next)(const char *, int, int) = dlsym(RTLD_NEXT, "open64");
                return next(strcmp(path, "alias") ? path : "data.bin", flags, mode);
            }
        """,
    }
    library = compiled(project, sources[name], "-shared", "-fPIC", name=f"{name}.so")
    project.environ["LD_PRELOAD"] = str(library)
    text = "print(open('alias').read())" if name == "open" else "open('data.bin').read()"
    recording = assert_as_without(project, text)
    assert recording.names("read") == ["data.bin"]


def test_without_any_place_for_a_table_the_run_goes_on_at_a_lower_level(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(table, "create_hidden", refuse)
    monkeypatch.setattr(table, "create", refuse)
    recording = assert_as_without(project, WORK)
    assert recording["level"] == "hooks"
    why = recording.gaps()[f"the level {project.level}"]
    assert why.startswith("there is no room for its table (memory: [Errno 30] Read-only file system; ")


def test_the_table_in_memory_cannot_be_cut_short(project: Project) -> None:
    path, descriptor = table.create_hidden(levels.LIBRARY)
    with pytest.raises(PermissionError):
        os.truncate(path, 0)
    os.close(descriptor)
