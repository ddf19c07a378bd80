import unicodedata
from dataclasses import fields

import hypothesis.strategies as st
import pytest
from hypothesis import given

from learnstrata.config.stages import Columns
from learnstrata.learners.schema.register import (
    COLUMNS,
    GIVEN,
    column_label,
    extra_name,
    folded,
    is_extra,
    lost_without,
    own_name,
)


def test_no_two_columns_go_by_the_same_name():
    aliases = [folded(alias) for known in COLUMNS.values() for alias in known.aliases]
    assert len(aliases) == len(set(aliases))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_has_a_key_in_the_configuration_and_says_what_it_is(name):
    column = COLUMNS[name]
    assert column.key in {field.name for field in fields(Columns)}
    assert column.aliases
    assert column.label == column_label(name)
    assert not column.without.endswith(".")


def test_every_key_of_a_single_column_is_a_column():
    extras = {"numeric", "categorical", "outcome"}
    keys = {field.name for field in fields(Columns)} - extras
    assert keys == {column.key for column in COLUMNS.values()}


def test_nothing_is_lost_where_every_column_is_there():
    assert lost_without(COLUMNS) == {}
    assert lost_without(GIVEN) == {}
    assert lost_without([]) == {name: c.without for name, c in COLUMNS.items()}


@pytest.mark.parametrize("name", ["start_year", "experience", "years_of_experience"])
def test_start_year_and_experience_stand_for_each_other(name):
    assert {"start_year", "experience"}.isdisjoint(lost_without([name]))


@given(st.text(max_size=20))
def test_a_column_of_the_users_is_told_from_ours_and_keeps_its_name(name):
    ours = extra_name(name)
    assert is_extra(ours)
    assert {"=", ";"}.isdisjoint(ours)
    assert own_name(ours) == name.replace("%3D", "=").replace("%3B", ";")
    assert not is_extra("pay")
    assert own_name("pay") == "pay"


def test_a_column_of_the_users_that_is_called_as_ours_is_told_as_the_users():
    assert column_label(extra_name("Pay")) == "Pay (own column)"
    assert column_label(extra_name("quiz_score")) == "quiz_score"


@given(st.text(max_size=20))
def test_case_spaces_and_signs_do_not_matter_in_a_name(name):
    plain = folded(name)
    assert all(char.isalnum() for char in plain)
    assert folded(f"\u200b {name}*\xa0") == plain
    assert folded(unicodedata.normalize("NFD", name)) == plain


def test_letters_and_digits_matter_in_a_name():
    assert len({folded(n) for n in ("pay", "pay2", "play", "\u5e74", "\u6708")}) == 5
