"""A run in a conda prefix: its environment is deleted, carried as it was, and the run repeated."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from command_line import Shell

sys.path.append(str(Path(__file__).parents[1] / "recorder"))
from conda_prefix import adopt

LIBRARY = "int answer(void) { return 42; }\n"
MODULE = """
import ctypes, os, sys
library = ctypes.CDLL(os.path.join(sys.prefix, "lib", "libanswer.so"))
answer = library.answer
"""
TRAIN = """
import bz2, json, lzma, sqlite3, ssl, zlib  # a real conda brings their libraries; here they are the system's
import answers, click
json.dump({"answer": answers.answer(), "click": click.__name__}, open("result.json", "w"))
print("answer", answers.answer())
"""


def relocate(program: Path, base: Path) -> None:
    """Let a program look for its libraries beside itself, as conda's do: the text is replaced by a shorter one."""
    old, new = f"{base}/lib\0".encode(), b"$ORIGIN/../lib\0"
    program.write_bytes(program.read_bytes().replace(old, new.ljust(len(old), b"\0")))


def make_prefix(prefix: Path) -> Path:
    """Make an environment as conda does, from a copy of this interpreter, and put a package on top with pip."""
    base, minor = Path(sys.base_prefix), f"python{sysconfig.get_python_version()}"
    skipped = shutil.ignore_patterns("site-packages", "test", "tests", "__pycache__", "*.a", "idlelib")
    shutil.copytree(base / "lib" / minor, prefix / "lib" / minor, ignore=skipped, symlinks=True)
    for library in (base / "lib").glob("libpython*"):
        if ".so" in library.name:
            shutil.copy2(library, prefix / "lib" / library.name, follow_symlinks=False)
    (prefix / "bin").mkdir()
    shutil.copy2(base / "bin" / minor, prefix / "bin" / minor)
    relocate(prefix / "bin" / minor, base)
    (prefix / "bin" / "python").symlink_to(minor)
    python = [str(path.relative_to(prefix)) for path in sorted(prefix.rglob("*")) if not path.is_dir()]
    adopt(prefix, "python", python, version=sysconfig.get_python_version())
    subprocess.run(("gcc", "-shared", "-x", "c", "-", "-o", prefix / "lib" / "libanswer.so"), input=LIBRARY.encode(),
                   check=True)  # fmt: skip
    adopt(prefix, "libanswer", ["lib/libanswer.so"])
    site = prefix / "lib" / minor / "site-packages"
    info = site / "answers-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "answers.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: answers\nVersion: 1.0\n")
    (info / "INSTALLER").write_text("conda\n")
    adopt(prefix, "answers", [str(path.relative_to(prefix)) for path in (site / "answers.py", *sorted(info.iterdir()))])
    pip = (sys.executable, "-m", "pip", "--python", prefix / "bin" / "python", "install", "-q", "click")
    subprocess.run(pip, check=True)
    return prefix / "bin" / "python"


def test_a_run_in_a_conda_environment_is_repeated_when_the_environment_is_gone(builder: Shell, tmp_path: Path) -> None:
    prefix = tmp_path / "conda" / "envs" / "train"
    python = make_prefix(prefix)
    (builder.cwd / "train.py").write_text(TRAIN)
    ran = builder.reproof("run", "--", str(python), "train.py")
    assert ran.code == 0, ran
    snapshot = builder.runs()[0]["id"]
    shutil.rmtree(prefix)
    plan = builder.reproof("plan", snapshot)
    assert "conda environment" in plan.out and "carried: 3 packages" in plan.out, plan
    answer = builder.reproof("verify", snapshot, "--json")
    assert answer.code == 0, (answer.json["failure"], answer.json["reasons"])
    assert answer.json["outcome"] == "REPRODUCED"
    assert {result["status"] for result in answer.json["results"]} == {"identical"}
