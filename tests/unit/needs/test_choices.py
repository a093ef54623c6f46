"""Of when a project is, and which Python it was run with: candidates with their evidence."""

from __future__ import annotations

import pytest
from needs_projects import needs, project

from reproof.model.requirements import DateChoice
from reproof.needs import Wanted, find_needs
from reproof.needs.dates import find_dates, parse_date

DATES = [
    ("2019", "2019-12-31T23:59:59Z"),
    ("2019-06", "2019-06-30T23:59:59Z"),
    ("2020-02", "2020-02-29T23:59:59Z"),
    ("2019-12", "2019-12-31T23:59:59Z"),
    ("2019-06-01", "2019-06-01T23:59:59Z"),
    ("2019-06-01T10:00:00+02:00", "2019-06-01T08:00:00Z"),
    ("2019-06-01 10:00", "2019-06-01T10:00:00Z"),
    ("2019-06-01T10:00:00Z", "2019-06-01T10:00:00Z"),
]


@pytest.mark.parametrize(("text", "instant"), DATES)
def test_a_date_is_an_explicit_instant_at_its_end(text: str, instant: str) -> None:
    choice = parse_date(text)
    assert choice and choice.instant == instant


@pytest.mark.parametrize(
    "text", ["HEAD~3", "v1.0", "2019-13", "2019-02-30", "", "9999", "0000", "20190601x", "deadbeef"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_a_late_edit_of_the_readme_does_not_mislead() -> None:
    commits = {"train.py": "2019-03-01T00:00:00Z", "requirements.txt": "2019-02-01T00:00:00Z",
               "lib.py": "2018-01-01T00:00:00Z", "README.md": "2023-01-01T00:00:00Z"}  # fmt: skip
    files = {"train.py": "import lib", "lib.py": "", "requirements.txt": "numpy", "README.md": ""}
    found = needs(files, commits=commits, checked_out="2023-01-01T00:00:00Z")
    assert [choice.instant[:10] for choice in found.dates] == [
        "2019-03-01", "2019-02-01", "2023-01-01", "2019-03-29", "2019-05-24",
    ]  # fmt: skip
    assert "train.py" in found.dates[0].reason


def test_the_date_that_was_given_is_the_first_and_some_weeks_around_it_follow() -> None:
    given = DateChoice(instant="2019-06-01T23:59:59Z", reason="2019-06-01, as asked for")
    dates = find_dates(project({}, checked_out="2023-01-01T00:00:00Z"), given, (), (), ())
    assert [choice.instant[:10] for choice in dates] == ["2019-06-01", "2019-06-29", "2019-05-04", "2019-08-24"]


def test_without_a_repository_the_files_say_when() -> None:
    modified = {"train.py": "2018-05-05T00:00:00Z", "notes.txt": "2020-01-01T00:00:00Z"}
    dates = needs({"train.py": "", "notes.txt": ""}, modified=modified).dates
    assert [choice.instant[:10] for choice in dates][:2] == ["2018-05-05", "2020-01-01"]


def test_a_project_without_any_date_has_no_candidate() -> None:
    assert needs({"train.py": ""}, modified={}).dates == ()


def test_times_that_an_archiver_wrote_are_no_evidence() -> None:
    found = needs({"train.py": ""}, modified={"train.py": "2020-02-02T00:00:00Z"})
    assert found.dates == ()
    assert [gap.what for gap in found.gaps] == ["of when the project is"]


def pythons(text: str, day: str = "2019-06-01", requirements: str = "") -> list[str]:
    files = {"train.py": text, **({"requirements.txt": requirements} if requirements else {})}
    given = DateChoice(instant=f"{day}T23:59:59Z", reason="as asked for")
    found = find_needs(project(files), Wanted(("python", "train.py"), as_of=given))
    return [choice.version for choice in found.pythons]


USUAL = [("2016-06-01", "3.4"), ("2018-01-01", "3.6"), ("2019-06-01", "3.6"), ("2019-09-01", "3.7"),
         ("2021-12-31", "3.9"), ("2025-06-01", "3.12")]  # fmt: skip


@pytest.mark.parametrize(("day", "version"), USUAL)
def test_without_a_sign_the_usual_version_of_the_time_is_taken(day: str, version: str) -> None:
    assert pythons("", day)[0] == version


SYNTAX = [
    ("x = f'{y}'", "2016-12-30", "3.6"),
    ("if (y := f()):\n    pass", "2019-11-01", "3.8"),
    ("match x:\n    case 1:\n        pass", "2021-11-01", "3.10"),
    ("def f(a, /):\n    pass", "2019-11-01", "3.8"),
    ("try:\n    pass\nexcept* KeyError:\n    pass", "2022-12-01", "3.11"),
    ("from typing import Literal", "2019-11-01", "3.8"),
    ("from functools import cached_property", "2019-11-01", "3.8"),
    ("type X = int", "2024-01-01", "3.12"),
    ("def first[T](x: list[T]) -> T: ...", "2024-01-01", "3.12"),
    ("import tomllib", "2022-12-01", "3.11"),
    ("import collections\ncollections.Mapping", "2024-06-01", "3.9"),
    ("import time\ntime.clock()", "2021-06-01", "3.7"),
    ("import imp", "2026-01-01", "3.11"),
    ("tensor.cuda(async=True)", "2020-06-01", "3.6"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "day", "version"), SYNTAX)
def test_syntax_and_the_library_say_which_versions_can_run_it(text: str, day: str, version: str) -> None:
    assert pythons(text, day)[0] == version


def test_what_the_code_provides_for_says_nothing() -> None:
    text = "try:\n    from typing import Literal\nexcept ImportError:\n    from typing_extensions import Literal\n"
    assert pythons(text, "2019-06-01")[0] == "3.6"


PYTHON2 = ["print 'x'", "print", "print >>sys.stderr, 'x'", "try:\n    pass\nexcept IOError, e:\n    pass",
           "raise ValueError, 'x'", "exec 'x'", "x = 0777", "x = 10L", "if a <> b:\n    pass", "x = ur'a'",
           "import urllib2", "import cPickle, ConfigParser"]  # fmt: skip


@pytest.mark.parametrize("text", [text for text in PYTHON2 if text != "print"])
def test_python_2_is_told(text: str) -> None:
    found = needs({"train.py": text}, modified={"train.py": "2016-01-05T00:00:00Z"})
    assert found.pythons[0].version == "2.7"
    assert [gap.what for gap in found.gaps] == ["the project is written in Python 2"]
    assert "train.py:" in found.gaps[0].why


def test_code_for_both_is_not_taken_for_python_2() -> None:
    text = "try:\n    import cPickle as pickle\nexcept ImportError:\n    import pickle\nprint('x')\n"
    assert needs({"train.py": text}).gaps == ()


def test_wheels_of_a_pinned_framework_limit_the_choice() -> None:
    assert pythons("", "2020-06-01", "tensorflow==1.12.0")[:3] == ["3.6", "3.5", "3.4"]
    assert pythons("", "2020-06-01", "torch==1.4.0+cu100")[0] == "3.7"


def test_a_statement_is_followed_and_its_patch_version_kept() -> None:
    assert pythons("", "2020-06-01", "python==3.5.6\nnumpy")[0] == "3.5.6"


def test_each_choice_says_why() -> None:
    found = needs({"train.py": "x = f'{y}'"}, modified={"train.py": "2019-06-01T00:00:00Z"})
    assert found.pythons[0].reason.startswith(">=3.6 by an f-string in train.py:1; the usual one on 2019-06-01")


def test_signs_that_exclude_each_other_are_told() -> None:
    found = needs({"train.py": "import urllib2\nx = f'{y}'"}, modified={"train.py": "2019-06-01T00:00:00Z"})
    assert "although" in found.pythons[0].reason


def test_the_version_that_was_given_is_the_only_one() -> None:
    found = find_needs(project({"train.py": "print 'x'"}), Wanted(("python", "train.py"), python="3.7"))
    assert [(choice.version, choice.reason) for choice in found.pythons] == [("3.7", "as asked for")]


def test_python_2_is_not_taken_because_a_readme_names_it() -> None:
    found = needs({"train.py": "print('x')", "README.md": "Needs Python 2.7 or later. Tested with Python 2.7."},
                  modified={"train.py": "2019-06-01T00:00:00Z"})  # fmt: skip
    assert found.pythons[0].version == "3.6"


def test_a_later_version_follows_those_of_the_time() -> None:
    assert pythons("", "2015-08-01") == ["3.4", "3.3", "3.5", "3.6"]


def test_a_source_distribution_is_of_some_days_after_it_was_made() -> None:
    files = {"train.py": "", "PKG-INFO": "Metadata-Version: 1.0\nName: lib1\nVersion: 2.0\n"}
    found = needs(files, modified=dict.fromkeys(files, "2018-07-15T15:00:00Z"))
    assert [choice.instant[:10] for choice in found.dates][:2] == ["2018-07-22", "2018-07-15"]
