"""What a failed import, or the end of a program, is taken to mean."""

from __future__ import annotations

import json

import pytest

from reproof.model.execution import FailedImport
from reproof.revive.failures import (
    explain_import,
    explain_run,
    failed_cells,
    last_error,
    missing_library,
    missing_module,
)

TRACEBACK = 'Traceback (most recent call last):\n  File "main.py", line 3, in <module>\n    run()\n'


def failed(module: str, error: str, text: str, missing: str | None = None) -> FailedImport:
    return FailedImport(module=module, error=error, text=text, missing=missing)


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("ModuleNotFoundError: No module named 'cv2'", "cv2"),
        ("ImportError: No module named yaml", "yaml"),
        ("ImportError: Missing optional dependency 'xlrd'. Install xlrd >= 0.9.0", "xlrd"),
        ("ImportError: You need h5py: pip install h5py", "h5py"),
        ("ValueError: math domain error", None),
    ],
)
def test_a_module_that_is_not_installed_is_named(line: str, module: str | None) -> None:
    assert missing_module(line) == module


def test_a_shared_library_that_is_not_there_is_named() -> None:
    line = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"
    assert missing_library(line) == "libGL.so.1"
    assert explain_import(failed("cv2", "ImportError", line)).kind == "system library"


def test_a_part_of_a_package_that_is_installed_asks_for_another_version_not_for_another_package() -> None:
    one = failed("sklearn.cross_validation", "ModuleNotFoundError", "No module named 'sklearn.cross_validation'",
                 "sklearn.cross_validation")  # fmt: skip
    obstacle = explain_import(one)
    assert (obstacle.kind, obstacle.package) == ("versions", "sklearn")
    assert "--as-of" in obstacle.remedy


def test_a_package_that_nobody_declared_is_told_as_such() -> None:
    obstacle = explain_import(failed("model.net", "ModuleNotFoundError", "No module named 'foo'", "foo"))
    assert (obstacle.kind, obstacle.package) == ("not declared", "foo")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("EOFError: EOF when reading a line", "keyboard"),
        ("_tkinter.TclError: no display name and no $DISPLAY environment variable", "display"),
        ("pygame.error: No available video device", None),
        ("urllib.error.URLError: <urlopen error [Errno -3] Temporary failure in name resolution>", "data"),
        ("FileNotFoundError: [Errno 2] No such file or directory: 'data/train.csv'", "data"),
        ("SyntaxError: Missing parentheses in call to 'print'. Did you mean print(1)?", "Python 2"),
        ("NameError: name 'xrange' is not defined", "Python 2"),
        ("ModuleNotFoundError: No module named 'urllib2'", "Python 2"),
        ("ModuleNotFoundError: No module named 'yaml'", "not declared"),
        ("AttributeError: module 'numpy' has no attribute 'float'", "versions"),
        ("ImportError: cannot import name 'imread' from 'scipy.misc'", "versions"),
        ("RuntimeError: Found no NVIDIA driver on your system.", "accelerator"),
        ("SyntaxError: invalid syntax", "no interpreter"),
        ("ZeroDivisionError: division by zero", "other"),
    ],
)
def test_the_end_of_a_program_is_of_a_known_kind_and_has_a_remedy(line: str, kind: str | None) -> None:
    found = explain_run(TRACEBACK + line + "\n")
    if kind is None:
        found = explain_run(line)  # no traceback's last line: all that was printed is looked at
        kind = "display"
    assert found is not None and found.kind == kind
    assert found.what and found.remedy


def test_what_is_missing_is_named_in_the_message() -> None:
    found = explain_run(TRACEBACK + "FileNotFoundError: [Errno 2] No such file or directory: 'data/train.csv'\n")
    assert found is not None and "data/train.csv" in found.what


def test_a_warning_before_the_last_error_is_not_taken_for_the_cause() -> None:
    warning = "libcudart.so.10.1: cannot open shared object file: No such file or directory\n"
    found = explain_run(warning + TRACEBACK + "EOFError: EOF when reading a line\n")
    assert found is not None and found.kind == "keyboard"


def test_an_option_that_is_missing_is_told_from_the_usage_line() -> None:
    found = explain_run(
        "usage: main.py [-h] --data DATA\nmain.py: error: the following arguments are required: --data\n"
    )
    assert found is not None and found.kind == "arguments"
    assert explain_run("") is None


def test_the_last_error_is_found_below_colours_and_notes() -> None:
    assert last_error("\x1b[31mValueError\x1b[0m: bad\nsome more text\n") == "ValueError: bad"


def test_cells_that_failed_are_found_in_a_notebook_and_nothing_in_what_is_none() -> None:
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'np' is not defined"}
    notebook = {"cells": [{"outputs": [{"output_type": "stream"}]}, {"outputs": [error]}, {"source": ""}]}
    assert failed_cells(json.dumps(notebook).encode()) == ("NameError: name 'np' is not defined",)
    assert failed_cells(b"\xff") == failed_cells(b"[]") == failed_cells(b'{"cells": 3}') == ()
