"""Cells that a spreadsheet would run are guarded, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnstrata.wording.cells import guarded_text, unguarded_text

SIGNS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
ODD = [f"{quotes}{sign}1" for quotes in ("", "'", "''") for sign in SIGNS]


@pytest.mark.parametrize("text", ODD)
def test_no_guarded_text_begins_like_a_formula(text):
    assert guarded_text(text)[0] == "'"
    assert guarded_text(text) != text
    assert unguarded_text(guarded_text(text)) == text


@given(st.text(alphabet=f"'ab1 {SIGNS}"))
def test_every_text_comes_back_as_it_was(text):
    assert unguarded_text(guarded_text(text)) == text
