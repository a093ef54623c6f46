"""Why a build failed, from lines as compilers, setuptools, pkg-config and CMake print them."""

from __future__ import annotations

import pytest

from reproof.build.diagnose import BuildFailure, absent_module, diagnose, lacking_requirements
from reproof.model.resolution import Obstacle

LINES = {
    "error: command 'gcc' failed: No such file or directory": ("no compiler", "gcc", "build-essential"),
    "unable to execute 'x86_64-linux-gnu-gcc': No such file or directory": ("no compiler", "gcc", "build-essential"),
    "error: [Errno 2] No such file or directory: 'g++'": ("no compiler", "g++", "build-essential"),
    "OSError: CUDA_HOME environment variable is not set.": ("no compiler", "NVIDIA", "CUDA toolkit"),
    "error: command '/usr/local/cuda/bin/nvcc' failed: No such file or directory":
        ("no compiler", "NVIDIA", "CUDA toolkit"),
    "x.c:1:10: fatal error: Python.h: No such file or directory": ("no compiler", "Python.h", "python3-dev"),
    "./psycopg/psycopg.h:36:10: fatal error: libpq-fe.h: No such file or directory":
        ("system library", "libpq-fe.h", "libpq-dev"),
    "src/_portaudiomodule.c:29:10: fatal error: portaudio.h: No such file or directory":
        ("system library", "portaudio.h", "portaudio19-dev"),
    "a.cc:3:10: fatal error: 'unheard/of.hpp' file not found": ("system library", "unheard/of.hpp", "unheard/of.hpp"),
    "/usr/bin/ld: cannot find -lxml2: No such file or directory": ("system library", "xml2", "libxml2-dev"),
    "Package cairo was not found in the pkg-config search path.": ("system library", "cairo", "libcairo2-dev"),
    "No package 'libffi' found": ("system library", "libffi", "libffi-dev"),
    "Error: pg_config executable not found.": ("system library", "pg_config", "libpq-dev"),
    "/bin/sh: 1: mysql_config: not found": ("system library", "mysql_config", "default-libmysqlclient-dev"),
    "RuntimeError: CMake must be installed to build the following extensions: dlib":
        ("system library", "cmake", "cmake"),
    "FileNotFoundError: [Errno 2] No such file or directory: 'swig'": ("system library", "swig", "swig"),
    "error: command 'swig' failed: No such file or directory": ("system library", "swig", "swig"),
    "urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>":
        ("broken build", "download", "wheel"),
    "OSError: [Errno 28] No space left on device": ("broken build", "room", "wheel"),
    "SyntaxError: Missing parentheses in call to 'print'. Did you mean print('x')?":
        ("no interpreter", "Python", "Python"),
    "ModuleNotFoundError: No module named '_winreg'": ("other platform", "_winreg", "leave it out"),
    "ModuleNotFoundError: No module named 'numpy'": ("not declared", "numpy", "numpy"),
    "The 'sklearn' PyPI package is deprecated, use 'scikit-learn'": ("placeholder", "placeholder", "scikit-learn"),
    "error: something nobody has seen": ("broken build", "ended with an error", "log"),
}  # fmt: skip


def of(log: str, package: str = "thing", limit: str | None = None) -> Obstacle:
    return diagnose(BuildFailure(package, "1.0", log, limit))


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_log_tells_kind_thing_and_remedy(line: str) -> None:
    kind, thing, remedy = LINES[line]
    found = of(f"running build\nrunning build_ext\n{line}\nerror: it failed\n")
    assert found.kind == kind
    assert "thing 1.0" in found.what and thing in found.what and remedy in found.remedy
    assert line in found.log and "error: it failed" in found.log


def test_a_limit_counts_more_than_what_the_log_says() -> None:
    found = of("fatal error: zlib.h: No such file or directory", limit="it was stopped after 30 minutes")
    assert found.kind == "broken build" and "stopped after 30 minutes" in found.what


def test_a_missing_header_explains_the_compiler_that_failed_after_it() -> None:
    log = "a.c:1:10: fatal error: ldap.h: No such file or directory\nerror: command '/usr/bin/gcc' failed with code 1"
    assert of(log).kind == "system library"


def test_what_is_known_of_a_distribution_is_the_remedy_where_the_log_tells_nothing() -> None:
    assert "libpq-dev" in of("error", "psycopg2").remedy
    assert "NVIDIA" in of("error", "torch-scatter").remedy


def test_only_the_last_lines_are_kept() -> None:
    kept = of("\n".join(f"line {number}" for number in range(500))).log.splitlines()
    assert kept[-1] == "line 499" and len(kept) < 30


def test_the_module_that_was_imported_last_is_the_missing_one() -> None:
    log = "ModuleNotFoundError: No module named 'optional'\n...\nModuleNotFoundError: No module named 'numpy.distutils'"
    assert absent_module(log) == "numpy.distutils"
    assert absent_module("ImportError: No module named numpy") == "numpy"
    assert absent_module("all is well") is None


def test_what_the_backend_asked_for_is_read_back() -> None:
    assert lacking_requirements('x\nreproof: requires ["cmake>=3.15", "ninja"]\n') == ["cmake>=3.15", "ninja"]
    assert lacking_requirements("reproof: requires [broken\nreproof: requires [broken]") == []
