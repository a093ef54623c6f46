"""Old metadata is read as tools of today need it, and each repair is told."""

from __future__ import annotations

from packaging.requirements import Requirement

from reproof.adapters.dated.repair import mend_requirement, read_metadata

OLD = """\
Metadata-Version: 2.0
Name: pandas
Version: 0.23.0
Requires-Python: >=2.7.*
Requires-Dist: python-dateutil (>=2.5.0)
Requires-Dist: pytz (>=2011k)
Requires-Dist: colour (2.0)
Requires-Dist: enum34; python_version < 3
Requires-Dist: UNKNOWN
Requires-Dist: !!
Provides-Extra: plot
Provides-Extra: not an extra

Requires-Dist: this line is part of the description
"""


def test_requirements_are_mended_and_valid_ones_only_spelt_anew() -> None:
    found = read_metadata(OLD, "pandas-0.23.0.whl", "here")
    assert found.requires_dist == (
        "python-dateutil>=2.5.0",
        "pytz>=2011",
        "colour==2.0",
        'enum34; python_version < "3"',
    )
    assert (found.requires_python, found.extras) == (">=2.7", ("plot",))


def test_each_repair_says_what_stood_there_and_what_it_was_read_as() -> None:
    repairs = read_metadata(OLD, "pandas-0.23.0.whl", "here").repairs
    assert {repair.file for repair in repairs} == {"pandas-0.23.0.whl"}
    assert [(repair.field, repair.before, repair.after) for repair in repairs] == [
        ("Requires-Dist", "pytz (>=2011k)", "pytz>=2011"),
        ("Requires-Dist", "colour (2.0)", "colour==2.0"),
        ("Requires-Dist", "enum34; python_version < 3", 'enum34; python_version < "3"'),
        ("Requires-Dist", "!!", None),
        ("Requires-Python", ">=2.7.*", ">=2.7"),
        ("Provides-Extra", "not an extra", None),
    ]


def test_metadata_without_a_version_is_given_one() -> None:
    found = read_metadata("Name: pack\nVersion: 1\n", "pack-1.whl", "here")
    assert [(repair.field, repair.before, repair.after) for repair in found.repairs] == [
        ("Metadata-Version", "", "2.1")
    ]
    assert found.render("pack", "1").startswith(b"Metadata-Version: 2.1\nName: pack\nVersion: 1\n")


def test_a_folded_requirement_is_one_line() -> None:
    text = "Metadata-Version: 2.1\nRequires-Dist: a >=1,\n        <2\n\nbody"
    assert read_metadata(text, "a.whl", "here").requires_dist == ("a<2,>=1",)


def test_an_empty_line_in_a_folded_licence_does_not_hide_the_requirements_after_it() -> None:
    head = "Name: a\nLicense: Apache\n        \n        more of it\nRequires-Dist: portalocker\n"
    text = f"{head}\nRequires-Dist: prose\n"
    assert read_metadata(text, "a.whl", "here").requires_dist == ("portalocker",)


def test_what_was_rendered_reads_the_same() -> None:
    found = read_metadata(OLD, "pandas-0.23.0.whl", "here")
    again = read_metadata(found.render("pandas", "0.23.0").decode(), "pandas-0.23.0.whl", "here")
    assert (again.requires_dist, again.requires_python, again.extras, again.repairs) == (
        found.requires_dist,
        found.requires_python,
        found.extras,
        (),
    )


def test_a_starred_order_in_a_marker_loses_its_star() -> None:
    mended = mend_requirement("six>=1.0.*; python_version<'3.*'")
    assert mended is not None
    assert Requirement(mended) == Requirement('six>=1.0; python_version < "3"')


def test_a_marker_that_nobody_can_read_leaves_nothing_to_ask_for() -> None:
    assert mend_requirement('windows-only ; os_name == "nt" && x') is None
