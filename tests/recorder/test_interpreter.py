"""The interpreters of several layouts, each against what it says of itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reproof.model.environment import Interpreter
from tests.recorder.conda_prefix import install
from tests.recorder.conftest import Project, works

QUESTION = """
import json, os, sys, sysconfig
paths = sysconfig.get_paths()
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3], "executable": sys.executable, "prefix": sys.prefix,
    "base_prefix": sys.base_prefix, "stdlib": os.path.dirname(os.__file__), "purelib": paths["purelib"],
    "platlib": paths["platlib"], "binary": os.path.realpath(sys.executable)}))
"""


def here() -> list[str]:
    """Return the Pythons of this machine: the one that runs the tests, the system's, and pyenv's."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    names = [sys.executable, "/usr/bin/python3", *sorted(map(str, root.glob("versions/3.*/bin/python3")))]
    return [name for name in dict.fromkeys(names) if works(name)] if sys.platform == "linux" else []


@pytest.fixture
def level() -> str:
    return "hooks"


@pytest.mark.parametrize("virtual", ["no", "own", "system-site-packages"])
@pytest.mark.parametrize("program", here())
def test_its_folders_are_those_that_it_names_itself(project: Project, program: str, virtual: str) -> None:
    if virtual != "no":
        environment = project.root.parent / "environment"
        options = ["--without-pip"] + (["--system-site-packages"] if virtual != "own" else [])
        subprocess.run([program, "-m", "venv", *options, str(environment)], check=True, capture_output=True)
        program = str(environment / "bin" / "python")
    recording = project.record([program, "-c", QUESTION])
    said = json.loads(recording.stdout)
    interpreter = Interpreter(**recording["interpreter"])
    # In a virtual environment Debian's Python names `posix_prefix`, which is where `venv` puts things.
    assert {name: getattr(interpreter, name) for name in said} == said
    assert interpreter.system_site_packages == (virtual == "system-site-packages")
    assert interpreter.digest is not None and (interpreter.owner is not None) == said["binary"].startswith("/usr/bin/")
    assert (interpreter.implementation, recording["command"]["exit_code"]) == ("cpython", 0)


@pytest.fixture
def conda(tmp_path: Path) -> Path:
    """This Python in a prefix of its own with conda's records: a copied binary, and a linked standard library."""
    prefix = tmp_path / "conda" / "envs" / "train"
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    install(prefix, "python", {f"bin/{version}": "", f"lib/{version}/os.py": ""}, build="h955ad1f_0_cpython")
    shutil.copy(os.path.realpath(sys.executable), prefix / "bin" / version)
    (prefix / "lib" / version / "os.py").unlink()
    (prefix / "lib" / version).rmdir()
    (prefix / "lib" / version).symlink_to(Path(os.__file__).parent)
    for library in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
        (prefix / "lib" / library.name).symlink_to(library)
    return prefix / "bin" / version


def test_condas_interpreter_is_its_own_prefix_and_belongs_to_condas_package(project: Project, conda: Path) -> None:
    if not works(str(conda)):
        pytest.skip("this Python does not run from another place")
    recording = project.record([str(conda), "-c", "pass"])
    interpreter = Interpreter(**recording["interpreter"])
    prefix = str(conda.parent.parent)
    assert (interpreter.prefix, interpreter.base_prefix, interpreter.owner) == (prefix, prefix, None)
    owners = {entry["path"]: entry["owner"] for entry in recording["loaded"]}
    assert owners[str(conda)] == "conda:python"
    package = next(entry for entry in recording["system"]["packages"] if entry["manager"] == "conda")
    assert (package["name"], package["build"]) == ("python", "conda-forge/linux-64:h955ad1f_0_cpython")
