"""Specifiers of the time before PEP 440 was enforced are read as what they meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from reproof.adapters.dated.specifiers import mend_specifier

MENDED = {
    ">=2.7.*": ">=2.7",
    ">2.6.*": ">=2.7",
    "<4.*": "<4",
    "<=3.7.*": "<3.8",
    "~=3.*": "==3.*",
    "!=3.0*": "!=3.0.*",
    ">=2.7, !=3.0.*, !=3.1*": ">=2.7,!=3.0.*,!=3.1.*",
    ">=2011k": ">=2011",
    "'>=3.6'": ">=3.6",
    "(>=3.5": ">=3.5",
    ">=3.4<4": ">=3.4,<4",
    ">=3.6,": ">=3.6",
    "=>2.0": ">=2.0",
    ">=3.5.": ">=3.5",
}


@pytest.mark.parametrize(("before", "after"), MENDED.items())
def test_what_was_accepted_once_is_spelt_as_it_must_be_now(before: str, after: str) -> None:
    assert mend_specifier(before) == after


@pytest.mark.parametrize("text", ["", ">=1.0", ">=1.0,<2", "==1.*", "~=1.4.2", "!=1.5", "===anything"])
def test_a_valid_specifier_stays_as_it_is(text: str) -> None:
    assert mend_specifier(text) == text


@pytest.mark.parametrize("text", ["3.6", ">=*", "==2011k", "whatever", "!"])
def test_what_bounds_nothing_is_no_specifier(text: str) -> None:
    assert mend_specifier(text) is None


@given(st.text(alphabet="0123456789.*<>=!~ ,'()abk-", max_size=20))
def test_whatever_comes_out_is_valid(text: str) -> None:
    mended = mend_specifier(text)
    if mended is not None:
        SpecifierSet(mended)
