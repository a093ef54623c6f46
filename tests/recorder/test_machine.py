"""What the operating system says, and which options keep the guest out of a Python."""

from __future__ import annotations

import pytest

from reproof.recorder.gaps import hidden_by
from reproof.recorder.machine import system


@pytest.mark.parametrize(
    ("variables", "locale", "timezone"),
    [
        ({"LANG": "C.UTF-8", "TZ": ":Europe/Paris"}, "C.UTF-8", "Europe/Paris"),
        ({"LANG": "C.UTF-8", "LC_ALL": "de_DE.UTF-8", "TZ": "UTC"}, "de_DE.UTF-8", "UTC"),
        ({"TZ": "CET-1"}, "C", "CET-1"),
    ],
)
def test_locale_and_timezone_are_those_of_the_command(variables: dict[str, str], locale: str, timezone: str) -> None:
    described = system(variables, [])
    assert (described["locale"], described["timezone"]) == (locale, timezone)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["-I", "x.py"], "-I"),
        (["-uES"], "-E"),
        (["-BS", "-c", "pass"], "-S"),
        (["-X", "importtime", "x.py"], None),
        (["-WIgnore", "x.py"], None),
        (["-cImport"], None),
        (["-m", "x", "-I"], None),
        (["x.py", "-I"], None),
        (["-", "-I"], None),
        ([], None),
    ],
)
def test_options_that_keep_the_guest_out_are_recognised(words: list[str], option: str | None) -> None:
    assert hidden_by(words) == option
