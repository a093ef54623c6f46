"""To whom a file belongs that nobody is recorded to own."""

from __future__ import annotations

import pytest

from reproof.capture.classify import Places


@pytest.mark.parametrize(
    ("path", "installed"),
    [
        ("/p/train.py", False),
        ("/p/lib/helper.py", False),
        ("/p/share/words.txt", False),
        ("/p/lib/python3.11/site-packages/loose.py", True),
        ("/p/bin/python", True),
        ("/p/pyvenv.cfg", True),
        ("/usr/lib/x.so", True),
        ("/data/x.csv", False),
    ],
)
def test_a_project_that_is_its_own_environment_has_code_of_its_own(path: str, installed: bool) -> None:
    assert Places("/p", ("/p",), ("/p", "/opt/python")).belongs_to_environment(path) is installed


@pytest.mark.parametrize(
    ("cwd", "path", "installed"),
    [
        ("/env/src/digits", "/env/src/digits/train.py", False),
        ("/env/src/digits", "/env/src/other/x.py", True),
        ("/p", "/p/.venv/src/x.py", True),
        ("/env/lib/python3.11/site-packages", "/env/lib/python3.11/site-packages/x.py", True),
    ],
)
def test_a_project_below_an_environment_or_above_it_is_told_from_it(cwd: str, path: str, installed: bool) -> None:
    assert Places(cwd, (cwd,), ("/env", "/p/.venv")).belongs_to_environment(path) is installed
