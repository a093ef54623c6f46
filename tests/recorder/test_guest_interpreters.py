"""Every Python that is installed here, started in the ways that people start it: the same with us as without."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipapp
from pathlib import Path

import pytest

from reproof.capture.generators import learn_generators

from .conftest import Project, Recording, works

VERSIONS = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
ON_PATH = [path for minor in range(6, 16) if (path := shutil.which(f"python3.{minor}")) and "/shims/" not in path]
FOUND = [str(Path(sys.executable).resolve()), *ON_PATH, *map(str, VERSIONS.glob("3.*/bin/python3"))]
BY_FILE = {Path(path).resolve(): path for path in FOUND if works(path)}
"""One path for each interpreter; those that are not there, or older than 3.6, are not tested."""

TELL = """
import colorsys, os, random, sys
random.seed(3)
print(sys.argv, [entry for entry in sys.path], sys.flags, random.random())
print(__name__, __builtins__ is not None, "guest" in repr(sys.modules), os.environ.get("GREETING"))
"""


def version(path: str) -> tuple[int, int]:
    code = "import sys; print(*sys.version_info[:2])"
    text = subprocess.run([path, "-c", code], capture_output=True, text=True, check=True).stdout
    major, minor = text.split()
    return int(major), int(minor)


INTERPRETERS = {path: version(path) for path in BY_FILE.values()}
every = pytest.mark.parametrize("program", [path for path, found in INTERPRETERS.items() if found >= (3, 6)])


@pytest.fixture
def level() -> str:
    """The level that is chosen where nobody asks; what differs without the shim is tested with one interpreter."""
    return "shim"


def compare(project: Project, argv: list[str], stdin: Path | None = None, **environ: str) -> Recording:
    """Run a command without us and with us; what it says must be the same. Return the recording."""
    variables = {**project.environ, **environ}
    with (stdin or Path(os.devnull)).open() as given:
        alone = subprocess.run(argv, cwd=project.root, env=variables, stdin=given, capture_output=True, text=True)
    saved = os.dup(0)
    try:
        with (stdin or Path(os.devnull)).open() as given:
            os.dup2(given.fileno(), 0)
        shutil.rmtree(project.folder, ignore_errors=True)
        recording = project.record(argv, environ=environ)
    finally:
        os.dup2(saved, 0)
        os.close(saved)
    assert (recording.stdout, recording.stderr) == (alone.stdout, alone.stderr)
    assert recording["command"]["exit_code"] == alone.returncode == 0
    return recording


def is_told_of(recording: Recording, program: str) -> bool:
    """Say whether the guest was in: it told which Python this is, and with what `random` was seeded."""
    place = recording["interpreter"]
    if place is None:
        return False
    found = {generator.name: generator for generator in learn_generators(recording["randomness"], (), ())}
    assert found["random"].seed == "3"
    return tuple(int(part) for part in place["version"].split(".")[:2]) == INTERPRETERS[program]


@every
def test_as_a_script_a_module_a_zipped_program_and_from_stdin(project: Project, program: str) -> None:
    script = project.script(TELL)
    project.script(TELL, "package/__main__.py")
    zipapp.create_archive(project.root / "package", project.root / "program.pyz")
    for words, stdin in (
        (["main.py", "--lr", "0.1"], None),
        (["-m", "main", "a"], None),
        (["-m", "package"], None),
        (["package"], None),
        (["program.pyz", "b"], None),
        (["-c", TELL], None),
        (["-"], script),
        ([], script),
    ):
        assert is_told_of(compare(project, [program, *words], stdin), program), words


@every
def test_with_options_that_keep_their_meaning(project: Project, program: str) -> None:
    project.script(TELL)
    project.script("", "elsewhere/useful.py")
    path = str(project.root / "elsewhere")
    for option in ("-I", "-E", "-S"):
        hidden = "import sys; sys.path[:] = [e for e in sys.path if not e.endswith('recorder/guest')]\n"
        project.script((hidden if option == "-S" else "") + TELL)  # nobody is there to take our folder out of the path
        recording = compare(project, [program, option, "main.py"], PYTHONPATH=path)
        assert not is_told_of(recording, program)
        why = recording.gaps()["the interpreter, its packages and settings"]
        assert why == f"Python was started with {option}, which keeps the recorder's part in Python out"
    project.script(TELL)
    options = ["-s", "-O", "-u", "-B", "-R", "-W ignore", "-q"] + (["-P"] if INTERPRETERS[program] >= (3, 11) else [])
    for option in options:
        assert is_told_of(compare(project, [program, *option.split(), "main.py"], PYTHONPATH=path), program), option


@every
def test_with_customisations_of_the_users_own(project: Project, program: str) -> None:
    project.script(TELL)
    project.script("import os; os.environ['GREETING'] = 'hello'", "site/sitecustomize.py")
    major, minor = INTERPRETERS[program]
    folder = f"user/lib/python{major}.{minor}/site-packages"
    project.script("import os; os.environ['GREETING'] += ', user'", f"{folder}/usercustomize.py")
    recording = compare(
        project, [program, "main.py"],
        PYTHONPATH=str(project.root / "site"), PYTHONUSERBASE=str(project.root / "user"),
    )  # fmt: skip
    assert is_told_of(recording, program)
    assert "hello, user" in recording.stdout
    assert {"main.py", "site/sitecustomize.py", f"{folder}/usercustomize.py"} <= set(recording.names("loaded"))


@every
def test_in_a_virtual_environment(project: Project, program: str) -> None:
    project.script(TELL)
    environment = project.root / "venv"
    (environment / "bin").mkdir(parents=True)
    (environment / "pyvenv.cfg").write_text(f"home = {Path(program).resolve().parent}\n")
    python = environment / "bin" / "python"
    python.symlink_to(Path(program).resolve())
    recording = compare(project, [str(python), "main.py"])
    assert is_told_of(recording, program)
    assert recording["interpreter"]["prefix"] == str(environment)


@every
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_with_workers(project: Project, program: str, method: str) -> None:
    project.script(
        f"""
        import multiprocessing, random
        def work(number):
            random.seed(number)
            return random.random()
        if __name__ == "__main__":
            random.seed(3)
            with multiprocessing.get_context({method!r}).Pool(2) as pool:
                print(pool.map(work, range(4)))
                pool.close()
                pool.join()
        """
    )
    assert is_told_of(compare(project, [program, "main.py"]), program)


@every
def test_an_error_has_the_traceback_that_it_always_had(project: Project, program: str) -> None:
    project.script("import csv\ndef go():\n    import absent_1\ngo()")
    alone = subprocess.run([program, "main.py"], cwd=project.root, env=project.environ, capture_output=True, text=True)
    recording = project.record([program, "main.py"])
    assert (alone.returncode, recording.stderr) == (1, alone.stderr)
