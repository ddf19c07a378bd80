from dataclasses import fields

import pytest

from learnstrata.config.stages import Columns
from learnstrata.learners.schema.register import (
    COLUMNS,
    GIVEN,
    STANDARD,
    column_label,
    extra_name,
    lost_without,
)


def folded(name):
    return "".join(char for char in name.lower() if char.isalnum())


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


def test_names_of_extras_are_free_of_ours():
    assert extra_name("grade") == "grade"
    assert extra_name("Tier") == "Tier_extra"
    assert extra_name("_score") == "score_extra"
    assert all(extra_name(name) == f"{name}_extra" for name in STANDARD)
